"""PodDisruptionBudgets.

Upstream: kubernetes/pkg/apis/policy/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import label_selector
from cluster_sim.apiserver.validation.numbers import at_most_whole, int_or_percent

Object = dict[str, Any]
Errors = list[FieldError]

UNHEALTHY = ("AlwaysAllow", "IfHealthyBudget")


def budget(obj: Object) -> Errors:
    """ValidatePodDisruptionBudgetSpec."""
    spec, errors = obj.get("spec") or {}, []
    low, high = spec.get("minAvailable"), spec.get("maxUnavailable")
    if low is not None and high is not None:
        shown = {"MinAvailable": low, "Selector": spec.get("selector"), "MaxUnavailable": high,
                 "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy")}
        errors.append(field.invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"))
    for name, value in (("minAvailable", low), ("maxUnavailable", high)):
        if value is not None:
            errors += int_or_percent(value, f"spec.{name}") + at_most_whole(value, f"spec.{name}")
    errors += label_selector.check(spec.get("selector"), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in UNHEALTHY:
        errors.append(field.not_supported("spec.unhealthyPodEvictionPolicy", policy, UNHEALTHY))
    return errors


def budget_update(new: Object, old: Object) -> Errors:
    """ValidatePodDisruptionBudgetUpdate."""
    return budget(new)
