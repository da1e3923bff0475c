"""Decoders: each definition compiled once into plain closures that read a value as Go's struct would.

A decoder takes (value, path, findings) and returns what Go writes back: the very same object when nothing changed, a
new one that shares the rest otherwise, or DROP. Kinds are compiled when they are first met; a pod takes a fraction of
a millisecond after that. One step of the real server is folded in: it stores protobuf, which knows no difference
between an empty and an absent list or map, so those are gone too.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from . import go_json
from .definitions import (
    INT_OR_STRING,
    JSON_SCHEMA,
    JSON_SCHEMA_OR,
    META,
    MICRO_TIME,
    QUANTITY,
    TIME,
    Schema,
    definitions,
    go_field,
    go_name,
    reference,
    struct_name,
    type_of,
)
from .go_json import DROP, Decode, Findings, Path

_SPECIAL: dict[str, Decode] = {
    QUANTITY: go_json.quantity_value,
    INT_OR_STRING: go_json.int_or_string,
    TIME: go_json.time_value,
    MICRO_TIME: go_json.micro_time_value,
}
_ZERO = {"string": "", "integer": 0, "boolean": False, "number": 0}
_GO_SCALARS = {"string": "string", "boolean": "bool", "number": "float64", "integer": "int64"}


def _raw(value: Any, path: Path, findings: Findings) -> Any:
    """Free-form JSON stays as it is."""
    return DROP if value is None else value


def is_struct(definition: str) -> bool:
    return definition not in _SPECIAL and "properties" in definitions()[definition]


@cache
def struct(definition: str) -> Decode:
    """The decoder of a struct's fields; the caller has made sure that the value is an object."""
    schema = definitions()[definition]
    properties, required = schema.get("properties", {}), schema.get("required", ())
    compiled: dict[str, tuple[type | None, bool, Decode]] = {}
    always: list[tuple[str, str, Any]] = []  # field, definition of its struct or "", zero value
    for name, field in properties.items():
        fact = go_field(definition, name)
        target, kind = reference(field), type_of(field)
        kept = "*" in fact.marks or "!" in fact.marks or (name in required and "?" not in fact.marks)
        decode = _field(definition, name, field, kept)
        fast: type | None = {"string": str, "boolean": bool}.get(kind) if field.get("format") != "byte" else None
        compiled[name] = (fast, kept, decode)
        if kind in _ZERO and kept and "*" not in fact.marks and field.get("format") != "byte":
            always.append((name, "", _ZERO[kind]))
        elif target in (QUANTITY, INT_OR_STRING) and "!" in fact.marks:
            always.append((name, "", "0" if target == QUANTITY else 0))
        elif target is not None and is_struct(target) and "*" not in fact.marks:
            if "!" in fact.marks or name in required or target in (f"{META}ObjectMeta", f"{META}ListMeta"):
                always.append((name, target, None))
    return _struct(compiled, always)


def _struct(compiled: dict[str, tuple[type | None, bool, Decode]], always: list[tuple[str, str, Any]]) -> Decode:
    lookup = compiled.get

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        changes: dict[str, Any] | None = None
        for key, item in value.items():
            entry = lookup(key)
            if entry is None:
                findings.unknown_field((path, key))
                new = DROP
            else:
                fast, kept, decode_field = entry
                if fast is not None and type(item) is fast and (item or kept):
                    continue
                new = decode_field(item, (path, key), findings)
                if new is item:
                    continue
            if changes is None:
                changes = {}
            changes[key] = new
        missing = [entry for entry in always if value.get(entry[0]) is None]
        if changes is None and not missing:
            return value
        result = dict(value)
        for key, new in (changes or {}).items():
            if new is DROP:
                del result[key]
            else:
                result[key] = new
        for key, target, zero in missing:
            result[key] = _zero(target) if target else zero
        return result

    return decode


@cache
def _zero(definition: str) -> Any:
    """What Go writes for a struct nobody set: {} or its always written fields."""
    return struct(definition)({}, None, Findings())


def _field(owner: str, name: str, field: Schema, kept: bool) -> Decode:
    fact = go_field(owner, name)
    return _value(field, struct_name(owner), fact.type, kept)


