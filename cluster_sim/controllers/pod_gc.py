"""The pod garbage collector: removes pods that nobody else will.

Every 20 s: pods bound to a node that no longer exists, pods being deleted that were never bound, pods being deleted on
a node that is not ready and that somebody has declared out of service, and, beyond 12,500, the oldest finished ones.
Pods of a node that is only silent stay: it may come back. What had not finished is marked Failed before it goes, for no
kubelet will ever say how it ended.

Source: kubernetes pkg/controller/podgc/gc_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers import pods
from cluster_sim.controllers.node_health import ready_status
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import refused
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "pod_gc.orphan": "Pod GC finds {pod} bound to node {node}, which no longer exists, and removes it",
    "pod_gc.unbound": "Pod GC finds {pod} deleted before it had a node, and removes it",
    "pod_gc.out-of-service": "Pod GC believes that {node} is out of service, and removes {pod}: no kubelet will confirm",
    "pod_gc.finished": "Pod GC removes {pod}: there are more than {limit} finished pods",
}, file="cluster_sim/controllers/pod_gc.py")

PERIOD = 20 * SECOND
QUARANTINE = 40 * SECOND  # a node must be missing for so long
FINISHED_LIMIT = 12_500
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
NODE_INDEX = "node"


def index_by_node(process: ControllerHost) -> None:
    """Have the pod informer find the pods of a node; "" are those without one."""
    if not process.informer("pods").has_index(NODE_INDEX):
        process.informer("pods").add_index(NODE_INDEX, lambda pod: pod["spec"].get("nodeName", ""))


def is_out_of_service(node: Object | None) -> bool:
    """Whether somebody has declared the node off, and nothing says otherwise: a ready node is not believed to be."""
    taints = ((node or {}).get("spec") or {}).get("taints") or ()
    return node is not None and ready_status(node) != "True" and any(taint["key"] == OUT_OF_SERVICE for taint in taints)


class PodGCController(Controller):
    """Pods that are nobody's business any more."""

    name = "pod-garbage-collector"
    account = "pod-garbage-collector"
    watches = ("pods", "nodes")
    reads = ("pods", "nodes")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        index_by_node(process)
        self.missing: dict[str, int] = self.state.setdefault("missing", {})  # node → when it was first missed

    def begin(self, span: int) -> None:
        """Look every 20 s."""
        self.every(PERIOD)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """No change asks for anything: the clock does."""
        return ()

    def tick(self, span: int) -> None:
        """Find pods to remove."""
        self.every(PERIOD)
        informer, nodes = self.lister("pods"), self.lister("nodes")
        gone = [name for name in informer.values(NODE_INDEX) if name and nodes.get(name) is None]
        for name in [name for name in self.missing if name not in gone]:
            del self.missing[name]
        found = [pod for pod in informer.by(NODE_INDEX, "") if meta.is_deleting(pod)]
        for name in gone:
            if self.now - self.missing.setdefault(name, self.now) >= QUARANTINE:
                found += informer.by(NODE_INDEX, name)
        for node in nodes.list():
            if is_out_of_service(node):
                found += [pod for pod in informer.by(NODE_INDEX, meta.name(node)) if meta.is_deleting(pod)]
        if len(informer.objects) > FINISHED_LIMIT:
            found += self.finished_beyond_limit()
        for pod in sorted(found, key=meta.key):
            self.enqueue(meta.key(pod), span)

    def finished_beyond_limit(self) -> list[Object]:
        """The oldest finished pods above the limit."""
        finished = [pod for pod in self.lister("pods").list() if pods.is_terminal(pod)]
        ordered = sorted(finished, key=lambda pod: (pods.created(pod), meta.key(pod)))
        return ordered[:max(0, len(finished) - FINISHED_LIMIT)]

    def sync(self, key: str, span: int) -> None:
        """Say why, if that is news, then delete without grace."""
        pod = self.lister("pods").get(key)
        if pod is None:
            return
        if pods.is_terminal(pod):
            self.remove(pod)
            return
        status: Object = {"phase": "Failed"}
        node = pod["spec"].get("nodeName", "")
        if node and self.lister("nodes").get(node) is None:
            status["conditions"] = [{"type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC",
                                     "message": "PodGC: node no longer exists",
                                     "lastTransitionTime": self.kernel.timestamp()}]
        self.patch("pods", pod, {"status": status}, subresource="status", content_type=STRATEGIC_MERGE_PATCH,
                   then="failed", subject=meta.name(pod))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Once it is marked Failed, delete it."""
        pod = self.lister("pods").get(key)
        if pod is not None and answers[0][0] == "failed" and not refused(answers):
            self.remove(pod)

    def remove(self, pod: Object) -> None:
        """Delete without grace: no kubelet will confirm."""
        node = pod["spec"].get("nodeName", "")
        there = self.lister("nodes").get(node) if node else None
        phrase = ("pod_gc.unbound" if not node else "pod_gc.orphan" if there is None
                  else "pod_gc.out-of-service" if meta.is_deleting(pod) and is_out_of_service(there) else "pod_gc.finished")
        self.delete("pods", pod, grace=0, then="removed", subject=meta.name(pod), phrase=phrase,
                    args={"pod": meta.name(pod), "node": node, "limit": FINISHED_LIMIT})
