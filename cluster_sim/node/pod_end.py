"""How a pod ends: deleted, finished by itself, or gone from the API server while it still runs.

Deleted: preStop hook, SIGTERM, the rest of the grace (at least 2 s), SIGKILL; then the sandbox goes; then the end is
reported; and only when that report has arrived does the kubelet delete the object for good. Source: kubernetes
pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer), pkg/kubelet/pod_workers.go, status_manager.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client import unheard
from cluster_sim.kernel import SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import lifecycle_hooks, pod_worker

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases(
    {
        "kubelet.stops": "kubelet on {node} sees it and asks the containers of {pod} to stop: they have {grace} s",
        "kubelet.shortens": "kubelet on {node} sees that {pod} has less time: {grace} s",
        "kubelet.finds-gone": "kubelet on {node} sees that {pod} is gone from the API server and kills what still runs",
        "kubelet.hook": "kubelet on {node} first runs the preStop hook of {container}; the grace period runs already",
        "kubelet.deletes": "kubelet on {node} says that nothing of {pod} runs any more: the API server may forget it",
    },
    file="cluster_sim/node/pod_end.py",
)

Object = dict[str, Any]
SMALLEST_GRACE = 2  # seconds: killContainer gives at least this much


class PodEnd:
    """Works on the kubelet's workers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    # What begins an end

    def terminate(self, pod: Object, worker: Object, span: int) -> None:
        """The pod is being deleted: stop its containers within the grace that is left. A later one may be shorter."""
        grace = grace_of(pod)
        if worker["gone"]:  # it had ended by itself, or this is the echo of the last word
            self.kubelet.report(worker, span)
            return
        shorter = worker["stopping"] and worker["grace"] is not None
        if shorter and grace >= worker["grace"]:
            return
        worker["stopping"], worker["grace"] = True, grace
        self.kernel.tell(span, "kubelet.shortens" if shorter else "kubelet.stops",
                         {"node": self.kubelet.node, "pod": pod["metadata"]["name"], "grace": grace}, level=STORY)
        if shorter:
            for name, row in worker["containers"].items():
                if row["state"] == "running":
                    self._ask(worker, name, grace, span)
        self.go_on(pod, worker, span)

    def container_exited(self, event: Object, span: int) -> None:
        """A container ended: by itself, by a probe or because the pod stops."""
        worker = self.kubelet.workers.get(event["uid"])
        if worker is None:
            return
        for name, row in worker["containers"].items():
            if row["id"] == event["container"] and row["state"] == "running":
                worker["containers"][name] = pod_worker.exited(row, event["code"], event["reason"], event["started_at"],
                                                               event["finished_at"])
                break
        else:
            return
        pod = self.kubelet.pod_of(worker)
        if worker["stopping"]:
            self.go_on(pod, worker, span)
        elif pod is not None:
            outcome = pod_worker.ends_with(pod, worker)
            if outcome is not None:
                worker.update(stopping=True, outcome=outcome)
                self.go_on(pod, worker, span)
            else:
                self.kubelet.report(worker, span)
                self.kubelet.start_up.advance(pod, worker, span)

    def object_is_gone(self, pod: Object, worker: Object, span: int) -> None:
        """The object was deleted: at the end of a termination, or by force while containers still run."""
        if worker["gone"] or (worker["sandbox"] is None and not worker["making"]):
            self.forget(worker, span)
            return
        self.kernel.tell(span, "kubelet.finds-gone", {"node": self.kubelet.node, "pod": pod["metadata"]["name"]},
                         level=STORY)
        worker.update(stopping=True, grace=SMALLEST_GRACE)
        for name, row in worker["containers"].items():
            if row["asked"] is not None:
                self._ask(worker, name, SMALLEST_GRACE, span)
        self.go_on(None, worker, span)

    def end_for(self, pod: Object, worker: Object, reason: str, message: str, grace: int | None, span: int,
                disrupted: str = "") -> None:
        """The kubelet itself ends a pod: it fails, for this reason. `disrupted`: what its DisruptionTarget says."""
        worker.update(stopping=True, grace=grace, outcome="Failed", why={"reason": reason, "message": message},
                      **({"disrupted": disrupted} if disrupted else {}))
        self.go_on(pod, worker, span)

    # How it goes on

    def go_on(self, pod: Object | None, worker: Object, span: int) -> None:
        """Stop what runs; when nothing does, the sandbox; then tell the end."""
        if worker["gone"] or worker["making"]:
            return
        waiting = any(row["step"] in ("create", "start") for row in worker["containers"].values())
        names = pod_worker.to_stop(pod, worker)
        for name in names:
            if worker["containers"][name]["asked"] is None:
                self.stop(pod, worker, name, SMALLEST_GRACE if pod is None else worker["grace"], span)
        if names or waiting:
            return
        if worker["sandbox"] is not None:
            worker["gone"] = True
            self.kubelet.runtime(
                "StopPodSandbox", {"sandbox": worker["sandbox"]}, "sandbox_stopped", worker["uid"], "", span
            )
        else:
            self.on_sandbox_stopped(pod, worker, "", {}, span)

    def stop(self, pod: Object | None, worker: Object, name: str, grace: int | None, span: int,
             message: str = "") -> None:
        """One container: its preStop hook, then SIGTERM."""
        row = worker["containers"][name]
        seconds = SMALLEST_GRACE if pod is None else grace_of(pod) if grace is None else grace
        worker["containers"][name] = {**row, "asked": self.kernel.now}
        if pod is None:
            self._ask(worker, name, seconds, span)
            return
        container = pod_worker.container_spec(pod, name)
        self.kubelet.event(pod, "Normal", "Killing", message or f"Stopping container {name}", span, container)
        if not lifecycle_hooks.of(container, "preStop") or not seconds:
            self._ask(worker, name, seconds, span)
            return
        span = self.kernel.work(self.kubelet.part, span, verb="hook", subject=name, phrase="kubelet.hook", level=STORY,
                                args={"node": self.kubelet.node, "container": name})
        lifecycle_hooks.run(self.kubelet, worker, container, "preStop", seconds, span)

    def on_hooked(self, pod: Object | None, worker: Object, name: str, answer: Object, span: int) -> None:
        """The hook is done: what is left of the grace begins with SIGTERM."""
        row = worker["containers"][name]
        if row["state"] != "running" or row["asked"] is None:
            return
        if lifecycle_hooks.failed(answer) and pod is not None:
            self.kubelet.event(pod, "Warning", "FailedPreStopHook", "PreStopHook failed", span,
                               pod_worker.container_spec(pod, name))
        grace = worker["grace"] if worker["grace"] is not None else 30 if pod is None else grace_of(pod)
        self._ask(worker, name, grace - (self.kernel.now - row["asked"]) // SECOND, span)

    def _ask(self, worker: Object, name: str, seconds: int, span: int) -> None:
        self.kubelet.runtime("StopContainer", {"container": worker["containers"][name]["id"],
                                               "grace": max(seconds, SMALLEST_GRACE) * SECOND},
                             "stopped", worker["uid"], name, span, subject=name)

    def on_sandbox_stopped(self, pod: Object | None, worker: Object, _: str, answer: Object, span: int) -> None:
        """Nothing of the pod is left: report how it ended."""
        worker["gone"] = True
        if pod is None:
            self.forget(worker, span)
            return
        if not worker["final"]:
            rows = [worker["containers"].get(each["name"]) for each in pod["spec"]["containers"]]
            clean = all(row is not None and row["state"] == "exited" and row["code"] == 0 for row in rows)
            worker["final"] = {"phase": worker["outcome"] or ("Succeeded" if clean else "Failed"), **worker.get("why", {})}
        self.kubelet.report(worker, span)

    def reported(self, pod: Object, worker: Object, span: int) -> None:
        """The newest report has arrived; if it was the last of a pod being deleted, the object may go."""
        if worker["gone"] and worker["final"] and "deletionTimestamp" in pod["metadata"] and not worker["deleting"]:
            worker["deleting"] = True
            self.delete_object(pod, span)

    def delete_object(self, pod: Object, span: int) -> None:
        """The last word: grace period 0, for this very pod."""
        meta = pod["metadata"]
        self.kubelet.request(
            "DELETE",
            f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}",
            {
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "gracePeriodSeconds": 0,
                "preconditions": {"uid": meta["uid"]},
            },
            cause=span,
            then="deleted",
            data=meta["uid"],
            phrase="kubelet.deletes",
            args={"node": self.kubelet.node, "pod": meta["name"]},
            level=STORY,
            subject=f"delete {meta['name']}",
        )

    def on_deleted(self, uid: str, status: int, body: Any, span: int) -> None:
        """The last DELETE was answered; if nobody heard it, say it again later."""
        worker = self.kubelet.workers.get(uid)
        if worker is not None and unheard(status):
            worker["deleting"] = False
            self.kernel.timer(self.kubelet.part, 10 * SECOND, "report-again", uid, cause=span)

    def forget(self, worker: Object, span: int) -> None:
        """The pod is over, here and at the API server: clear up."""
        for sandbox in (worker["sandbox"], worker.get("old sandbox")):
            if sandbox is not None:
                self.kubelet.runtime("RemovePodSandbox", {"sandbox": sandbox}, "removed", worker["uid"], "", span)
        self.kubelet.workers.pop(worker["uid"], None)
        self.kubelet.resizes.retry(span)


def grace_of(pod: Object) -> int:
    """The grace period in seconds: as the deletion says, else as the pod asks for."""
    seconds = pod["metadata"].get("deletionGracePeriodSeconds")
    seconds = pod["spec"].get("terminationGracePeriodSeconds", 30) if seconds is None else seconds
    return int(seconds)
