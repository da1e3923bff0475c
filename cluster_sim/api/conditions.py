"""Conditions: the status lists by which objects say how they are.

Upstream: k8s.io/apimachinery/pkg/api/meta/conditions.go. `lastTransitionTime` moves only when the status changes.
"""

from __future__ import annotations

from typing import Any

Condition = dict[str, Any]


def find_condition(conditions: list[Condition] | None, type: str) -> Condition | None:
    for condition in conditions or ():
        if condition.get("type") == type:
            return condition
    return None


def is_true(conditions: list[Condition] | None, type: str) -> bool:
    condition = find_condition(conditions, type)
    return condition is not None and condition.get("status") == "True"


def set_condition(
    conditions: list[Condition] | None, type: str, status: str, reason: str, message: str, now: str, **more: Any
) -> list[Condition]:
    """A new list with this condition in its old place, or at the end; the same list when nothing changed.

    `now` is a timestamp; `more` are further fields (lastProbeTime, observedGeneration). An empty reason or message
    is left out, as Go's omitempty does.
    """
    old = find_condition(conditions, type)
    moved = old is None or old.get("status") != status
    new: Condition = {"type": type, "status": status, **more}
    new["lastTransitionTime"] = now if moved or old is None else old.get("lastTransitionTime", now)
    if reason:
        new["reason"] = reason
    if message:
        new["message"] = message
    if old is None:
        return [*(conditions or ()), new]
    if conditions is not None and old == new:
        return conditions
    return [new if condition is old else condition for condition in conditions or ()]


def remove_condition(conditions: list[Condition] | None, type: str) -> list[Condition]:
    """A new list without it."""
    return [condition for condition in conditions or () if condition.get("type") != type]
