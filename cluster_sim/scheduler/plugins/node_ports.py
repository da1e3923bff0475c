"""NodePorts: two pods of a node can't have the same port of the node (hostPort).

Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape, Port, host_ports

ANY = "0.0.0.0"


class NodePorts(Plugin):
    """Filter out nodes where a wanted port is taken."""

    name = "NodePorts"
    wakes = ("node-add", "pod-delete")
    REASON = Rejection("NodePorts", ("node(s) didn't have free ports for the requested pod ports",))

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node that came, or a pod that went and had one of the wanted ports."""
        if event.kind != "pod-delete" or event.old is None:
            return True
        return any(conflict(wanted, other) for wanted in shape.ports for other in host_ports(event.old["spec"]))

    def filters(self, cycle: Cycle) -> bool:
        """Only if the pod wants a port of the node."""
        return bool(cycle.shape.ports)

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Whether all wanted ports are free."""
        taken = [port for ports in node.ports.values() for port in ports]
        if any(conflict(wanted, other) for wanted in cycle.shape.ports for other in taken):
            return self.REASON
        return None


def conflict(one: Port, other: Port) -> bool:
    """Same protocol and number, and addresses that overlap."""
    return one[0] == other[0] and one[2] == other[2] and (one[1] == other[1] or ANY in (one[1], other[1]))
