"""TaintToleration: a node's taints keep pods away that don't tolerate them; soft taints count against a node.

Source: pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go.
"""

from __future__ import annotations

from collections.abc import Callable

from cluster_sim.api.taints import find_untolerated, tolerated
from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection, spread_to_100
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape


class TaintToleration(Plugin):
    """Filter by NoSchedule and NoExecute taints, score by PreferNoSchedule."""

    name = "TaintToleration"
    weight = 3
    relative = True
    wakes = ("node-add", "node-taint", "own-toleration")
    REASON = Rejection("TaintToleration", ("node(s) had untolerated taint(s)",), unresolvable=True)

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node whose taints the pod tolerates now, and did not before."""
        if event.new is None:
            return False
        before, after = (find_untolerated(((node or {}).get("spec") or {}).get("taints"), shape.tolerations)
                         for node in (event.old, event.new))
        return after is None and (event.old is None or before is not None)

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Any taint that no toleration covers."""
        if node.taints and find_untolerated(node.taints, cycle.shape.tolerations):
            return self.REASON
        return None

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """How many soft taints are not tolerated."""
        if not node.prefer_no_schedule:
            return 0
        return sum(not tolerated(taint, cycle.shape.tolerations) for taint in node.prefer_no_schedule)

    def normalize(self, cycle: Cycle, raws: list[int], sizes: Callable[[], list[int]]) -> list[int]:
        """Fewer is better."""
        return spread_to_100(raws, reverse=True)
