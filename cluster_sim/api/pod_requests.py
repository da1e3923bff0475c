"""What a pod asks of a node: the sum of its containers' requests, or its greatest init container, plus overhead.

Sidecars (init containers with restartPolicy Always) run beside everything after them, so they count with the
containers and with each later init container. CPU is in millicores, everything else in whole units.

Upstream: k8s.io/component-helpers/resource/helpers.go (PodRequests); scheduler pkg/scheduler/util/pod_resources.go
(the defaults for scoring).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity

Amounts = dict[str, int]

# When scoring, a container that asks for nothing counts as this much: "nothing" would let a node fill up unseen.
SCORED_CPU = 100
SCORED_MEMORY = 200 * 1024 * 1024


def amounts(resources: dict[str, Any] | None) -> Amounts:
    """A ResourceList as integers: {"cpu": "1", "memory": "1Gi"} → {"cpu": 1000, "memory": 1073741824}."""
    return {name: quantity.milli(text) if name == "cpu" else quantity.value(text)
            for name, text in (resources or {}).items()}


_plain: dict[tuple[int, ...], tuple[list[Any], Amounts]] = {}  # ids of the containers' resources → these, and the sum
_NOTHING: dict[str, Any] = {}
REMEMBERED = 512


def pod_requests(spec: dict[str, Any], scored: bool = False, pod_level: bool = True) -> Amounts:
    """What the pod requests; `scored` puts in the scheduler's defaults where cpu or memory is not asked for.

    `pod_level` False leaves out what the pod asks for as a whole.
    """
    containers = spec.get("containers") or ()
    if scored or spec.get("initContainers") or spec.get("resources") or spec.get("overhead"):
        return _requests(spec, scored, pod_level)
    given = [container.get("resources") or _NOTHING for container in containers]  # pods of one template share these
    key = tuple(map(id, given))
    known = _plain.get(key)
    if known is None:
        if len(_plain) >= REMEMBERED:
            _plain.clear()
        known = _plain[key] = (given, _requests(spec, scored, pod_level))
    return {**known[1]}


def _requests(spec: dict[str, Any], scored: bool, pod_level: bool) -> Amounts:
    total: Amounts = {}
    for container in spec.get("containers") or ():
        _add(total, _container(container, scored))
    sidecars: Amounts = {}
    greatest: Amounts = {}
    for container in spec.get("initContainers") or ():
        asked = _container(container, scored)
        if container.get("restartPolicy") == "Always":
            _add(total, asked)
            _add(sidecars, asked)
            asked = sidecars
        else:
            asked = {**asked}
            _add(asked, sidecars)
        _raise(greatest, asked)
    _raise(total, greatest)
    if pod_level:
        total.update(amounts((spec.get("resources") or {}).get("requests")))
    _add(total, amounts(spec.get("overhead")))
    return total


def _container(container: dict[str, Any], scored: bool) -> Amounts:
    resources = container.get("resources") or {}
    asked = amounts({**(resources.get("limits") or {}), **(resources.get("requests") or {})})
    if scored:
        asked.setdefault("cpu", SCORED_CPU)
        asked.setdefault("memory", SCORED_MEMORY)
    return asked


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise(total: Amounts, least: Amounts) -> None:
    for name, amount in least.items():
        total[name] = max(total.get(name, 0), amount)
