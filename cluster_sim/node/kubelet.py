"""The kubelet: makes the pods that are bound to its node real, and reports what became of them.

It is a client of the API server like any other: it watches pods whose `spec.nodeName` is its node (nobody calls it;
the scheduler only wrote a binding), asks the container runtime for what is missing, and writes statuses. It does not
replace a pod that is gone: it only restarts containers within one.

A kubelet that was restarted knows nothing and asks the runtime what there is; containers ran on meanwhile.
Source: kubernetes pkg/kubelet/kubelet.go (SyncPod), pod_workers.go, status/status_manager.go. Simplified: pods are
looked at when something happens, not also each minute.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import STRATEGIC_MERGE_PATCH, Process, Watch, unheard
from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import (
    admission,
    eviction,
    image_gc,
    kubelet_server,
    lifecycle_hooks,
    node_object,
    spec_changes,
    tls_bootstrap,
)
from cluster_sim.node.eviction_manager import EvictionManager
from cluster_sim.node.image_pulls import ImagePulls
from cluster_sim.node.node_registration import NodeRegistration
from cluster_sim.node.pod_end import PodEnd
from cluster_sim.node.pod_resize import PodResize
from cluster_sim.node.pod_start import PodStart
from cluster_sim.node.pod_status import news, report, word
from cluster_sim.node.pod_worker import field_path, new_worker
from cluster_sim.node.probes import Probes
from cluster_sim.node.runtime_client import RuntimeClient
from cluster_sim.node.static_pods import StaticPods, is_mirror
from cluster_sim.node.tls_bootstrap import TLSBootstrap

register_phrases({
    "kubelet.sees": "kubelet on {node} sees its new pod {pod} and prepares it",
    "kubelet.reports": "kubelet on {node} reports {pod}: {word}",
    "kubelet.preempts": "kubelet on {node} ends {pod} to make room for the critical pod {for}",
    "kubelet.rejects": "kubelet on {node} refuses {pod}: {why}",
}, file="cluster_sim/node/kubelet.py")

Object = dict[str, Any]
PREEMPTED = "Preempted in order to admit critical pod"


class Kubelet(Process):
    """Part `NODE/kubelet`."""

    kind = "kubelet"

    @property
    def user(self) -> str:  # type: ignore[override]
        """The name in its client certificate."""
        return f"system:node:{self.node}"

    def interests(self) -> tuple[Watch, ...]:
        """Only its own node, and that node's pods."""
        return (Watch("pods", field_selector=f"spec.nodeName={self.node}"),
                Watch("nodes", field_selector=f"metadata.name={self.node}"), *TLSBootstrap(self).interests())

    def reset(self) -> None:
        """The process died: workers and calls are forgotten."""
        static = self.state.get("static", {})
        super().reset()
        self.state.update(
            {
                "workers": {},
                "runtime_calls": {},
                "settled": False,
                "images": {},
                "runtime_down": None,
                "reached": False,
                "relisting": False,
                "served": {},
                "node": {},
                "lease": None,
                "eviction": {"planned": False, "seen": {}, "told": []},
                "static": static,
                "image_gc": {"planned": False, "used": {}},
            }
        )

    def rebuild(self) -> None:
        """Informers, and the rooms that work on this kubelet's state."""
        super().rebuild()
        self.cri = RuntimeClient(self)
        self.runtime = self.cri.call
        self.start_up, self.ending, self.pulls = PodStart(self), PodEnd(self), ImagePulls(self)
        self.probes, self.registration, self.evictions = Probes(self), NodeRegistration(self), EvictionManager(self)
        self.resizes, self.tls, self.static = PodResize(self), TLSBootstrap(self), StaticPods(self)

    @property
    def machine(self) -> Object:
        """The machine it runs on."""
        return self.kernel.machines[self.node]

    @property
    def workers(self) -> dict[str, Object]:
        """Pod uid → worker."""
        workers: dict[str, Object] = self.state["workers"]
        return workers

    @property
    def images(self) -> dict[str, int]:
        """The images on this node, as far as known."""
        images: dict[str, int] = self.state["images"]
        return images

    def stamp(self, time: int) -> str:
        """A moment as this machine's clock shows it, right or wrong."""
        return self.kernel.timestamp(time + self.clock - self.kernel.now)

    def pod_of(self, worker: Object) -> Object | None:
        """The worker's pod at the API server, if it still is the same pod."""
        pod = self.informers["pods"].get(worker["key"])
        return pod if pod is not None and pod["metadata"]["uid"] == worker["uid"] else None

    @property
    def token(self) -> str:  # type: ignore[override]
        """The bootstrap token of a machine that has just joined, until it has its certificate."""
        return str(self.machine.get("bootstrap", ""))

    def start(self, cause: int) -> None:
        """Register the node, watch its pods, ask the runtime what already runs. Who has no certificate asks for it."""
        self.static.start(cause)
        if self.token:
            self.tls.begin(cause)
            return
        super().start(cause)
        self.registration.register(cause)
        self.cri.ask(cause)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """Whose connection is reset may be a static pod, the API server among them."""
        if kind == "closed":
            self.static.closed(payload["peer"], span)
        super().receive(kind, payload, span)

    def lose_power(self) -> None:
        """Static pods end with the machine."""
        self.static.lose_power()

    def synced(self, span: int) -> None:
        """The pods are known: ask what runs (again: what was answered before may be old), and compare."""
        self.cri.ask(span)
        self.static.show_all(span)

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """A pod of this node came, changed or went; or the node itself changed."""
        if resource == tls_bootstrap.RESOURCE:
            self.tls.observe(new, span)
            return
        if resource == "nodes":
            self.registration.observe(new, span)
            if old is None or new is None:
                self.static.show_all(span)
            return
        if is_mirror(new or old or {}):
            self.static.observe(old, new, span)
            return
        if not self.state["settled"]:
            return
        if old is not None and (new is None or new["metadata"]["uid"] != old["metadata"]["uid"]):
            worker = self.workers.get(old["metadata"]["uid"])
            if worker is not None:
                self.ending.object_is_gone(old, worker, span)
        if new is None:
            return
        worker = self.workers.get(new["metadata"]["uid"])
        if worker is not None:
            if "deletionTimestamp" in new["metadata"]:
                self.ending.terminate(new, worker, span)
            elif old is not None and new["spec"] is not old["spec"] and new["spec"] != old["spec"]:
                spec_changes.handle(self, old, new, worker, span)
            elif worker["told"] and _ready(new) != worker["told"]:
                self.report(worker, span)  # somebody else wrote it: the node controller, while nobody heard from here
        elif (new.get("status") or {}).get("phase") not in ("Succeeded", "Failed"):
            self._admit(new, span)
        elif "deletionTimestamp" in new["metadata"]:
            self.ending.delete_object(new, span)

    def _admit(self, pod: Object, span: int) -> None:
        """A new pod: check that it fits, then begin."""
        name = pod["metadata"]["name"]
        worker = new_worker(pod)
        others = [other for other in self.workers.values() if not other["final"]]
        self.workers[worker["uid"]] = worker
        if "deletionTimestamp" in pod["metadata"]:
            self.ending.terminate(pod, worker, span)
            return
        problem = self.evictions.refuses(pod) or admission.problem(
            self.machine, self.informers["nodes"].get(self.node), others, pod, worker["requests"],
            lambda: [other for one in others if (other := self.pod_of(one)) is not None])
        if problem is not None and problem[0].startswith("OutOf") and eviction.is_critical(pod):
            problem = self._make_room(pod, worker, others, problem, span)
        if problem is not None:
            reason, message = problem
            self.kernel.tell(span, "kubelet.rejects", {"node": self.node, "pod": name, "why": message}, level=STORY)
            self.event(pod, "Warning", reason, message, span)
            worker.update(stopping=True, gone=True,
                          final={"phase": "Failed", "reason": reason, "message": f"Pod was rejected: {message}"})
            self.report(worker, span)
            return
        self.kernel.tell(span, "kubelet.sees", {"node": self.node, "pod": name}, level=STORY)
        self.report(worker, span)
        if pod["spec"].get("activeDeadlineSeconds") is not None:
            spec_changes.plan_deadline(self, pod, worker)
        self.start_up.advance(pod, worker, span)

    def _make_room(self, pod: Object, worker: Object, others: list[Object], problem: tuple[str, str],
                   span: int) -> tuple[str, str] | None:
        """A critical pod does not fit: end others for it; → the problem, if that would not help."""
        pairs = [(other, one) for one in others if (other := self.pod_of(one)) is not None]
        chosen = admission.victims(self.machine, pairs, pod, worker["requests"])
        for victim in chosen:
            told = self.kernel.work(self.part, span, verb="preempt", subject=victim["metadata"]["name"],
                                    phrase="kubelet.preempts", level=STORY,
                                    args={"node": self.node, "pod": victim["metadata"]["name"], "for": pod["metadata"]["name"]})
            self.event(victim, "Warning", "Preempting", PREEMPTED, told)
            self.ending.end_for(victim, self.workers[victim["metadata"]["uid"]], "Preempting", PREEMPTED, None, told,
                                "Pod was preempted by Kubelet to accommodate a critical pod.")
        return None if chosen else problem

    # What it tells

    def event(
        self, pod: Object, kind: str, reason: str, message: str, span: int, container: Object | None = None
    ) -> None:
        """Record an Event about a pod, or about one of its containers."""
        record(self, "kubelet", pod, kind, reason, message, span,
               field_path(pod, container["name"]) if container else None)

    def report(self, worker: Object, span: int) -> None:
        """Write the pod's status; while one report is under way the next waits and then says the newest."""
        pod = self.pod_of(worker)
        if pod is None:
            return
        if worker["reporting"]:
            worker["dirty"] = True
            return
        host = node_object.address(self.machine)
        told = report(pod, worker, self.stamp, self.kernel.now, host)
        worker["told"] = _ready({"status": told})
        status = news(pod, told)
        if not status:
            self.ending.reported(pod, worker, span)
            return
        worker["reporting"] = True
        meta, said = pod["metadata"], word(pod, worker)
        if "podIP" in status and told["phase"] == "Pending":
            said = f"{said}, its address is {worker['ip']}"
        self.request(
            "PATCH",
            f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status",
            {"metadata": {"uid": worker["uid"]}, "status": status},
            cause=span,
            then="reported",
            data=worker["uid"],
            content_type=STRATEGIC_MERGE_PATCH,
            phrase="kubelet.reports",
            args={"node": self.node, "pod": meta["name"], "word": said},
            level=STORY,
            subject=f"status: {said}",
        )

    def on_reported(self, uid: str, status: int, body: Any, span: int) -> None:
        """The API server has the report (or not)."""
        worker = self.workers.get(uid)
        if worker is None:
            return
        worker["reporting"] = False
        pod = self.pod_of(worker)
        if unheard(status):
            self.kernel.timer(self.part, 10 * SECOND, "report-again", uid, cause=span)
        elif worker["dirty"]:
            worker["dirty"] = False
            self.report(worker, span)
        elif pod is not None:
            self.ending.reported(pod, worker, span)

    def answer(self, then: str, data: Any, status: int, body: Any, span: int) -> None:
        """Each answer goes to the room that asked."""
        for room in (self, self.start_up, self.ending, self.registration, self.tls, self.static):
            method = getattr(room, f"on_{then}", None) if then else None
            if method is not None:
                method(data, status, body, span)
                return

    # What it hears besides

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """Answers and events of the runtime, and its own timers."""
        if kind == "runtime-answer":
            self.cri.answered(payload, span)
        elif kind == "container-exited":
            self.ending.container_exited(payload, span)
        elif kind == "refused" or (kind == "closed" and payload["peer"] == self.cri.part):
            self.cri.is_down(span)
        elif kind == "kubelet":
            kubelet_server.serve(self, payload, span)
        elif kind == "tls-bootstrap":
            self.tls.again(span)
        elif kind == "static-start":
            self.static.due(payload, span)
        elif kind == "static-look":
            self.static.look(payload, span)
        elif kind == "static-show":
            self.static.try_again(payload, span)
        elif kind == "static-probe":
            self.static.probe(payload, span)
        elif kind == "sync":
            self.start_up.sync(payload, span)
        elif kind == "sources":
            self.start_up.refetch(payload, span)
        elif kind == "pull-backoff":
            self.pulls.say_backoff(payload, span)
        elif kind == "probe":
            self.probes.due(payload, span)
        elif kind == "hooked":
            lifecycle_hooks.over(self, payload, span)
        elif kind == "report-again":
            worker = self.workers.get(payload)
            if worker is not None:
                self.report(worker, span)
        elif kind == "relist-runtime":
            self.cri.ask_again(span)
        elif kind == "deadline":
            spec_changes.deadline(self, payload, span)
        elif kind == "machine-changed":
            self.evictions.look(span)
        elif kind == "eviction":
            self.evictions.due(span)
        elif kind == "image-gc":
            image_gc.due(self, span)
        elif kind == "system-oom":
            record(self, "kubelet", self.registration.node(), "Warning", "SystemOOM",
                   f"System OOM encountered, victim process: {payload['process']}, pid: {payload['pid']}", span)
        else:
            self.registration.on_timer(kind, span)

    def new_image(self, image: str, size: int) -> None:
        """An image was pulled: the next status of the node shows it."""
        image_gc.note_use(self, image)
        if self.images.get(image) != size:
            self.images[image] = size
            self.state["node"]["dirty"] = True
            image_gc.plan(self)

    def view(self) -> Object:
        """What this kubelet knows of its pods: the stage's reality beside what the API server believes."""
        pods = [{"key": worker["key"], "uid": worker["uid"], "stopping": worker["stopping"], "ip": worker["ip"],
                 "reporting": worker["reporting"],
                 "containers": {name: row["state"] for name, row in worker["containers"].items()}}
                for worker in self.workers.values()]
        return {**super().view(), "pods": pods}


def _ready(pod: Object) -> str:
    """What a pod's Ready condition says."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == "Ready"), "")
