"""Pruning and defaulting by a structural schema.

Upstream: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning and .../defaulting. Unknown fields are named as
strict decoding names them ("spec.colour"), sorted.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_OWN = ("apiVersion", "kind", "metadata")  # every object has them; they are not the schema's business
PRESERVE = "x-kubernetes-preserve-unknown-fields"
EMBEDDED = "x-kubernetes-embedded-resource"


def prune(obj: dict[str, Any], schema: Schema) -> tuple[dict[str, Any], list[str]]:
    """The object without what its schema does not know, and the names of what went."""
    unknown: list[str] = []
    pruned = _prune_fields(obj, schema, "", unknown, own=True)
    return pruned, sorted(unknown)


def _prune(value: Any, schema: Schema, path: str, unknown: list[str]) -> Any:
    if isinstance(value, dict):
        return _prune_fields(value, schema, path, unknown, own=bool(schema.get(EMBEDDED)))
    if isinstance(value, list):
        items = schema.get("items")
        if not isinstance(items, dict):
            return value
        new = [_prune(item, items, f"{path}[{place}]", unknown) for place, item in enumerate(value)]
        return value if all(one is other for one, other in zip(new, value, strict=True)) else new
    return value


def _prune_fields(value: dict[str, Any], schema: Schema, path: str, unknown: list[str], own: bool) -> dict[str, Any]:
    known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
    kept: dict[str, Any] = {}
    for name, item in value.items():
        here = f"{path}.{name}" if path else name
        if own and name in _OWN:
            kept[name] = item
        elif name in known:
            kept[name] = _prune(item, known[name], here, unknown)
        elif isinstance(rest, dict):
            kept[name] = _prune(item, rest, here, unknown)
        elif rest or schema.get(PRESERVE):
            kept[name] = item
        else:
            unknown.append(here)
    same = len(kept) == len(value) and all(kept[name] is item for name, item in value.items())
    return value if same else kept


def fill(value: Any, schema: Schema) -> Any:
    """The value with its defaults. A null where none is allowed counts as nothing."""
    if isinstance(value, dict):
        return _fill_fields(value, schema)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        new = [fill(item, schema["items"]) for item in value]
        return value if all(one is other for one, other in zip(new, value, strict=True)) else new
    return value


def _fill_fields(value: dict[str, Any], schema: Schema) -> dict[str, Any]:
    known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
    filled: dict[str, Any] = {}
    for name, item in value.items():
        child = known.get(name) or (rest if isinstance(rest, dict) else None)
        if child is not None and item is None and not child.get("nullable"):
            continue
        filled[name] = item if child is None else fill(item, child)
    for name, child in known.items():
        if name not in filled and "default" in child:
            filled[name] = fill(child["default"], child)
    same = len(filled) == len(value) and all(filled.get(name) is item for name, item in value.items())
    return value if same else filled
