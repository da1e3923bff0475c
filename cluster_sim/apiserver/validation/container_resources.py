"""Requests and limits.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements), core/helper/helpers.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation.numbers import NOT_NEGATIVE

Object = dict[str, Any]
Errors = list[FieldError]

CONTAINER = ("cpu", "memory", "ephemeral-storage")
HUGE = "hugepages-"
OBJECT_COUNTS = ("pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
                 "persistentvolumeclaims", "services.nodeports", "services.loadbalancers")
QUOTA = (*CONTAINER, *(f"requests.{name}" for name in (*CONTAINER, "storage")), *(f"limits.{name}" for name in CONTAINER),
         *OBJECT_COUNTS)
STANDARD = (*QUOTA, "storage")


def is_standard(name: str) -> bool:
    """IsStandardResourceName."""
    return name in STANDARD or name.startswith((HUGE, f"requests.{HUGE}"))


def is_extended(name: str) -> bool:
    """IsExtendedResourceName: of a vendor's domain."""
    return "/" in name and not is_native(name) and not name.startswith("requests.") and not names.qualified_name(f"requests.{name}")


def is_native(name: str) -> bool:
    """IsNativeResource."""
    return "/" not in name or "kubernetes.io/" in name


def may_overcommit(name: str) -> bool:
    """IsOvercommitAllowed: cpu and memory, but neither huge pages nor devices."""
    return is_native(name) and not name.startswith(HUGE)


def resource_name(name: str, path: str) -> Errors:
    """ValidateResourceName."""
    errors = [field.invalid(path, name, text) for text in names.qualified_name(name)]
    if not errors and "/" not in name and not is_standard(name):
        errors.append(field.invalid(path, name, "must be a standard resource type or fully qualified"))
    return errors


def container_name(name: str, path: str) -> Errors:
    """validateContainerResourceName."""
    errors = resource_name(name, path)
    if "/" not in name:
        if name not in CONTAINER and not name.startswith(HUGE):
            errors.append(field.invalid(path, name, "must be a standard resource for containers"))
    elif not is_native(name) and not is_extended(name):
        errors.append(field.invalid(path, name, "doesn't follow extended resource name standard"))
    return errors


def value(name: str, amount: Any, path: str) -> Errors:
    """ValidateResourceQuantityValue."""
    nanos = quantity.nano(amount)
    errors: Errors = []
    if nanos < 0:
        errors.append(field.invalid(path, quantity.canonical(amount), NOT_NEGATIVE))
    if (name in OBJECT_COUNTS or is_extended(name)) and nanos % quantity.NANO:
        errors.append(field.invalid(path, quantity.canonical(amount), "must be an integer"))
    return errors


def _pages(name: str, amount: Any, path: str) -> Errors:
    """validateResourceQuantityHugePageValue: whole pages only."""
    size = name.removeprefix(HUGE)
    if size == name or not quantity.is_valid(size) or not quantity.nano(size) or quantity.nano(amount) % quantity.nano(size) == 0:
        return []
    text = quantity.canonical(amount)
    return [field.invalid(path, text, f"{text} is not positive integer multiple of {name}")]


def check(given: Object | None, path: str, named: Callable[[str, str], Errors] = container_name) -> Errors:
    """Names and amounts; a request may not exceed its limit."""
    if not given:
        return []
    errors: Errors = []
    limits, requests = given.get("limits") or {}, given.get("requests") or {}
    for name in sorted(limits):
        errors += named(name, f"{path}.limits[{name}]") + value(name, limits[name], f"{path}.limits[{name}]")
        errors += _pages(name, limits[name], f"{path}.limits[{name}]")
    for name in sorted(requests):
        errors += named(name, f"{path}.requests[{name}]") + value(name, requests[name], f"{path}.requests[{name}]")
        if name in limits:
            have, most = quantity.nano(requests[name]), quantity.nano(limits[name])
            text = quantity.canonical(limits[name])
            if have != most and not may_overcommit(name):
                errors.append(field.invalid(f"{path}.requests", quantity.canonical(requests[name]),
                                            f"must be equal to {name} limit of {text}"))
            elif have > most:
                errors.append(field.invalid(f"{path}.requests", quantity.canonical(requests[name]),
                                            f"must be less than or equal to {name} limit of {text}"))
        elif not may_overcommit(name):
            errors.append(field.required(f"{path}.limits", "Limit must be set for non overcommitable resources"))
        errors += _pages(name, requests[name], f"{path}.requests[{name}]")
    every = [*limits, *requests]
    if any(name.startswith(HUGE) for name in every) and "cpu" not in every and "memory" not in every:
        errors.append(field.forbidden(path, "HugePages require cpu or memory"))
    return errors
