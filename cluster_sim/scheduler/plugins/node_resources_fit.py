"""NodeResourcesFit: is there room for what the pod requests, and where is most room left?

Room is what is *promised*, not what is used: the sum of requests against the node's allocatable. For scoring
(LeastAllocated) a container that requests no cpu or memory counts as 100m and 200 MiB.

Source: pkg/scheduler/framework/plugins/noderesources/fit.go, least_allocated.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import MAX_SCORE, Cycle, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo


class NodeResourcesFit(Plugin):
    """Filter by room, score by room left."""

    name = "NodeResourcesFit"
    weight = 1
    wakes = ("node-add", "node-allocatable", "pod-delete", "pod-scale-down")

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Every resource that is short is named."""
        shape = cycle.shape
        cpu, memory = shape.cpu, shape.memory
        if (len(node.pods) < node.alloc_pods and cpu <= node.alloc_cpu - node.cpu
                and memory <= node.alloc_memory - node.memory and not shape.other_requests):
            return None
        short: list[str] = []
        hopeless = False
        if len(node.pods) + 1 > node.alloc_pods:
            short.append("Too many pods")
        wanted = [("cpu", cpu, node.alloc_cpu, node.cpu), ("memory", memory, node.alloc_memory, node.memory)]
        for name, amount in shape.other_requests:
            wanted.append((name, amount, node.alloc_other.get(name, 0), node.other.get(name, 0)))
        for name, amount, allocatable, used in wanted:
            if amount and amount > allocatable - used:
                short.append(f"Insufficient {name}")
                hopeless = hopeless or amount > allocatable
        return Rejection(self.name, tuple(short), hopeless) if short else None

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """LeastAllocated: the mean of the free shares of cpu and memory, in percent."""
        shape = cycle.shape
        total = kinds = 0
        if node.alloc_cpu:
            kinds += 1
            total += free_share(node.alloc_cpu, node.scored_cpu + shape.scored_cpu)
        if node.alloc_memory:
            kinds += 1
            total += free_share(node.alloc_memory, node.scored_memory + shape.scored_memory)
        return total // kinds if kinds else 0


def free_share(allocatable: int, requested: int) -> int:
    """What would be left, in percent, rounded down; 0 when it would be over."""
    return (allocatable - requested) * MAX_SCORE // allocatable if requested <= allocatable else 0
