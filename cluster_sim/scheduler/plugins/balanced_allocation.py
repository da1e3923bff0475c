"""NodeResourcesBalancedAllocation: prefer nodes whose cpu and memory stay used in like measure.

A node with all its cpu promised and half its memory free wastes the memory. What counts is whether this pod makes
the balance better or worse (since 1.36). Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import Cycle, Plugin
from cluster_sim.scheduler.node_info import NodeInfo


class BalancedAllocation(Plugin):
    """Score by the change of balance."""

    name = "NodeResourcesBalancedAllocation"
    weight = 1

    def scores(self, cycle: Cycle) -> bool:
        """A pod that requests nothing changes no balance."""
        return not cycle.shape.best_effort

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """50 to 100: 75 when the pod leaves the balance as it is."""
        shape = cycle.shape
        after = balance(node.cpu + shape.cpu, node.alloc_cpu, node.memory + shape.memory, node.alloc_memory)
        before = balance(node.cpu, node.alloc_cpu, node.memory, node.alloc_memory)
        return 50 + (50 + after - before) // 2


def balance(cpu: int, alloc_cpu: int, memory: int, alloc_memory: int) -> int:
    """100 when both shares are equal, 50 when one is full and the other empty.

    100 × (1 − standard deviation of the two shares), rounded down; the deviation of two is half their difference.
    In floating point, step by step as upstream: what falls just short of a whole number there does so here.
    """
    if not alloc_cpu or not alloc_memory:
        return 100
    shares = min(cpu / alloc_cpu, 1.0), min(memory / alloc_memory, 1.0)
    return int((1 - abs((shares[0] - shares[1]) / 2)) * 100.0)
