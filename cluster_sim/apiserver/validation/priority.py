"""PriorityClasses.

Upstream: kubernetes/pkg/apis/scheduling/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]

HIGHEST = 1000000000  # of those people define
SYSTEM = {"system-node-critical": 2000001000, "system-cluster-critical": 2000000000}
CHANGED = "may not be changed in an update."


def validate(obj: Object) -> list[FieldError]:
    """ValidatePriorityClass."""
    name, value, errors = obj["metadata"].get("name", ""), obj.get("value", 0), []
    if name.startswith("system-"):
        if SYSTEM.get(name) != value:
            errors.append(field.forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system "
                                          "use only. error: " + (f"{name} is not a known system priority class" if name not in SYSTEM
                                                                 else f"value of {name} PriorityClass must be {SYSTEM[name]}")))
    elif value > HIGHEST:
        errors.append(field.forbidden("value", f"maximum allowed value of a user defined priority is {HIGHEST}"))
    policy = obj.get("preemptionPolicy")
    if policy not in (None, "Never", "PreemptLowerPriority"):
        errors.append(field.not_supported("preemptionPolicy", policy, ("Never", "PreemptLowerPriority")))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    """ValidatePriorityClassUpdate."""
    errors: list[FieldError] = []
    if new.get("value", 0) != old.get("value", 0):
        errors.append(field.forbidden("value", CHANGED))
    if new.get("preemptionPolicy") != old.get("preemptionPolicy"):
        errors.append(field.invalid("preemptionPolicy", new.get("preemptionPolicy"), field.IMMUTABLE))
    return errors
