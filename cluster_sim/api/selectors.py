"""Selectors: which objects are meant, by label or by field.

Upstream: k8s.io/apimachinery/pkg/labels/selector.go, pkg/fields/selector.go, pkg/apis/meta/v1/helpers.go.
"""

from __future__ import annotations

from typing import Any

Requirement = tuple[str, str, tuple[str, ...]]  # key, operator, values


def parse_label_selector(text: str) -> list[Requirement]:
    """The requirements of "app=web,tier in (a,b),!legacy"; raises ApiError 400 in upstream's words."""
    raise NotImplementedError


def parse_field_selector(text: str) -> list[Requirement]:
    """The terms of "spec.nodeName=w1,status.phase!=Running", as (field, "=" or "!=", (value,)); raises ApiError 400."""
    raise NotImplementedError


def check_field_selector(requirements: list[Requirement], resource: str, group: str = "") -> None:
    """Raise ApiError 400 `field label not supported: x` for a field this resource cannot be selected by."""
    raise NotImplementedError


def matches(label_selector: dict[str, Any] | None, labels: dict[str, str]) -> bool:
    """A LabelSelector object (matchLabels, matchExpressions): None matches nothing, an empty one everything."""
    raise NotImplementedError


def matches_requirements(requirements: list[Requirement], labels: dict[str, str]) -> bool:
    raise NotImplementedError


def matches_fields(requirements: list[Requirement], obj: dict[str, Any]) -> bool:
    raise NotImplementedError


def format_label_selector(label_selector: dict[str, Any] | None) -> str:
    """A LabelSelector as kubectl prints it: "a=b,c in (d,e)", "<none>" when empty."""
    raise NotImplementedError
