"""Typed objects: merging, comparing and cutting two objects along their structure.

Upstream: sigs.k8s.io/structured-merge-diff/v6/typed (merge.go, compare.go, remove.go, validate.go).
"""

from __future__ import annotations

import json
from typing import Any

from cluster_sim.api.json_patch import equal
from cluster_sim.api.strategic_merge import printed

from . import field_sets
from .field_sets import Path, Paths, Tree, field, key_of
from .structure import ATOMIC, DEDUCED, LIST, MAP, SCALAR, SET, STRUCT, Structure

_MISSING: Any = object()
_ATOMIC = Structure(ATOMIC, {})


def problems(value: Any, structure: Structure | None, path: str = "") -> list[str]:
    """Why a value does not fit its structure."""
    if structure is None:
        return [f"{path}: field not declared in schema"]
    if value is None or structure.kind == DEDUCED:
        return []
    if structure.kind in (STRUCT, MAP) or (structure.kind == ATOMIC and structure.type == "map"):
        if not isinstance(value, dict):
            return [f"{path}: expected map, got &{{{printed(value)}}}"]
        structure = structure.opened()
        unknown = next((name for name in value if structure.field(name) is None), None)
        if unknown is not None:
            return [f"{path}.{unknown}: field not declared in schema"]
        fields = ((structure.field(name), item, f"{path}.{name}") for name, item in value.items())
        return [text for node, item, place in fields for text in problems(item, node, place)]
    if structure.kind in (LIST, SET) or (structure.kind == ATOMIC and structure.type == "list"):
        return _list_problems(value, structure, path)
    return _scalar_problems(value, structure, path) if structure.kind == SCALAR else []


def _list_problems(value: Any, structure: Structure, path: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{path}: expected list, got &{{{printed(value)}}}"]
    if structure.kind == ATOMIC:
        element = structure.element()
        return [text for place, item in enumerate(value) for text in problems(item, element, f"{path}[{place}]")]
    found: list[str] = []
    seen: list[str] = []
    for place, item in enumerate(value):
        if structure.kind == LIST and not isinstance(item, dict):
            words = "a null element" if item is None else "non-map elements"
            return [*found, f"{path}: element {place}: associative list with keys may not have {words}"]
        try:
            key = key_of(item, structure)
        except KeyError as missing:
            words = "associative list with keys has an element that omits key field"
            found.append(f'{path}: element {place}: {words} "{missing.args[0]}" (and doesn\'t have default value)')
            return found
        name = field_sets.display((key,))
        if key in seen:
            found.append(f"{path}: duplicate entries for key {name}")
        seen.append(key)
        found += problems(item, structure.element(), path + name)
    return found


_NUMERIC = "numeric (int or float)"
_EXPECTED = {"string": "string", "boolean": "boolean", "integer": _NUMERIC, "number": _NUMERIC}


def _scalar_problems(value: Any, structure: Structure, path: str) -> list[str]:
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, (int, float)) and not isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
    }.get(structure.type, True)
    if fits:
        return []
    return [f"{path}: expected {_EXPECTED[structure.type]}, got {_shown(value, structure.type)}"]


def _shown(value: Any, wanted: str) -> str:
    """What is there instead: its Go type for a number, for the others the value in one Go form or another."""
    if wanted == "boolean":
        return f"&{{{printed(value)}}}"
    if wanted != "string":
        words = ((bool, "bool"), (str, "string"), (list, "[]interface {}"))
        return next((word for kind, word in words if isinstance(value, kind)), "map[string]interface {}")
    word = f"map[string]interface {{}}{_json(value)}" if isinstance(value, dict) else (
        f"[]interface {{}}{{{', '.join(map(_json, value))}}}" if isinstance(value, list) else _json(value))
    return f"&value.valueUnstructured{{Value:{word}}}"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(", ", ":"), ensure_ascii=False)


