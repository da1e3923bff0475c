"""Label selectors in objects.

Upstream: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateLabelSelector).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import object_meta
from cluster_sim.apiserver.validation.numbers import label_name

Object = dict[str, Any]


def check(selector: Object | None, path: str) -> list[FieldError]:
    """Labels and expressions of a selector; None is fine."""
    if not selector:
        return []
    errors = object_meta.labels(selector.get("matchLabels") or {}, f"{path}.matchLabels")
    for place, expression in enumerate(selector.get("matchExpressions") or ()):
        errors += requirement(expression, f"{path}.matchExpressions[{place}]")
    return errors


def in_order(labels: dict[str, str] | None) -> dict[str, str] | None:
    """Labels as a complaint shows them: Go writes a map's keys in order, and an empty one that is not there as null."""
    return dict(sorted(labels.items())) if labels else None


def shown(selector: Object | None) -> Object | None:
    """A selector as a complaint shows it."""
    return {**selector, "matchLabels": in_order(selector["matchLabels"])} if selector and selector.get("matchLabels") else selector


def is_usable(selector: Object | None) -> bool:
    """Whether LabelSelectorAsSelector makes a selector of it."""
    return not check(selector, "")


def requirement(given: Object, path: str) -> list[FieldError]:
    """ValidateLabelSelectorRequirement."""
    errors: list[FieldError] = []
    operator, values = given.get("operator", ""), given.get("values") or []
    if operator in ("In", "NotIn"):
        if not values:
            errors.append(field.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            errors.append(field.forbidden(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    else:
        errors.append(field.invalid(f"{path}.operator", operator, "not a valid selector operator"))
    errors += label_name(given.get("key", ""), f"{path}.key")
    for place, value in enumerate(values):
        errors += [field.invalid(f"{path}.values[{place}]", value, text) for text in names.label_value(value)]
    return errors
