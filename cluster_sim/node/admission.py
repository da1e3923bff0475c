"""Admission at the node: the scheduler's view may have been old, so the kubelet checks once more before it begins.

A pod that does not fit is not moved: it fails here, and its owner makes another. For a critical pod (static, or of a
system-critical priority) others are ended instead, as few and as unimportant ones as will do. Source: kubernetes
pkg/kubelet/lifecycle/predicate.go, preemption/preemption.go; scheduler plugins (noderesources, nodeaffinity, nodeports).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api import node_affinity, pod_requests, taints
from cluster_sim.node import eviction, node_object

Object = dict[str, Any]
QUALITIES = ("BestEffort", "Burstable", "Guaranteed")
PREDICATES = {
    "NodeAffinity": "node(s) didn't match Pod's node affinity/selector",
    "NodePorts": "node(s) didn't have free ports for the requested pod ports",
    "TaintToleration": "node(s) had untolerated taint(s)",
}


def problem(machine: Object, node: Object | None, workers: list[Object], pod: Object, wanted: dict[str, int],
            others: Callable[[], list[Object]]) -> tuple[str, str] | None:
    """(reason, message) of the first check that fails; `others` makes the pods of `workers`."""
    short = lacks_room(machine, workers, wanted)
    if short is not None:
        return short
    name = ""
    if node is not None and not node_affinity.matches_required(pod["spec"], node["metadata"].get("labels") or {},
                                                               node["metadata"]["name"]):
        name = "NodeAffinity"
    elif (asked := host_ports(pod)) and collide(asked, [port for other in others() for port in host_ports(other)]):
        name = "NodePorts"
    elif node is not None and not is_static(pod) and taints.find_untolerated(
            node["spec"].get("taints"), pod["spec"].get("tolerations"), ("NoExecute",)):
        name = "TaintToleration"
    return (name, f"Predicate {name} failed: {PREDICATES[name]}") if name else None


def lacks_room(machine: Object, workers: list[Object], wanted: dict[str, int]) -> tuple[str, str] | None:
    """(reason, message) if the node has too little of something for a pod, given the other pods' workers."""
    total = allocatable(machine)
    for name in ("pods", "cpu", "memory", "ephemeral-storage"):
        asked = 1 if name == "pods" else wanted.get(name, 0)
        if not asked:
            continue
        used = len(workers) if name == "pods" else sum([worker["requests"].get(name, 0) for worker in workers])
        if asked + used > total[name]:
            return (f"OutOf{name}", f"Node didn't have enough resource: {name}, requested: {asked}, used: {used}, "
                                    f"capacity: {total[name]}")
    return None


def allocatable(machine: Object) -> dict[str, int]:
    """What the node may promise, in whole units (cpu in thousandths)."""
    total = pod_requests.amounts(node_object.capacity(machine))
    total["memory"] -= node_object.EVICTION_THRESHOLD
    total["ephemeral-storage"] = total["ephemeral-storage"] * 9 // 10
    return total


def is_static(pod: Object) -> bool:
    """Whether the pod comes from a file on its node."""
    return "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {})


def host_ports(pod: Object) -> list[tuple[str, int, str]]:
    """(address, port, protocol) that the pod wants of its node."""
    found = []
    for container in [*pod["spec"]["containers"], *(one for one in pod["spec"].get("initContainers") or ()
                                                    if one.get("restartPolicy") == "Always")]:
        for port in container.get("ports") or ():
            number = port["containerPort"] if pod["spec"].get("hostNetwork") else port.get("hostPort", 0)
            if number:
                found.append((port.get("hostIP") or "0.0.0.0", number, port.get("protocol", "TCP")))
    return found


def collide(asked: list[tuple[str, int, str]], taken: list[tuple[str, int, str]]) -> bool:
    """Whether any of these ports is taken: on the same address, or on all of them."""
    return any(port == number and protocol == kind and (ip == address or "0.0.0.0" in (ip, address))
               for ip, port, protocol in asked for address, number, kind in taken)


# Making room for a critical pod

def victims(machine: Object, pods: list[tuple[Object, Object]], pod: Object, wanted: dict[str, int]) -> list[Object]:
    """The pods to end so that a critical one fits; [] if that would not do. `pods`: (pod, worker) of the others."""
    total = allocatable(machine)
    lower = [(one, worker) for one, worker in pods if not eviction.is_critical(one)
             and (one["spec"].get("priority") or 0) < (pod["spec"].get("priority") or 0)]
    missing = {}
    for name in ("pods", "cpu", "memory", "ephemeral-storage"):
        used = len(pods) if name == "pods" else sum(worker["requests"].get(name, 0) for _, worker in pods)
        lack = (1 if name == "pods" else wanted.get(name, 0)) + used - total[name]
        if lack > 0:
            missing[name] = lack
    of = {quality: [(one, worker) for one, worker in lower
                    if (one.get("status") or {}).get("qosClass", "BestEffort") == quality] for quality in QUALITIES}
    best, burstable, guaranteed = (of[quality] for quality in QUALITIES)
    if _less(missing, [*best, *burstable, *guaranteed]):
        return []
    third = _nearest(guaranteed, _less(missing, [*best, *burstable]))
    second = _nearest(burstable, _less(missing, [*best, *third]))
    first = _nearest(best, _less(missing, [*second, *third]))
    return [one for one, _ in [*first, *second, *third]]


def _asked(worker: Object, name: str) -> int:
    return 1 if name == "pods" else int(worker["requests"].get(name, 0))


def _less(missing: dict[str, int], pods: list[tuple[Object, Object]]) -> dict[str, int]:
    """What is still missing when these pods are gone."""
    left = {name: amount - sum(_asked(worker, name) for _, worker in pods) for name, amount in missing.items()}
    return {name: amount for name, amount in left.items() if amount > 0}


def _nearest(pods: list[tuple[Object, Object]], missing: dict[str, int]) -> list[tuple[Object, Object]]:
    """One pod after the other, each time the one that leaves least missing, and of those the one that asks for least."""
    left, found = [*pods], []
    while missing:
        def distance(pair: tuple[Object, Object], missing: dict[str, int] = missing) -> tuple[int, int]:
            # squares of the parts still missing, in millionths
            parts = [1_000 * max(0, amount - _asked(pair[1], name)) // amount for name, amount in missing.items()]
            return sum(part * part for part in parts), sum(_asked(pair[1], name) for name in missing)
        chosen = min(left, key=distance)
        left.remove(chosen)
        found.append(chosen)
        missing = _less(missing, [chosen])
    return found