def merge(live: Any, config: Any, structure: Structure | None) -> Any:
    """`config` laid over `live`: what config does not name stays."""
    if config is _MISSING:
        return live
    if structure is None or live is _MISSING or live is None or config is None:
        return config
    if structure.kind in (STRUCT, MAP, DEDUCED) and isinstance(live, dict) and isinstance(config, dict):
        merged = {name: merge(item, config.get(name, _MISSING), structure.field(name)) for name, item in live.items()}
        added = {name: item for name, item in config.items() if name not in live}
        return {**merged, **added}
    if structure.kind in (LIST, SET) and isinstance(live, list) and isinstance(config, list):
        return _merge_lists(live, config, structure)
    return config


def _merge_lists(live: list[Any], config: list[Any], structure: Structure) -> list[Any]:
    """By key, in the configuration's order; what only the server has stays before what followed it."""
    left = {key_of(item, structure): item for item in live}
    right = {key_of(item, structure): item for item in config}
    lefts, rights = list(left), list(right)
    merged: list[Any] = []
    done: dict[str, None] = {}
    while lefts or rights:
        if lefts and (lefts[0] not in right or lefts[0] in done):
            key = lefts.pop(0)
            if key not in done:
                merged.append(left[key])
            continue
        key = rights.pop(0)
        done[key] = None
        merged.append(merge(left.get(key, _MISSING), right[key], structure.element()))
    return merged


class Comparison:
    """The paths that came, went and changed."""

    def __init__(self) -> None:
        self.added: Paths = {}
        self.removed: Paths = {}
        self.modified: Paths = {}


def compare(old: Any, new: Any, structure: Structure) -> Comparison:
    found = Comparison()
    _compare(old, new, structure, (), found)
    return found


def _leaf(old: Any, new: Any, path: Path, found: Comparison) -> None:
    if old is _MISSING:
        found.added[path] = None
    elif new is _MISSING:
        found.removed[path] = None
    elif not equal(old, new):
        found.modified[path] = None


def _compare(old: Any, new: Any, structure: Structure | None, path: Path, found: Comparison) -> None:
    if old is new:
        return  # shared: most of an object, in most writes
    node = structure or _ATOMIC
    sides = [side for side in (old, new) if side is not _MISSING and side is not None]
    if node.kind in (STRUCT, MAP, DEDUCED) and any(isinstance(side, dict) and side for side in sides):
        if all(isinstance(side, dict) for side in sides):
            _compare_maps(old, new, node, path, found)
        else:
            _leaf(old, new, path, found)
    elif node.kind in (LIST, SET) and any(isinstance(side, list) and side for side in sides):
        _compare_lists(old, new, node, path, found)
    else:
        _leaf(old, new, path, found)
        return
    if old is _MISSING and path:
        found.added[path] = None
    elif new is _MISSING and path:
        found.removed[path] = None


def _compare_maps(old: Any, new: Any, structure: Structure, path: Path, found: Comparison) -> None:
    before, after = (side if isinstance(side, dict) else {} for side in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        child = (before.get(name, _MISSING), after.get(name, _MISSING))
        _compare(*child, structure.field(name), (*path, field(name)), found)


def _compare_lists(old: Any, new: Any, structure: Structure, path: Path, found: Comparison) -> None:
    before, after = (
        {key_of(item, structure): item for item in (side if isinstance(side, list) else ())} for side in (old, new)
    )
    for key in [*before, *(key for key in after if key not in before)]:
        child = (before.get(key, _MISSING), after.get(key, _MISSING))
        _compare(*child, structure.element(), (*path, key), found)


def remove(value: Any, paths: Paths, structure: Structure) -> Any:
    """Without the fields and elements at these paths; None when nothing is left of a list or map."""
    return _remove(value, field_sets.tree(paths), structure)


def _remove(value: Any, cut: Tree, structure: Structure | None) -> Any:
    if structure is None or not cut:
        return value
    if structure.kind in (STRUCT, MAP, DEDUCED) and isinstance(value, dict):
        fields = ((name, item, cut.get(field(name)) or {}) for name, item in value.items())
        kept = {name: _remove(item, below, structure.field(name)) for name, item, below in fields if "." not in below}
        return {name: item for name, item in kept.items() if item is not None or value[name] is None} or None
    if structure.kind in (LIST, SET) and isinstance(value, list):
        items = ((item, cut.get(key_of(item, structure)) or {}) for item in value)
        left = [_remove(item, below, structure.element()) for item, below in items if "." not in below]
        return left or None
    return value
