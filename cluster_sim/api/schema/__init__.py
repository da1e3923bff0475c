"""Schemas: what the Go types of the real server accept, and what they write back.

The API server decodes a body into Go structs (sigs.k8s.io/json, strict or not) and encodes those again: that is how
unknown fields vanish, quantities become canonical and `resources: {}` appears in every container. `decode` does both
at once. Defaults and validation come after it and are the API server's own.
"""

from __future__ import annotations

import json
from typing import Any

from .decode import struct
from .definitions import META, go_name, kinds
from .go_json import MAX_UNKNOWN, Findings, render

__all__ = ["check", "decode", "decode_meta", "duplicates", "knows", "prune"]

Object = dict[str, Any]


def knows(api_version: str, kind: str) -> bool:
    """Whether it is a built-in kind."""
    return (api_version, kind) in kinds()


def decode(obj: Any, api_version: str, kind: str) -> tuple[Object, str | None, list[str]]:
    """(the object after Go's decode and encode, what Go would complain of or None, unknown fields in order).

    Unknown fields, nulls and empty optional values are gone, quantities and times canonical, and zero values of
    fields Go always writes are there. What did not change is shared with the input. Raises KeyError for a kind that
    is not built in.
    """
    definition = kinds()[api_version, kind]
    findings = Findings()
    if not isinstance(obj, dict):
        findings.mismatch(obj, None, "", go_name(definition))
        return {}, findings.error, []
    return struct(definition)(obj, None, findings), findings.error, findings.unknown


def decode_meta(metadata: Any) -> tuple[Object, str | None, list[str]]:
    """As `decode`, for the metadata of an object whose kind is not built in."""
    findings = Findings()
    if metadata is None:
        return {}, None, []
    path = (None, "metadata")
    if not isinstance(metadata, dict):
        findings.mismatch(metadata, path, "", "v1.ObjectMeta")
        return {}, findings.error, []
    return struct(f"{META}ObjectMeta")(metadata, path, findings), findings.error, findings.unknown


def check(obj: Any, api_version: str, kind: str) -> tuple[str | None, list[str]]:
    """(what Go's decoder would say or None, [unknown field paths in order])."""
    _, error, unknown = decode(obj, api_version, kind)
    return error, unknown


def prune(obj: Object, api_version: str, kind: str) -> Object:
    """The object as decode leaves it, whatever was wrong."""
    return decode(obj, api_version, kind)[0]


class _Pairs(dict):  # type: ignore[type-arg]
    """An object that remembers which of its keys were written twice."""

    twice: tuple[str, ...] = ()


def _pairs(pairs: list[tuple[str, Any]]) -> _Pairs:
    found = _Pairs()
    twice = []
    for key, value in pairs:
        if key in found:
            twice.append(key)
        found[key] = value
    found.twice = tuple(twice)
    return found


def duplicates(text: str) -> list[str]:
    """The paths of fields a JSON text gives more than once ("data.k"), in order; what is no JSON has none."""
    found: list[str] = []

    def walk(value: Any, path: Any) -> None:
        if isinstance(value, _Pairs):
            found.extend(render((path, key)) for key in value.twice)
            for key, item in value.items():
                walk(item, (path, key))
        elif isinstance(value, list):
            for place, item in enumerate(value):
                walk(item, (path, place))

    try:
        walk(json.loads(text, object_pairs_hook=_pairs), None)
    except (ValueError, RecursionError):
        return []
    return list(dict.fromkeys(found))[:MAX_UNKNOWN]
