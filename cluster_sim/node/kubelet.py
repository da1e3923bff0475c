"""The kubelet: makes the pods that are bound to its node real, and reports what became of them.

It is a client of the API server like any other: it watches pods whose `spec.nodeName` is its node (nobody calls it;
the scheduler only wrote a binding), asks the container runtime for what is missing, and writes statuses. It does not
replace a pod that is gone: it only restarts containers within one. A pod being deleted is stopped (SIGTERM, grace,
SIGKILL), reported, and only then does the kubelet delete the object for good.

A kubelet that was restarted knows nothing and asks the runtime what there is; containers ran on meanwhile.
Source: kubernetes pkg/kubelet/kubelet.go (SyncPod), pod_workers.go, status/status_manager.go. Simplified: no volumes,
no image garbage collection, no node-pressure eviction.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import pod_requests
from cluster_sim.client import MERGE_PATCH, Process, Watch
from cluster_sim.client.event_recorder import record
from cluster_sim.client.informer import key_of
from cluster_sim.kernel import BACKGROUND, DETAIL, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object
from cluster_sim.node.node_registration import NodeRegistration
from cluster_sim.node.pod_lifecycle import PodLifecycle
from cluster_sim.node.pod_status import report
from cluster_sim.node.pod_worker import new_worker

register_phrases({
    "kubelet.sees": "kubelet on {node} sees its new pod {pod} and prepares it",
    "kubelet.stops": "kubelet on {node} sees that {pod} must go and asks its containers to stop: they have {grace} s",
    "kubelet.finds-gone": "kubelet on {node} sees that {pod} is gone from the API server and kills what still runs",
    "kubelet.reports": "kubelet on {node} reports {pod} {word}: until this lands, only the kubelet knows",
    "kubelet.deletes": "kubelet on {node} says that nothing of {pod} runs any more: the API server may forget it",
    "kubelet.rejects": "kubelet on {node} refuses {pod}: {why}",
}, file="cluster_sim/node/kubelet.py")

Object = dict[str, Any]


class Kubelet(Process):
    """Part `NODE/kubelet`."""

    kind = "kubelet"

    @property
    def user(self) -> str:  # type: ignore[override]
        """The name in its client certificate."""
        return f"system:node:{self.node}"

    def interests(self) -> tuple[Watch, ...]:
        """Only its own node's pods."""
        return (Watch("pods", field_selector=f"spec.nodeName={self.node}"),)

    def reset(self) -> None:
        """The process died: workers and calls are forgotten."""
        super().reset()
        self.state.update({"workers": {}, "runtime_calls": {}, "settled": False, "runtime_down": False,
                           "node_status": {}, "lease": None, "registered": False})

    def rebuild(self) -> None:
        """Informers, and the rooms that work on this kubelet's state."""
        super().rebuild()
        self.pods = PodLifecycle(self)
        self.registration = NodeRegistration(self)

    @property
    def machine(self) -> Object:
        """The machine it runs on."""
        return self.kernel.machines[self.node]

    @property
    def workers(self) -> dict[str, Object]:
        """Pod uid → worker."""
        workers: dict[str, Object] = self.state["workers"]
        return workers

    def start(self, cause: int) -> None:
        """Register the node, watch its pods, ask the runtime what already runs."""
        super().start(cause)
        self.kernel.connect(self.part, f"{self.node}/container-runtime")
        self.registration.register(cause)
        self.runtime("ListPodSandbox", {}, "listed", "", "", cause)

    def synced(self, span: int) -> None:
        """The pods are known: compare them with what runs, as soon as the runtime has answered too."""
        self.pods.settle(span)

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """A pod of this node came, changed or went."""
        if not self.state["settled"]:
            return
        pod = new or old
        if pod is None:
            return
        worker = self.workers.get(pod["metadata"]["uid"])
        if new is None:
            if worker is not None:
                self.pods.object_is_gone(pod, worker, span)
        elif worker is not None:
            if "deletionTimestamp" in new["metadata"]:
                self.pods.terminate(new, worker, span)
        elif new.get("status", {}).get("phase") not in ("Succeeded", "Failed"):
            self.admit(new, span)
        elif "deletionTimestamp" in new["metadata"]:
            self.pods.delete_object(new, span)

    def admit(self, pod: Object, span: int) -> None:
        """A new pod: check that it fits (the scheduler's view may have been old), then make its worker."""
        name, key = pod["metadata"]["name"], key_of(pod)
        worker = self.workers[pod["metadata"]["uid"]] = new_worker(pod)
        if "deletionTimestamp" in pod["metadata"]:
            self.pods.terminate(pod, worker, span)
            return
        problem = self._lacks_room(pod)
        if problem is not None:
            reason, message = problem
            self.kernel.tell(span, "kubelet.rejects", {"node": self.node, "pod": name, "why": message}, level=STORY)
            record(self, "kubelet", pod, "Warning", reason, message, span)
            worker.update(final_phase="Failed", final_reason=reason, final_message=f"Pod was rejected: {message}",
                          gone=True)
            self.report(key, worker, span)
            return
        self.kernel.tell(span, "kubelet.sees", {"node": self.node, "pod": name}, level=STORY)
        self.report(key, worker, span)
        self.pods.advance(pod, worker, span)

    def _lacks_room(self, pod: Object) -> tuple[str, str] | None:
        """(reason, message) if the node has too little of something: kl/lifecycle/predicate.go."""
        machine = self.machine
        total = pod_requests.amounts(node_object.capacity(machine))
        total["memory"] -= node_object.EVICTION_THRESHOLD
        used: dict[str, int] = {"pods": 0}
        for worker in self.workers.values():
            other = self.informer("pods").get(worker["key"])
            if other is None or other is pod or worker["final_phase"]:
                continue
            used["pods"] += 1
            for name, amount in pod_requests.pod_requests(other["spec"]).items():
                used[name] = used.get(name, 0) + amount
        wanted = {**pod_requests.pod_requests(pod["spec"]), "pods": 1}
        for name in ("pods", "cpu", "memory"):
            if wanted.get(name, 0) and wanted[name] + used.get(name, 0) > total[name]:
                return (f"OutOf{name}", f"Node didn't have enough resource: {name}, requested: {wanted[name]}, "
                                        f"used: {used.get(name, 0)}, capacity: {total[name]}")
        return None

    # Reports

    def report(self, key: str, worker: Object, span: int) -> None:
        """Write the pod's status; while one report is under way the next waits and says the newest."""
        pod = self.informer("pods").get(key)
        if pod is None or pod["metadata"]["uid"] != worker["uid"]:
            return
        if worker["reporting"]:
            worker["dirty"] = True
            return
        status = report(pod, worker, self.kernel.timestamp, self.kernel.now, node_object.address(self.machine))
        if _same(status, pod.get("status", {})):
            self.pods.reported(pod, worker, span)
            return
        worker["reporting"] = True
        word = _word(status, worker)
        self.request("PATCH", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}/status",
                     {"metadata": {"uid": worker["uid"]}, "status": status}, cause=span, then="reported",
                     data=worker["uid"], content_type=MERGE_PATCH, phrase="kubelet.reports",
                     args={"node": self.node, "pod": pod["metadata"]["name"], "word": word},
                     level=DETAIL if word == "ContainerCreating" else STORY, subject=f"status: {word}")

    def on_reported(self, uid: str, status: int, body: Any, span: int) -> None:
        """The API server has the report (or not)."""
        worker = self.workers.get(uid)
        if worker is None:
            return
        worker["reporting"] = False
        pod = self.informer("pods").get(worker["key"])
        if status == 0 or status >= 500:
            self.kernel.timer(self.part, 10 * SECOND, "report-again", uid, cause=span)
        elif worker["dirty"]:
            worker["dirty"] = False
            self.report(worker["key"], worker, span)
        elif pod is not None:
            self.pods.reported(pod, worker, span)

    # Its node

    def on_registered(self, data: Any, status: int, body: Any, span: int) -> None:
        """The Node object is there."""
        self.registration.registered(status, span)

    def on_node(self, data: Any, status: int, body: Any, span: int) -> None:
        """The Node object was read."""
        self.registration.node_read(status, body, span)

    def on_lease(self, data: Any, status: int, body: Any, span: int) -> None:
        """The Lease was renewed, or read again."""
        self.registration.leased(status, body, span)

    def on_deleted(self, uid: str, status: int, body: Any, span: int) -> None:
        """The last DELETE of a pod was answered; if nobody heard it, say it again later."""
        if status == 0 or status >= 500:
            self.kernel.timer(self.part, 10 * SECOND, "report-again", uid, cause=span)

    # The runtime

    def runtime(self, kind: str, payload: Object, then: str, uid: str, container: str, cause: int, *, phrase: str = "",
                args: dict[str, Any] | None = None, level: int = DETAIL, subject: str = "") -> None:
        """Ask the container runtime; its answer goes to the lifecycle's `on_<then>`."""
        self.state["next"] = number = self.state["next"] + 1
        self.state["runtime_calls"][str(number)] = [then, uid, container]
        self.kernel.send(self.part, f"{self.node}/container-runtime", kind,
                         {"source": self.part, "id": number, "subject": subject, **payload}, cause, verb=kind,
                         subject=subject, phrase=phrase, args=args, level=level)

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """Answers and events of the runtime, and its own timers."""
        if kind == "runtime-answer":
            call = self.state["runtime_calls"].pop(str(payload["id"]), None)
            if call is not None:
                self.state["runtime_down"] = False
                self.pods.answered(call[0], call[1], call[2], payload, span)
        elif kind == "container-exited":
            self.pods.container_exited(payload, span)
        elif kind == "refused" or (kind == "closed" and payload["peer"].endswith("/container-runtime")):
            self._runtime_is_down(payload, span)
        elif kind == "sync":
            self.pods.sync(payload, span)
        elif kind == "probe":
            self.pods.probe(payload, span)
        elif kind == "report-again":
            worker = self.workers.get(payload)
            if worker is not None:
                self.report(worker["key"], worker, span)
        elif kind == "relist-runtime":
            self.runtime("ListPodSandbox", {}, "listed", "", "", span, level=BACKGROUND)
        else:
            self.registration.on_timer(kind, span)

    def _runtime_is_down(self, payload: Object, span: int) -> None:
        """Nothing can start or stop; calls are forgotten and everything is asked again when the runtime answers."""
        self.state["runtime_calls"] = {}
        if not self.state["runtime_down"]:
            self.state["runtime_down"] = True
            self.kernel.timer(self.part, 30 * SECOND, "runtime-check", background=True)
        for worker in self.workers.values():
            worker["making"] = False
            for name, row in worker["containers"].items():
                worker["containers"][name] = {**row, "busy": False}
        self.state["settled"] = False
        self.kernel.timer(self.part, 5 * SECOND, "relist-runtime", background=True)

    def view(self) -> Object:
        """What this kubelet believes of its pods."""
        return {**super().view(), "pods": [worker["key"] for worker in self.workers.values()]}


def _word(status: Object, worker: Object) -> str:
    """The report in a word, as kubectl would print it."""
    if worker["final_phase"]:
        return str(status["phase"])
    for entry in status["containerStatuses"]:
        for state in ("waiting", "terminated"):
            if state in entry["state"]:
                return str(entry["state"][state].get("reason", status["phase"]))
    ready = all(entry["ready"] for entry in status["containerStatuses"])
    return "Running" if ready else "Running, not ready"


def _same(status: Object, before: Object) -> bool:
    """Whether a report would say nothing new."""
    return status == before
