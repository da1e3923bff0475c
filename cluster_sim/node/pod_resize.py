"""Resize in place: other requests and limits for containers that go on running.

What a node has promised to a pod (its allocation) need not be what the spec asks for now. If the node could never give
it, the resize is Infeasible; if it cannot at the moment, Deferred, and looked at again whenever a pod of this node ends or
shrinks. Else it is allocated at once, and each container gets its new limits, or is restarted if its resizePolicy for
that resource says so. Source: kubernetes pkg/kubelet/allocation/allocation_manager.go, events/event.go.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cluster_sim.api.pod_requests import pod_requests
from cluster_sim.kernel import STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import admission

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.resizes": "kubelet on {node} gives {pod} the resources it asks for now, without a new pod",
    "kubelet.cannot-resize": "kubelet on {node} cannot resize {pod}: {why}",
    "kubelet.resized": "kubelet on {node} has resized {pod}",
}, file="cluster_sim/node/pod_resize.py")

Object = dict[str, Any]
PENDING, IN_PROGRESS = "PodResizePending", "PodResizeInProgress"


def resources_of(pod: Object) -> dict[str, Object]:
    """Container → what it asks for."""
    spec = pod["spec"]
    return {one["name"]: one.get("resources") or {} for one in [*spec["containers"], *(spec.get("initContainers") or ())]}


class PodResize:
    """Works on the kubelet's workers: "allocated" (container → resources, once it was resized), "resizing" (conditions)."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def wanted(self, old: Object, pod: Object, worker: Object, span: int) -> None:
        """The spec has changed: allocate, defer or refuse."""
        before = worker.get("allocated") or resources_of(old)
        worker["allocated"] = before
        if resources_of(pod) == before:
            self._tell(pod, worker, PENDING, None, span)
            return
        problem = self._problem(pod, worker)
        if problem is None:
            worker["requests"] = {**pod_requests(pod["spec"])}
            worker["allocated"] = resources_of(pod)
            self._actuate(pod, worker, before, span)
            return
        reason, message = problem
        if (worker.get("resizing") or {}).get(PENDING) != [reason, message]:
            self._event(pod, "Warning", f"Resize{reason}", f"Pod resize {reason}", span, message)
            span = self._say("kubelet.cannot-resize", pod, span, why=message)
        self._tell(pod, worker, PENDING, [reason, message], span)

    def retry(self, span: int) -> None:
        """Something on this node has become free: look at what was deferred."""
        for worker in [*self.kubelet.workers.values()]:
            pending = (worker.get("resizing") or {}).get(PENDING)
            pod = self.kubelet.pod_of(worker) if pending and pending[0] == "Deferred" and not worker["stopping"] else None
            if pod is not None:
                self.wanted(pod, pod, worker, span)

    def _problem(self, pod: Object, worker: Object) -> tuple[str, str] | None:
        asked, total = pod_requests(pod["spec"]), admission.allocatable(self.kubelet.machine)
        for name in ("cpu", "memory"):
            if asked.get(name, 0) > total[name]:
                return "Infeasible", (f"Node didn't have enough capacity: {name}, requested: {asked[name]}, "
                                      f"capacity: {total[name]}")
        others = [one for one in self.kubelet.workers.values() if not one["final"] and one is not worker]
        short = admission.lacks_room(self.kubelet.machine, others, asked)
        return None if short is None else ("Deferred", short[1])

    def _actuate(self, pod: Object, worker: Object, before: dict[str, Object], span: int) -> None:
        self._event(pod, "Normal", "ResizeStarted", "Pod resize started", span)
        span = self._say("kubelet.resizes", pod, span)
        worker.setdefault("resizing", {}).pop(PENDING, None)
        worker["resizing"][IN_PROGRESS] = ["", ""]
        for container in [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]:
            name, row = container["name"], worker["containers"].get(container["name"])
            new = worker["allocated"][name]
            if row is None or row["state"] != "running" or new == before.get(name):
                continue
            if _needs_restart(container, before.get(name) or {}, new):
                worker["containers"][name] = {**row, "again": True}
                self.kubelet.ending.stop(pod, worker, name, None, span, f"Container {name} resize requires restart")
            else:
                worker["containers"][name] = {**row, "resizing": True}
                self.kubelet.runtime("UpdateContainerResources", {"container": row["id"], "resources": new}, "resized",
                                     worker["uid"], name, span, subject=name)
        self.kubelet.report(worker, span)
        self.settle(pod, worker, span)

    def on_resized(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """A container has its new limits."""
        row = {**worker["containers"][name], "resources": worker["allocated"][name]}
        row.pop("resizing", None)
        worker["containers"][name] = row
        self.settle(pod, worker, span)

    def settle(self, pod: Object, worker: Object, span: int) -> None:
        """If every container runs with what was allocated, the resize is complete."""
        resizing = worker.get("resizing") or {}
        rows = worker["containers"].values()
        if IN_PROGRESS not in resizing or any(row.get("resizing") or row.get("again") for row in rows):
            return
        self._event(pod, "Normal", "ResizeCompleted", "Pod resize completed", span)
        self._tell(pod, worker, IN_PROGRESS, None, self._say("kubelet.resized", pod, span))
        self.retry(span)

    def _tell(self, pod: Object, worker: Object, kind: str, why: list[str] | None, span: int) -> None:
        resizing = worker.setdefault("resizing", {})
        if why is None:
            resizing.pop(kind, None)
        else:
            resizing[kind] = why
        self.kubelet.report(worker, span)

    def _event(self, pod: Object, kind: str, reason: str, text: str, span: int, error: str = "") -> None:
        """The event's message ends in a summary of what is asked for, as JSON."""
        spec = pod["spec"]
        summary: Object = {}
        for key, list_name in (("initContainers", "initContainers"), ("containers", "containers")):
            found = [{"name": one["name"], "resources": one.get("resources") or {}} for one in spec.get(list_name) or ()]
            if found:
                summary[key] = found
        summary["generation"] = pod["metadata"].get("generation", 1)
        if error:
            summary["error"] = error
        words = json.dumps(summary, separators=(",", ":"), default=dict)
        self.kubelet.event(pod, kind, reason, f"{text}: {words}", span)

    def _say(self, phrase: str, pod: Object, span: int, **more: str) -> int:
        name = pod["metadata"]["name"]
        return self.kernel.work(self.kubelet.part, span, verb="resize", subject=name, phrase=phrase, level=STORY,
                                args={"node": self.kubelet.node, "pod": name, **more})


def _needs_restart(container: Object, before: Object, new: Object) -> bool:
    policies = {policy["resourceName"]: policy["restartPolicy"] for policy in container.get("resizePolicy") or ()}
    for name in ("cpu", "memory"):
        changed = any((before.get(kind) or {}).get(name) != (new.get(kind) or {}).get(name) for kind in ("requests", "limits"))
        if changed and policies.get(name) == "RestartContainer":
            return True
    return False
