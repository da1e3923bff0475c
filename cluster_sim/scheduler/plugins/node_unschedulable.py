"""NodeUnschedulable: a cordoned node takes no new pods, unless they tolerate it.

Source: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go.
"""

from __future__ import annotations

from cluster_sim.api.taints import tolerated
from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape

TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


class NodeUnschedulable(Plugin):
    """Filter out cordoned nodes."""

    name = "NodeUnschedulable"
    wakes = ("node-add", "node-taint", "own-toleration")
    REASON = Rejection("NodeUnschedulable", ("node(s) were unschedulable",), unresolvable=True)

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node that is not cordoned."""
        return event.new is not None and not (event.new.get("spec") or {}).get("unschedulable")

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Whether `kubectl cordon` keeps the pod away."""
        if node.unschedulable and not tolerated(TAINT, cycle.shape.tolerations):
            return self.REASON
        return None
