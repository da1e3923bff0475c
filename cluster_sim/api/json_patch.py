"""JSON patch (RFC 6902), as the API server applies it.

Upstream: gopkg.in/evanphx/json-patch.v4, called from k8s.io/apiserver/pkg/endpoints/handlers/patch.go. It differs from
the RFC's letter: an index may be negative (-1 is the last element), and `test` for null holds where nothing is. Why a
patch did not apply is lost on the way: the client sees a 422 that only says it was rejected.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .status import ApiError, bad_request, rejected, too_large

MAX_OPERATIONS = 10_000
MAX_COPIED = 3 << 20  # bytes that `copy` may add, so that a small patch cannot grow without end

_INDEX = re.compile(r"-?[0-9]+")
_MISSING = object()


class _DoesNotApply(Exception):
    pass


def _parts(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or pointer and not pointer.startswith("/"):
        raise _DoesNotApply
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _index(part: str, length: int) -> int:
    if not _INDEX.fullmatch(part):
        raise _DoesNotApply
    place = int(part)
    return place + length if place < 0 else place


def _get(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and 0 <= (place := _index(part, len(value))) < len(value):
            value = value[place]
        else:
            raise _DoesNotApply
    return value


def _change(value: Any, parts: list[str], change: Any) -> Any:
    """A copy of `value` along the path, with its last container changed by change(container, last part)."""
    if not parts:
        raise _DoesNotApply
    if len(parts) == 1:
        return change(value, parts[0])
    inner = _change(_get(value, parts[:1]), parts[1:], change)
    if isinstance(value, dict):
        return {**value, parts[0]: inner}
    place = _index(parts[0], len(value))
    return [*value[:place], inner, *value[place + 1 :]]


def _add(doc: Any, parts: list[str], new: Any) -> Any:
    def change(container: Any, part: str) -> Any:
        if isinstance(container, dict):
            return {**container, part: new}
        if not isinstance(container, list):
            raise _DoesNotApply
        place = len(container) if part == "-" else _index(part, len(container) + 1)
        if not 0 <= place <= len(container):
            raise _DoesNotApply
        return [*container[:place], new, *container[place:]]

    return _change(doc, parts, change) if parts else new


def _replace(doc: Any, parts: list[str], new: Any) -> Any:
    _get(doc, parts)

    def change(container: Any, part: str) -> Any:
        if isinstance(container, dict):
            return {**container, part: new}
        place = _index(part, len(container))
        return [*container[:place], new, *container[place + 1 :]]

    return _change(doc, parts, change) if parts else new


def _remove(doc: Any, parts: list[str]) -> Any:
    _get(doc, parts)

    def change(container: Any, part: str) -> Any:
        if isinstance(container, dict):
            return {key: item for key, item in container.items() if key != part}
        place = _index(part, len(container))
        return [*container[:place], *container[place + 1 :]]

    return _change(doc, parts, change)


def equal(first: Any, second: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(equal(item, second[key]) for key, item in first.items())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(equal, first, second))
    return isinstance(first, bool) == isinstance(second, bool) and bool(first == second)


def _test(doc: Any, parts: list[str], wanted: Any) -> None:
    try:
        found = _get(doc, parts)
    except _DoesNotApply:
        found = None
    if not equal(found, wanted):
        raise _DoesNotApply


def _value(operation: dict[str, Any]) -> Any:
    """The operation's value; Go reads a missing one as null."""
    return operation.get("value")


def _apply(doc: Any, operation: dict[str, Any], copied: list[int]) -> Any:
    kind, parts = operation.get("op"), _parts(operation.get("path"))
    if kind == "add":
        return _add(doc, parts, _value(operation))
    if kind == "replace":
        return _replace(doc, parts, _value(operation))
    if kind == "remove":
        return _remove(doc, parts)
    if kind == "test":
        _test(doc, parts, _value(operation))
        return doc
    if kind == "move":
        source = _parts(operation.get("from"))
        return _add(_remove(doc, source), parts, _get(doc, source))
    if kind == "copy":
        value = _get(doc, _parts(operation.get("from")))
        copied[0] += len(json.dumps(value))
        if copied[0] > MAX_COPIED:
            raise _DoesNotApply
        return _add(doc, parts, value)
    raise _DoesNotApply


def json_patch(obj: dict[str, Any], ops: Any) -> dict[str, Any]:
    """The patched object. Raises ApiError: 400 when ops are no list of operations, 422 when they do not apply."""
    if not isinstance(ops, list):
        kinds = ((dict, "object"), (str, "string"), (bool, "bool"))
        kind = next((word for one, word in kinds if isinstance(ops, one)), "number")
        raise ApiError(bad_request(
            f"error decoding patch: json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp"
        ))  # fmt: skip
    if len(ops) > MAX_OPERATIONS:
        text = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(ops)}"
        raise ApiError(too_large(text))
    if not all(isinstance(operation, dict) for operation in ops):
        words = "error decoding patch: json: cannot unmarshal into Go value of type handlers.jsonPatchOp"
        raise ApiError(bad_request(words))
    doc: Any = obj
    copied = [0]
    try:
        for operation in ops:
            doc = _apply(doc, operation, copied)
    except _DoesNotApply:
        raise ApiError(rejected()) from None
    if not isinstance(doc, dict):
        raise ApiError(rejected())
    return doc
