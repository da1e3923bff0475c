"""NodeAffinity: nodeSelector and required node affinity decide, preferred node affinity counts.

Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go.
"""

from __future__ import annotations

from collections.abc import Callable

from cluster_sim.api.node_affinity import matches_required, preference
from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection, spread_to_100
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PREFERRED, REQUIRED, PodShape


class NodeAffinity(Plugin):
    """Filter and score by the node's labels and name."""

    name = "NodeAffinity"
    weight = 2
    relative = True
    wakes = ("node-add", "node-label")
    CONFLICT = Rejection("NodeAffinity", ("pod affinity terms conflict",), unresolvable=True)
    REASON = Rejection("NodeAffinity", ("node(s) didn't match Pod's node affinity/selector",), unresolvable=True)

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node that is as the pod asks now, and was not before."""
        before, after = (node is not None and matches_required(shape.spec, node["metadata"].get("labels") or {},
                                                               node["metadata"]["name"]) for node in (event.old, event.new))
        return after and not before

    def filters(self, cycle: Cycle) -> bool:
        """Only if the pod asks for certain nodes."""
        shape = cycle.shape
        return bool(shape.spec.get("nodeSelector") or (shape.affinity.get("nodeAffinity") or {}).get(REQUIRED))

    def scores(self, cycle: Cycle) -> bool:
        """Only if the pod prefers certain nodes."""
        return bool((cycle.shape.affinity.get("nodeAffinity") or {}).get(PREFERRED))

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Terms that name nodes, but none in common, can hold nowhere."""
        return self.CONFLICT if cycle.shape.pinned == [] else None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Whether the labels (or the name, for a DaemonSet's pod) are as asked."""
        return None if matches_required(cycle.shape.spec, node.labels, node.name) else self.REASON

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """The weights of the preferences it fulfils."""
        return preference(cycle.shape.spec, node.labels, node.name)

    def normalize(self, cycle: Cycle, raws: list[int], sizes: Callable[[], list[int]]) -> list[int]:
        """The node with most gets 100."""
        return spread_to_100(raws)
