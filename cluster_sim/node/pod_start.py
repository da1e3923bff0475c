"""From a bound pod to running containers: the kubelet's half of the conversation with the runtime.

Each answer of the runtime changes what the worker knows; then `advance` does the next steps and `report` writes what
became of it. Source: kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod), kuberuntime_container.go
(startContainer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import quantity, resources
from cluster_sim.client import unheard
from cluster_sim.kernel import SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import (
    data_files,
    eviction,
    lifecycle_hooks,
    node_object,
    out_of_memory,
    pod_worker,
    resolver,
    sources,
)
from cluster_sim.node.restart_backoff import whole_seconds

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.sandbox": "kubelet asks the runtime for a sandbox: a network and an address for {pod}",
    "kubelet.starts": "kubelet asks the runtime to start container {container}. Its image is on {node}",
    "kubelet.restarts": "kubelet on {node} starts container {container} again, in the same pod {pod}",
    "kubelet.runs": "Container {container} of {pod} runs, but only kubelet knows. Its report is on the way",
    "kubelet.post-start": "kubelet on {node} runs the postStart hook of {container}; until it ends no other container starts",
    "kubelet.waits": "kubelet on {node} waits with {pod}: {why}",
}, file="cluster_sim/node/pod_start.py")

Object = dict[str, Any]
RETRY = 10 * SECOND  # after an error of a sync
HOOK_LIMIT = 3_600  # seconds a postStart hook may take here


class PodStart:
    """Works on the kubelet's workers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def advance(self, pod: Object, worker: Object, span: int) -> None:
        """Do everything that can be done now."""
        if not self.kubelet.state["settled"] or self._fetch_sources(pod, worker, span):
            return
        while steps := pod_worker.next_steps(pod, worker, self.kernel.now):
            step, container = steps[0]
            if step == "sandbox":
                self._make_sandbox(pod, worker, span)
                return
            if step == "restart":
                self._restart(pod, worker, container, span)
            else:
                self._start(pod, worker, container, span)

    def sync(self, uid: str, span: int) -> None:
        """A pause is over: look at the pod again."""
        worker = self.kubelet.workers.get(uid)
        pod = self.kubelet.pod_of(worker) if worker else None
        if worker is not None and pod is not None:
            self.advance(pod, worker, span)

    # ConfigMaps and Secrets

    def _fetch_sources(self, pod: Object, worker: Object, span: int) -> bool:
        """Ask for what the pod is made from; → whether to wait for it."""
        if worker["sources"] is None:
            names = sources.needed(pod)
            worker["sources"] = {}
            worker["fetching"] = len(names)
            for name in names:
                plural, _, one = name.partition("/")
                path = resources.path(plural, pod["metadata"]["namespace"], one)
                self.kubelet.request("GET", path, cause=span, then="source", data=[worker["uid"], name])
        return bool(worker.get("fetching"))

    def on_source(self, data: list[str], status: int, body: Any, span: int) -> None:
        """One of them has come, or does not exist."""
        uid, name = data
        worker = self.kubelet.workers.get(uid)
        pod = self.kubelet.pod_of(worker) if worker else None
        if worker is None or pod is None or worker["sources"] is None:
            return
        if unheard(status):  # nobody says whether it exists
            self._look_again(worker, span)
            return
        worker["sources"][name] = sources.values_of(name.partition("/")[0], body) if status == 200 else None
        worker["fetching"] -= 1
        if worker["fetching"] == 0:
            self.advance(pod, worker, span)

    def _look_again(self, worker: Object, span: int, after: int = RETRY) -> None:
        """Fetch what was missing anew, after a pause."""
        self.kernel.timer(self.kubelet.part, after, "sources", worker["uid"], cause=span)

    def refetch(self, uid: str, span: int) -> None:
        """The pause is over."""
        worker = self.kubelet.workers.get(uid)
        pod = self.kubelet.pod_of(worker) if worker else None
        if worker is not None and pod is not None and not worker["stopping"]:
            worker["sources"] = None
            self.advance(pod, worker, span)

    # The sandbox

    def _make_sandbox(self, pod: Object, worker: Object, span: int) -> None:
        name, machine = pod["metadata"]["name"], self.kubelet.machine
        problem = sources.missing_volume(pod, worker["sources"])
        if problem is not None:
            worker["until"] = self.kernel.now + RETRY
            span = self._waits(pod, problem.partition(" : ")[2], span)
            self.kubelet.event(pod, "Warning", "FailedMount", problem, span)
            self._look_again(worker, span)
            return
        worker["making"] = True
        self.kubelet.runtime(
            "RunPodSandbox",
            {
                "pod": {"namespace": pod["metadata"]["namespace"], "name": name, "uid": worker["uid"]},
                "host_network": bool(pod["spec"].get("hostNetwork")),
                "node_ip": node_object.address(machine),
                "network": node_object.pod_network(machine),
                "dns": resolver.config(pod),
            },
            "sandbox",
            worker["uid"],
            "",
            span,
            phrase="kubelet.sandbox",
            args={"pod": name},
            level=STORY,
            subject=name,
        )

    def on_sandbox(self, pod: Object, worker: Object, _: str, answer: Object, span: int) -> None:
        """The sandbox is there, with the pod's address."""
        worker["making"] = False
        if "error" in answer:
            worker["until"] = self.kernel.now + RETRY
            self.kubelet.event(
                pod,
                "Warning",
                answer["error"],
                f"Failed to create pod sandbox: rpc error: code = Unknown desc = {answer['message']}",
                span,
            )
            self.kernel.timer(self.kubelet.part, RETRY, "sync", worker["uid"], cause=span)
            return
        worker.update(sandbox=answer["sandbox"], ip=answer["ip"])
        if worker.get("old sandbox"):
            old = worker.pop("old sandbox")
            self.kubelet.runtime("RemovePodSandbox", {"sandbox": old}, "removed", worker["uid"], "", span)
        if worker["stopping"]:
            self.kubelet.ending.go_on(pod, worker, span)
            return
        self.advance(pod, worker, span)
        # Unless the containers start at once, the address is worth a report of its own.
        if any(row["step"] == "pull" for row in worker["containers"].values()) or pod["spec"].get("initContainers"):
            self.kubelet.report(worker, span)

    # Containers

    def _start(self, pod: Object, worker: Object, container: Object, span: int) -> None:
        """See to the image; when it is here, make the container."""
        row = worker["containers"].get(container["name"]) or pod_worker.new_row()
        if self.kubelet.pulls.ensure(pod, worker, container, row, span):
            self.create(pod, worker, container, row, span)

    def create(self, pod: Object, worker: Object, container: Object, row: Object, span: int) -> None:
        """The image is here: make the container, with its environment."""
        name = container["name"]
        variables, problem = sources.environment(pod, container, worker["sources"], worker["ip"],
                                                 node_object.address(self.kubelet.machine))
        if problem:
            worker["containers"][name] = {**row, "step": "", "reason": "CreateContainerConfigError", "message": problem,
                                          "until": self.kernel.now + RETRY}
            span = self._waits(pod, problem, span)
            self.kubelet.event(pod, "Warning", "Failed", f"Error: {problem}", span, container)
            self.kubelet.report(worker, span)
            self._look_again(worker, span)
            return
        row = worker["containers"][name] = {**row, "step": "create", "failures": 0}
        asks = (worker.get("allocated") or {}).get(name) or container.get("resources")
        if asks:
            row["resources"] = asks
            container = {**container, "resources": asks}
        self.kubelet.runtime("CreateContainer", {"sandbox": worker["sandbox"], "container": container, "env": variables,
                                                 "attempt": row["restarts"], "mounts": data_files.places(pod, container),
                                                 "oom_score_adj": self._oom_score_adj(pod, container)},
                             "created", worker["uid"], name, span, subject=name)

    def _oom_score_adj(self, pod: Object, container: Object) -> int:
        """How gladly the operating system may end it when the machine's memory is used up."""
        quality = (pod.get("status") or {}).get("qosClass", "BestEffort")
        if quality == "BestEffort":
            return 1000
        asked = eviction.request(container, "memory")
        capacity = quantity.value(self.kubelet.machine["memory"])
        return out_of_memory.score_adjustment(quality, asked, capacity, eviction.is_critical(pod))

    def on_created(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The container exists: start it."""
        row, container = worker["containers"][name], pod_worker.container_spec(pod, name)
        if "error" in answer:
            self._failed(pod, worker, name, answer, span)
            return
        worker["containers"][name] = {**row, "step": "", "id": answer["container"]}
        if worker["stopping"]:
            self.kubelet.ending.go_on(pod, worker, span)
            return
        worker["containers"][name] = {**row, "id": answer["container"], "step": "start"}
        self.kubelet.event(pod, "Normal", "Created", "Container created", span, container)
        self.kubelet.runtime(
            "StartContainer",
            {"container": answer["container"]},
            "started",
            worker["uid"],
            name,
            span,
            phrase="kubelet.restarts" if row["restarts"] else "kubelet.starts",
            level=STORY,
            subject=name,
            args={"node": self.kubelet.node, "container": name, "pod": pod["metadata"]["name"]},
        )

    def on_started(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The container runs. So far only this kubelet knows."""
        row, container = worker["containers"][name], pod_worker.container_spec(pod, name)
        if "error" in answer:
            self._failed(pod, worker, name, answer, span)
            return
        if answer["look"]:
            self.kubelet.evictions.look(span)
        self.kernel.tell(span, "kubelet.runs", {"container": name, "pod": pod["metadata"]["name"]}, level=STORY)
        self.kubelet.event(pod, "Normal", "Started", "Container started", span, container)
        started_ok = not pod_worker.has_probe(container, "startup")
        ready = started_ok and not pod_worker.has_probe(container, "readiness")
        worker["containers"][name] = {**row, "state": "running", "step": "", "reason": "", "message": "",
                                      "started": answer["started_at"], "started_ok": started_ok, "ready": ready}
        worker["containers"][name].pop("again", None)
        if worker["stopping"]:
            self.kubelet.ending.go_on(pod, worker, span)
            return
        self.kubelet.probes.begin(worker, container)
        if lifecycle_hooks.of(container, "postStart"):
            worker["containers"][name]["step"] = "hook"
            span = self.kernel.work(self.kubelet.part, span, verb="hook", subject=name, phrase="kubelet.post-start", level=STORY,
                                    args={"node": self.kubelet.node, "container": name})
            lifecycle_hooks.run(self.kubelet, worker, container, "postStart", HOOK_LIMIT, span)
            return
        self._next(pod, worker, span)

    def on_post_started(self, pod: Object | None, worker: Object, name: str, answer: Object, span: int) -> None:
        """The postStart hook is over; if it failed its container has to go."""
        row = worker["containers"][name]
        if pod is None or row["step"] != "hook":
            return
        worker["containers"][name] = {**row, "step": ""}
        if row["state"] == "running" and row["asked"] is None and lifecycle_hooks.failed(answer):
            container = pod_worker.container_spec(pod, name)
            self.kubelet.event(pod, "Warning", "FailedPostStartHook", "PostStartHook failed", span, container)
            self.kubelet.ending.stop(pod, worker, name, None, span, "FailedPostStartHook")
        if not worker["stopping"]:
            self._next(pod, worker, span)

    def _next(self, pod: Object, worker: Object, span: int) -> None:
        """On with the next container; what has started is told when no other is about to."""
        if worker.get("resizing"):
            self.kubelet.resizes.settle(pod, worker, span)
        self.advance(pod, worker, span)
        # Containers that start together are reported together.
        if not any(other["step"] in ("create", "start", "hook") for other in worker["containers"].values()):
            self.kubelet.report(worker, span)

    def _failed(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The runtime could not make or start the container."""
        row = worker["containers"][name]
        worker["containers"][name] = {**row, "step": "", "reason": answer["error"], "message": answer["message"],
                                      "until": self.kernel.now + RETRY}
        if worker["stopping"]:
            self.kubelet.ending.go_on(pod, worker, span)
            return
        self.kubelet.event(pod, "Warning", "Failed", f"Error: {answer['message']}", span,
                           pod_worker.container_spec(pod, name))
        self.kernel.timer(self.kubelet.part, RETRY, "sync", worker["uid"], cause=span)
        self.kubelet.report(worker, span)
        self.advance(pod, worker, span)

    def _restart(self, pod: Object, worker: Object, container: Object, span: int) -> None:
        """A container has ended and is to run again: at once the first time, later after a pause."""
        row = worker["containers"][container["name"]] = pod_worker.to_restart(
            worker["containers"][container["name"]], pod, container)
        wait = row["until"] - self.kernel.now
        if wait <= 0:
            self._start(pod, worker, container, span)
            return
        meta = pod["metadata"]
        span = self._waits(pod, f"{container['name']} has ended too often; its back-off is {whole_seconds(wait)}", span)
        self.kubelet.event(
            pod,
            "Warning",
            "BackOff",
            f"Back-off restarting failed container {container['name']} in pod "
            f"{meta['name']}_{meta['namespace']}({worker['uid']})",
            span,
            container,
        )
        self.kernel.timer(self.kubelet.part, wait, "sync", worker["uid"], cause=span)
        self.kubelet.report(worker, span)

    def _waits(self, pod: Object, why: str, span: int) -> int:
        return self.kernel.work(
            self.kubelet.part,
            span,
            verb="wait",
            subject=pod["metadata"]["name"],
            phrase="kubelet.waits",
            args={"node": self.kubelet.node, "pod": pod["metadata"]["name"], "why": why},
            level=STORY,
        )
