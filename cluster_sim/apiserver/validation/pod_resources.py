"""Resources of a pod as a whole: its containers together must fit into them.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validatePodResources), k8s.io/component-helpers/resource.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import container_resources
from cluster_sim.apiserver.validation.container_resources import HUGE

Object = dict[str, Any]
Errors = list[FieldError]

POD = ("cpu", "memory")


def check(spec: Object, path: str) -> Errors:
    """`spec.resources`, where `path` is the spec's."""
    given = spec.get("resources")
    if given is None:
        return []
    at = f"{path}.resources"
    if (spec.get("os") or {}).get("name") == "windows":
        return [field.forbidden(at, "may not be set for a windows pod")]
    errors: Errors = []
    if given.get("claims") is not None:
        errors.append(field.forbidden(f"{at}.claims", "claims may not be set for Resources at pod-level"))
    errors += container_resources.check(given, at, _name)
    requests, limits = given.get("requests") or {}, given.get("limits") or {}
    for name, least in sorted(_together(spec, "requests").items()):
        if name in requests and quantity.nano(least) > quantity.nano(requests[name]):
            errors.append(field.invalid(f"{at}.requests[{name}]", quantity.canonical(requests[name]),
                                        f"must be greater than or equal to aggregate container requests of {least}"))
    for name, least in sorted(_together(spec, "limits").items()):
        if name.startswith(HUGE) and name in limits and quantity.nano(least) > quantity.nano(limits[name]):
            errors.append(field.invalid(f"{at}.limits[{name}]", quantity.canonical(limits[name]),
                                        f"must be greater than or equal to aggregate container limits of {least}"))
    for place, container in enumerate(spec.get("containers") or ()):
        for name, amount in sorted(((container.get("resources") or {}).get("limits") or {}).items()):
            if name in limits and quantity.nano(amount) > quantity.nano(limits[name]):
                errors.append(field.invalid(f"{at}.containers[{place}][{name}].limits", quantity.canonical(amount),
                                            f"must be less than or equal to pod limits of {quantity.canonical(limits[name])}"))
    return errors


def _name(name: str, path: str) -> Errors:
    """validatePodResourceName."""
    errors = container_resources.resource_name(name, path)
    if not errors and name not in POD and not name.startswith(HUGE):
        errors.append(field.not_supported(path, name, ("cpu", "hugepages-", "memory")))
    return errors


def _together(spec: Object, kind: str) -> dict[str, str]:
    """AggregateContainerRequests or …Limits: containers and sidecars run together, an init container beside the sidecars before it."""
    total: dict[str, str] = {}
    for container in spec.get("containers") or ():
        _add(total, container, kind)
    sidecars: dict[str, str] = {}
    most: dict[str, str] = {}
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            _add(total, container, kind)
            _add(sidecars, container, kind)
            now = sidecars
        else:
            now = {**sidecars}
            _add(now, container, kind)
        _raise(most, now)
    _raise(total, most)
    return total


def _add(total: dict[str, str], container: Object, kind: str) -> None:
    for name, amount in ((container.get("resources") or {}).get(kind) or {}).items():
        total[name] = quantity.add(total[name], amount) if name in total else quantity.canonical(amount)


def _raise(total: dict[str, str], other: dict[str, str]) -> None:
    for name, amount in other.items():
        if name not in total or quantity.nano(amount) > quantity.nano(total[name]):
            total[name] = amount
