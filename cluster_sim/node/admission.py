"""Admission at the node: the scheduler's view may have been old, so the kubelet checks once more before it begins.

A pod that does not fit is not moved: it fails here, and its owner makes another. Source: kubernetes
pkg/kubelet/lifecycle/predicate.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cluster_sim.api import pod_requests
from cluster_sim.node import node_object

Object = dict[str, Any]


def lacks_room(machine: Object, workers: list[Object], pod: Object, wanted: dict[str, int]) -> tuple[str, str] | None:
    """(reason, message) if the node has too little of something for the pod, given the other pods' workers."""
    total = allocatable(machine)
    used = {"pods": len(workers), "cpu": 0, "memory": 0}
    for worker in workers:
        asked = worker["requests"]
        used["cpu"] += asked.get("cpu", 0)
        used["memory"] += asked.get("memory", 0)
    for name, taken in used.items():
        more = 1 if name == "pods" else wanted.get(name, 0)
        if more and more + taken > total[name]:
            return (f"OutOf{name}", f"Node didn't have enough resource: {name}, requested: {more}, used: {taken}, "
                                    f"capacity: {total[name]}")
    return None


def allocatable(machine: Object) -> dict[str, int]:
    """What the node may promise, in whole units (cpu in thousandths)."""
    return {**_allocatable(machine["cpu"], machine["memory"], machine["pods"])}


@lru_cache(maxsize=256)
def _allocatable(cpu: Any, memory: Any, pods: Any) -> dict[str, int]:
    total = pod_requests.amounts(node_object.capacity({"cpu": cpu, "memory": memory, "pods": pods}))
    total["memory"] -= node_object.EVICTION_THRESHOLD
    return total
