"""The TTL controller: tells kubelets how long they may keep Secrets and ConfigMaps, by the size of the cluster.

The number stands in an annotation of each Node: 0 in a small cluster, up to 300 s in one of 1,800 nodes or more. Its
bounds overlap, so that a node more or less does not change all the others. A kubelet that watches what its pods use, as
they do by default, does not need it.

Source: kubernetes pkg/controller/ttl/ttl_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.controllers.pods import Object

ANNOTATION = "node.alpha.kubernetes.io/ttl"
BOUNDS = ((0, 100, 0), (90, 500, 15), (450, 1_000, 30), (900, 2_000, 60), (1_800, None, 300))  # least, most, seconds


def next_step(step: int, nodes: int) -> int:
    """Where in BOUNDS a cluster of so many nodes is, if it was at `step`."""
    while (most := BOUNDS[step][1]) is not None and nodes > most:
        step += 1
    while nodes < BOUNDS[step][0]:
        step -= 1
    return step


class NodeTTLController(Controller):
    """Nodes' annotation."""

    name = "ttl"
    account = "ttl-controller"
    watches = ("nodes",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A node whose annotation is not right; whatever changes on a node, its number of seconds is looked at."""
        if old is None or new is None:
            self.state["step"] = next_step(self.state.get("step", 0), len(self.lister("nodes").objects))
        return (meta.name(new),) if new is not None and not self.is_right(new) else ()

    def is_right(self, node: Object) -> bool:
        """It has the number of seconds of a cluster of this size."""
        return meta.annotations(node).get(ANNOTATION) == self.seconds()

    def seconds(self) -> str:
        """As the annotation has it."""
        return str(BOUNDS[self.state.get("step", 0)][2])

    def sync(self, key: str, span: int) -> None:
        """Write it."""
        node = self.lister("nodes").get(key)
        if node is not None and not meta.is_deleting(node) and not self.is_right(node):
            self.patch("nodes", node, {"metadata": {"annotations": {ANNOTATION: self.seconds()}}}, subject=key,
                       content_type=STRATEGIC_MERGE_PATCH)
