"""CustomResourceDefinitions: what may be one, and what of it may change.

Upstream: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.conditions import is_true
from cluster_sim.api.custom import check_definition
from cluster_sim.api.field import FieldError

Object = dict[str, Any]


def validate(obj: Object) -> list[FieldError]:
    """A new definition."""
    return check_definition(obj)


def validate_update(new: Object, old: Object) -> list[FieldError]:
    """A change: its group never, its scope, plural and kind not once it is established."""
    errors = check_definition(new)
    fixed: tuple[tuple[str, ...], ...] = (("group",),)
    if is_true((old.get("status") or {}).get("conditions"), "Established"):
        fixed = (("group",), ("scope",), ("names", "kind"), ("names", "plural"))
    for path in fixed:
        now, before = (_at(obj["spec"], path) for obj in (new, old))
        if now != before:
            errors.append(field.invalid(".".join(("spec", *path)), now, field.IMMUTABLE))
    return errors


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for word in path:
        value = (value or {}).get(word)
    return value
