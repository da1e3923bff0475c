"""Field sets: which fields somebody owns, as paths, and as the FieldsV1 that managedFields carry.

A path is a tuple of elements in FieldsV1's own spelling: `f:name` a field, `k:{"name":"c"}` an element by its keys,
`v:"x"` an element of a set by its value. A set of paths is a dict without values: it keeps its order, so that nothing
depends on hashes. Upstream: sigs.k8s.io/structured-merge-diff/v6/fieldpath.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .structure import ATOMIC, DEDUCED, LIST, MAP, SET, STRUCT, Structure

Path = tuple[str, ...]
Paths = dict[Path, None]
Tree = dict[str, Any]  # element → Tree; a member is marked by the key "."


def field(name: str) -> str:
    return f"f:{name}"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def key_of(item: Any, structure: Structure) -> str:
    """The path element of a list's item; KeyError when it lacks a key."""
    if structure.kind == SET:
        return f"v:{_json(item)}"
    found = {}
    for key in structure.keys:
        value = item.get(key) if isinstance(item, dict) else None
        value = structure.key_default(key) if value is None else value
        if value is None:
            raise KeyError(key)
        found[key] = value
    return f"k:{_json(found)}"


def display(path: Path) -> str:
    """A path as conflicts name it: `.spec.containers[name="c"].image`."""
    text = ""
    for element in path:
        kind, _, rest = element.partition(":")
        if kind == "f":
            text += f".{rest}"
        elif kind == "v":
            text += f"[={rest}]"
        else:
            pairs = json.loads(rest).items()
            text += "[" + ",".join(f"{key}={_json(value)}" for key, value in pairs) + "]"
    return text


def owned(value: Any, structure: Structure | None, path: Path = ()) -> Paths:
    """What a configuration claims: every leaf, and every element of a list or map (typed.ToFieldSet)."""
    found: Paths = {}
    _collect(value, structure, path, found)
    return found


def _collect(value: Any, structure: Structure | None, path: Path, found: Paths) -> None:
    kind = structure.kind if structure is not None else ATOMIC
    if structure is not None and kind in (STRUCT, MAP, DEDUCED) and isinstance(value, dict):
        for name, item in value.items():
            here = (*path, field(name))
            _collect(item, structure.field(name), here, found)
            if item is None or item == {} or not structure.is_named(name):
                found[here] = None
    elif structure is not None and kind in (LIST, SET) and isinstance(value, list):
        for item in value:
            here = (*path, key_of(item, structure))
            _collect(item, structure.element(), here, found)
            found[here] = None
    elif value is not None or kind not in (STRUCT, MAP, LIST, SET):
        found[path] = None


def union(first: Paths, *others: Paths) -> Paths:
    found = dict(first)
    for other in others:
        found.update(other)
    return found


def difference(first: Paths, second: Paths) -> Paths:
    return {path: None for path in first if path not in second}


def intersection(first: Paths, second: Paths) -> Paths:
    return {path: None for path in first if path in second}


def with_named_parents(paths: Paths, structure: Structure) -> Paths:
    """Also the struct fields on the way to each path (EnsureNamedFieldsAreMembers)."""
    found = dict(paths)
    for path in paths:
        node: Structure | None = structure
        for length, element in enumerate(path[:-1], 1):
            if node is None:
                break
            if element.startswith("f:"):
                if node.is_named(element[2:]):
                    found[path[:length]] = None
                node = node.field(element[2:])
            else:
                node = node.element()
    return found


def without(paths: Paths, prefixes: Iterable[Path]) -> Paths:
    """Less everything at or below these places."""
    places = list(prefixes)
    return {path: None for path in paths if not any(path[: len(place)] == place for place in places)}


def in_order(paths: Iterable[Path]) -> list[Path]:
    """As upstream goes through a set: at each place first what is a member there, then what lies below."""
    members = sorted(path for path in paths if len(path) == 1)
    below: dict[str, list[Path]] = {}
    for path in sorted(path for path in paths if len(path) > 1):
        below.setdefault(path[0], []).append(path[1:])
    return [*members, *((first, *rest) for first, left in below.items() for rest in in_order(left))]


def is_valid(fields: Any) -> bool:
    """Whether a FieldsV1 can be read: fields, keys, values and indexes, nothing else."""
    if fields is None:
        return True
    return isinstance(fields, dict) and all(
        name == "." or (name[:2] in ("f:", "k:", "v:", "i:") and is_valid(below)) for name, below in fields.items()
    )


def tree(paths: Iterable[Path]) -> Tree:
    """Paths as FieldsV1 nests them."""
    root: Tree = {}
    for path in sorted(paths):
        node = root
        for element in path:
            node = node.setdefault(element, {})
        node["."] = {}
    return root


def encode(paths: Iterable[Path]) -> Tree:
    """FieldsV1: a member with nothing below it is {} and needs no "."."""

    def bare(node: Tree) -> Tree:
        return {} if list(node) == ["."] else {name: {} if name == "." else bare(child) for name, child in node.items()}

    return bare(tree(paths))


def decode(fields: Tree | None, path: Path = ()) -> Paths:
    """The paths of a FieldsV1."""
    found: Paths = {}
    for element, below in (fields or {}).items():
        if element == ".":
            found[path] = None
            continue
        here = (*path, element)
        if below:
            found.update(decode(below, here))
        else:
            found[here] = None
    return found