def _value(schema: Schema, owner: str, go_type: str, kept: bool) -> Decode:
    """The decoder of one value; owner: the Go struct named in complaints."""
    target = reference(schema)
    if target is not None:
        if target in _SPECIAL:
            return _SPECIAL[target]
        if target in JSON_SCHEMA_OR:
            return _nested_schema
        resolved = definitions()[target]
        if "properties" in resolved:
            return _reference(target, owner, go_type)
        if resolved.get("type") and type_of(resolved) != "object":
            return _value(resolved, owner, go_type or go_name(target), kept)
        return _raw
    kind = type_of(schema)
    if kind == "array":
        return _list(schema["items"], owner, go_type)
    if kind == "object":
        values = schema.get("additionalProperties")
        return _map(values, owner, go_type) if isinstance(values, dict) else _raw
    if schema.get("format") == "byte":
        return go_json.data(owner, kept)
    if kind == "string":
        return go_json.string(owner, go_type or "string", kept)
    if kind == "boolean":
        return go_json.boolean(owner, go_type or "bool", kept)
    if kind == "integer":
        width = schema.get("format", "int64")
        return go_json.integer(owner, go_type or width, kept, 32 if width == "int32" else 64)
    if kind == "number":
        return go_json.number(owner, go_type or "float64", kept)
    return _raw


def _reference(target: str, owner: str, go_type: str) -> Decode:
    """A field that holds a struct. Its decoder is looked up when needed: schemas may contain themselves."""
    name = go_type or go_name(target)
    fields: Decode | None = None

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        nonlocal fields
        if isinstance(value, dict):
            if fields is None:
                fields = struct(target)
            return fields(value, path, findings)
        if value is not None:
            findings.mismatch(value, path, owner, name)
        return DROP

    return decode


def _nested_schema(value: Any, path: Path, findings: Findings) -> Any:
    """JSONSchemaPropsOrBool and OrArray decode by themselves, and so never report unknown fields."""
    if not isinstance(value, dict):
        return DROP if value is None else value
    within = Findings()
    new = struct(JSON_SCHEMA)(value, None, within)
    if within.error is not None:
        findings.complain(within.error)
    return new


def _go_element(schema: Schema) -> str:
    """How Go names the type of a list's or map's elements."""
    target = reference(schema)
    if target is not None:
        return go_name(target)
    kind = type_of(schema)
    if kind == "array":
        return f"[]{_go_element(schema['items'])}"
    if kind == "object":
        return f"map[string]{_go_element(schema.get('additionalProperties', {}))}"
    if schema.get("format") == "byte":
        return "[]uint8"
    return str(schema.get("format") or _GO_SCALARS.get(kind, "interface {}"))


def _element(schema: Schema, owner: str, go_type: str) -> tuple[Decode, Any]:
    """(decoder, zero): Go puts the zero value where a list or map holds null."""
    target = reference(schema)
    zero: Any = _ZERO.get(type_of(schema), "")
    if target is not None:
        zero = {QUANTITY: "0", INT_OR_STRING: 0}.get(target)
    return _value(schema, owner, go_type, True), zero


def _new_element(schema: Schema, zero: Any) -> Any:
    target = reference(schema)
    return _zero(target) if target is not None and is_struct(target) else zero


def _list(items: Schema, owner: str, go_type: str) -> Decode:
    name = go_type or f"[]{_go_element(items)}"
    element, zero = _element(items, owner, name[2:] if name.startswith("[]") else "")
    strings = type_of(items) == "string" and reference(items) is None

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if not isinstance(value, list):
            if value is not None:
                findings.mismatch(value, path, owner, name)
            return DROP
        if not value:
            return DROP
        new: list[Any] | None = None
        for place, item in enumerate(value):
            if strings and type(item) is str:
                continue
            result = element(item, (path, place), findings)
            if result is item:
                continue
            if new is None:
                new = list(value)
            new[place] = _new_element(items, zero) if result is DROP else result
        return value if new is None else new

    return decode


def _map(values: Schema, owner: str, go_type: str) -> Decode:
    name = go_type or f"map[string]{_go_element(values)}"
    named = name.partition("]")[2] if name.startswith("map[") else ""
    element, zero = _element(values, owner, named)
    strings = type_of(values) == "string" and reference(values) is None and values.get("format") != "byte"

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if not isinstance(value, dict):
            if value is not None:
                findings.mismatch(value, path, owner, name)
            return DROP
        if not value:
            return DROP
        new: dict[str, Any] | None = None
        for key, item in value.items():
            if strings and type(item) is str:
                continue
            result = element(item, (path, (key,)), findings)
            if result is item:
                continue
            if new is None:
                new = dict(value)
            new[key] = _new_element(values, zero) if result is DROP else result
        return value if new is None else new

    return decode
