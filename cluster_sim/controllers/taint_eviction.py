"""The taint eviction controller: pods leave a node whose NoExecute taint they do not tolerate, or no longer.

A pod without a fitting toleration is deleted at once; one that tolerates the taint for so many seconds is deleted when
those are over, unless the taint goes first. Every pod gets 300 s for not-ready and unreachable by default
(admission DefaultTolerationSeconds): that is why pods stay on a dead node for five minutes.

Source: kubernetes pkg/controller/tainteviction/taint_eviction.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.taints import tolerates
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers.pod_gc import NODE_INDEX, index_by_node
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import refused
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "taint_eviction.wait": "Taint eviction controller will delete {pod} in {seconds} s, if {node} stays as it is",
    "taint_eviction.delete": "Taint eviction controller deletes {pod}: it does not tolerate {taint} on {node}",
    "taint_eviction.cancel": "Taint eviction controller lets {pod} stay: the taint is gone",
}, file="cluster_sim/controllers/taint_eviction.py")

FOREVER = -1


def no_execute(node: Object | None) -> list[Object]:
    """The node's NoExecute taints."""
    taints = ((node or {}).get("spec") or {}).get("taints") or ()
    return [taint for taint in taints if taint.get("effect") == "NoExecute"]


def may_stay(taints: list[Object], tolerations: list[Object] | None) -> int:
    """How many seconds a pod may stay with these taints; 0 if it does not tolerate one.

    For each taint the first toleration that fits counts, and of those the shortest.
    """
    least = FOREVER
    for taint in taints:
        fitting = next((toleration for toleration in tolerations or () if tolerates(toleration, taint)), None)
        if fitting is None:
            return 0
        seconds = fitting.get("tolerationSeconds")
        if seconds is not None:
            least = max(0, seconds) if least == FOREVER else min(least, max(0, seconds))
    return least


def first_untolerated(taints: list[Object], pod: Object) -> Object:
    """The taint that makes the pod go now; the first, if each is tolerated for a time that is over."""
    tolerations = pod["spec"].get("tolerations")
    return next((taint for taint in taints if may_stay([taint], tolerations) == 0), taints[0])


class TaintEvictionController(Controller):
    """Pods on nodes with NoExecute taints."""

    name = "taint-eviction"
    account = "node-controller"
    watches = ("nodes", "pods")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        index_by_node(process)
        self.since: dict[str, Any] = self.state.setdefault("since", {})  # pod → [uid, when its time began]

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A pod that was bound; all pods of a node whose NoExecute taints changed."""
        if resource == "nodes":
            if _kinds(no_execute(old)) == _kinds(no_execute(new)) or (new or old) is None:
                return ()
            return sorted(meta.key(pod) for pod in self.lister("pods").by(NODE_INDEX, meta.name(new or old or {})))
        if new is None or not new["spec"].get("nodeName"):
            self.since.pop(meta.key(new or old or {}), None)
            return ()
        known = old is not None and old["spec"] is new["spec"] or old is not None and (
            old["spec"].get("nodeName"), old["spec"].get("tolerations")) == (
            new["spec"].get("nodeName"), new["spec"].get("tolerations"))
        return () if known else (meta.key(new),)

    def sync(self, key: str, span: int) -> None:
        """Delete now, later, or not at all."""
        pod = self.lister("pods").get(key)
        if pod is None or meta.is_deleting(pod):
            self.since.pop(key, None)
            return
        node = pod["spec"].get("nodeName", "")
        taints = no_execute(self.lister("nodes").get(node)) if node else []
        seconds = may_stay(taints, pod["spec"].get("tolerations"))
        if not taints or seconds == FOREVER:
            if self.since.pop(key, None) is not None:
                self.work_span("taint_eviction.cancel", {"pod": meta.name(pod)}, subject=meta.name(pod))
                self.event(pod, "Normal", "TaintManagerEviction", f"Cancelling deletion of Pod {key}")
            return
        uid, began = self.since.get(key, ("", 0))
        if uid != meta.uid(pod):
            began = self.now
            self.since[key] = [meta.uid(pod), began]
            if seconds:
                self.work_span("taint_eviction.wait", {"pod": meta.name(pod), "seconds": seconds, "node": node},
                               subject=meta.name(pod), detail={"rule": "tolerationSeconds", "seconds": seconds})
        left = began + seconds * SECOND - self.now
        if left > 0:
            self.requeue(key, left)
            return
        self.blame(*self.kernel.behind_silence(f"{node}/kubelet"))
        self.event(pod, "Normal", "TaintManagerEviction", f"Marking for deletion Pod {key}")
        condition = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager",
                     "message": "Taint manager: deleting due to NoExecute taint",
                     "lastTransitionTime": self.kernel.timestamp()}
        self.patch("pods", pod, {"status": {"conditions": [condition]}}, subresource="status", then="marked",
                   data={"taint": first_untolerated(taints, pod)["key"], "node": node}, content_type=STRATEGIC_MERGE_PATCH,
                   subject=meta.name(pod))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Once its condition says why, delete it."""
        pod, (step, data, _, _) = self.lister("pods").get(key), answers[0]
        if pod is not None and step == "marked" and not refused(answers):
            self.since.pop(key, None)
            self.delete("pods", pod, then="deleted", subject=meta.name(pod), phrase="taint_eviction.delete",
                        args={"pod": meta.name(pod), **data})


def _kinds(taints: list[Object]) -> list[tuple[Any, Any]]:
    return [(taint["key"], taint.get("value")) for taint in taints]
