"""NodeResourcesFit: is there room for what the pod requests, and where is most room left?

Room is what is *promised*, not what is used: the sum of requests against the node's allocatable. For scoring
(LeastAllocated) a container that requests no cpu or memory counts as 100m and 200 MiB.

Source: pkg/scheduler/framework/plugins/noderesources/fit.go, least_allocated.go.
"""

from __future__ import annotations

from cluster_sim.api.pod_requests import amounts, pod_requests
from cluster_sim.scheduler.framework import MAX_SCORE, Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape


class NodeResourcesFit(Plugin):
    """Filter by room, score by room left."""

    name = "NodeResourcesFit"
    weight = 1
    wakes = ("node-add", "node-allocatable", "pod-delete", "pod-scale-down", "own-scale-down")

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A pod that went or shrank; a node with room for the pod (were it empty), of which it was short before."""
        if event.kind == "pod-scale-down":
            return event.old is not None and event.new is not None and any(
                amount > pod_requests(event.new["spec"]).get(name, 0)
                for name, amount in pod_requests(event.old["spec"]).items() if shape.requests.get(name))
        if event.new is None:
            return True
        before, after = (amounts(((node or {}).get("status") or {}).get("allocatable")) for node in (event.old, event.new))
        if not after.get("pods") or any(amount > after.get(name, 0) for name, amount in shape.requests.items()):
            return False
        wanted = [*(name for name, amount in shape.requests.items() if amount), "pods"]
        return event.kind == "node-add" or any(after.get(name, 0) > before.get(name, 0) for name in wanted)

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
            total += free_share(node.alloc_cpu, node.scored_cpu + shape.coming_cpu)
        if node.alloc_memory:
            kinds += 1
            total += free_share(node.alloc_memory, node.scored_memory + shape.coming_memory)
        return total // kinds if kinds else 0


def free_share(allocatable: int, requested: int) -> int:
    """What would be left, in percent, rounded down; 0 when it would be over."""
    return (allocatable - requested) * MAX_SCORE // allocatable if requested <= allocatable else 0
