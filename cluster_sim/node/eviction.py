"""Node-pressure eviction, the rules: which threshold is met, who goes first, and what is said.

Hard thresholds with the kubelet's defaults; one file system for nodes and images. Ranked first are pods that use more
than they asked for, then by lower priority, then by the larger excess. Static and critical pods never go.
Source: kubernetes pkg/kubelet/eviction/helpers.go, eviction_manager.go, apis/config/v1beta1/defaults_linux.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity

Object = dict[str, Any]
CRITICAL = 2_000_000_000  # priority of system-cluster-critical
MEMORY_LEAST = 100 << 20
# signal → (resource, part of the capacity in percent or None, node condition), memory first: its lack hurts most
SIGNALS: dict[str, tuple[str, int | None, str]] = {
    "memory.available": ("memory", None, "MemoryPressure"),
    "nodefs.available": ("ephemeral-storage", 10, "DiskPressure"),
    "imagefs.available": ("ephemeral-storage", 15, "DiskPressure"),
}


def thresholds(stats: Object) -> dict[str, tuple[int, int]]:
    """signal → (bytes that must be there, bytes available) of every threshold that is met."""
    met = {}
    for signal, (resource, percent, _) in SIGNALS.items():
        has, used = stats["memory" if resource == "memory" else "disk"]
        least = MEMORY_LEAST if percent is None else has * percent // 100
        if has - used < least:
            met[signal] = (least, has - used)
    return met


def is_critical(pod: Object) -> bool:
    """Static pods, their mirrors and system-critical priorities are never evicted."""
    annotations = pod["metadata"].get("annotations") or {}
    return ("kubernetes.io/config.mirror" in annotations or annotations.get("kubernetes.io/config.source", "api") != "api"
            or (pod["spec"].get("priority") or 0) >= CRITICAL)


def rank(pods: list[Object], usage: dict[str, Object], resource: str) -> list[Object]:
    """The pods, the first to go first. `usage`: uid → {"memory", "disk"} of the whole pod."""
    def order(pod: Object) -> tuple[bool, int, int]:
        used = usage.get(pod["metadata"]["uid"], {}).get("memory" if resource == "memory" else "disk", 0)
        excess = used - pod_request(pod, resource)
        return excess <= 0, pod["spec"].get("priority") or 0, -excess
    return sorted(pods, key=order)


def pod_request(pod: Object, resource: str) -> int:
    """What all containers asked for."""
    return sum(request(container, resource) for container in pod["spec"]["containers"])


def request(container: Object, resource: str) -> int:
    """What a container asked for, in bytes."""
    asked = ((container.get("resources") or {}).get("requests") or {}).get(resource)
    return quantity.value(asked) if asked is not None else 0


def message(pod: Object, resource: str, met: dict[str, tuple[int, int]], containers: list[Object]) -> str:
    """Why a pod is evicted. `containers`: what each of its containers uses."""
    text = f"The node was low on resource: {resource}. "
    for signal, (least, available) in met.items():
        if SIGNALS[signal][0] == resource:
            text += f"Threshold quantity: {_bytes(least)}, available: {_kibi(available)}. "
            break
    specs = {container["name"]: container for container in pod["spec"]["containers"]}
    for row in containers:
        if row["name"] not in specs:
            continue
        used, asked = row["memory" if resource == "memory" else "disk"], request(specs[row["name"]], resource)
        if used > asked:
            text += (f"Container {row['name']} was using {_kibi(used)}, request is {_bytes(asked)}, has larger consumption of "
                     f"{resource}. ")
    return text


def over_its_storage(pod: Object, containers: list[Object]) -> str | None:
    """Why a pod has used more disk than it may; None if it has not. What containers write counts for their emptyDir too."""
    used = {row["name"]: row["disk"] for row in containers}
    total = sum(used.values())
    mounted = {mount["name"] for container in pod["spec"]["containers"] for mount in container.get("volumeMounts") or ()}
    for volume in pod["spec"].get("volumes") or ():
        limit = (volume.get("emptyDir") or {}).get("sizeLimit")
        if limit is not None and volume["name"] in mounted and total > quantity.value(limit) > 0:
            return f'Usage of EmptyDir volume "{volume["name"]}" exceeds the limit "{limit}". '
    limits = {container["name"]: _limit(container) for container in pod["spec"]["containers"]}
    whole = sum(quantity.value(limit) for limit in limits.values() if limit is not None)
    if 0 < whole < total:
        return f"Pod ephemeral local storage usage exceeds the total limit of containers {_bytes(whole)}. "
    for name, limit in limits.items():
        if limit is not None and used.get(name, 0) > quantity.value(limit):
            return f'Container {name} exceeded its local ephemeral storage limit "{limit}". '
    return None


def _limit(container: Object) -> Any:
    return ((container.get("resources") or {}).get("limits") or {}).get("ephemeral-storage")


def _bytes(number: int) -> str:
    return quantity.format(number, quantity.BINARY)


def _kibi(number: int) -> str:
    """Measured values come in whole kibibytes, as the kernel counts."""
    return f"{number >> 10}Ki" if number > 0 else "0"
