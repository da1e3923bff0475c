"""Small words that many columns share: labels, lists cut short, containers and images."""

from __future__ import annotations

from typing import Any

NONE = "<none>"
UNSET = "<unset>"

Object = dict[str, Any]


def labels(found: dict[str, str] | None) -> str:
    """ "a=b,c=d" by key, as labels.FormatLabels."""
    return ",".join(f"{key}={found[key]}" for key in sorted(found)) if found else NONE


def cut(words: list[str], limit: int = 3, count: int | None = None) -> str:
    """The first few, and how many more there are."""
    total = len(words) if count is None else count
    text = ",".join(words[:limit])
    return f"{text} + {total - limit} more..." if total > limit else text


def pod_spec(template: Object | None) -> Object:
    return (template or {}).get("spec") or {}


def containers(spec: Object) -> list[str]:
    """The two cells Containers and Images."""
    found = spec.get("containers") or ()
    return [",".join(c.get("name", "") for c in found), ",".join(c.get("image", "") for c in found)]


def yes(value: Any) -> str:
    """A boolean pointer, as printBoolPtr."""
    return "<unset>" if value is None else "True" if value else "False"
