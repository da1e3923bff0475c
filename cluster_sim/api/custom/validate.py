"""Values against their schema, in the words of OpenAPI validation.

Upstream: k8s.io/kube-openapi/pkg/validation/validate (the words: .../errors/schema.go) and ValidateCustomResource in
k8s.io/apiextensions-apiserver/pkg/apiserver/validation, which turns them into field errors. Patterns are matched by
CEL's linear-time engine: a pattern is anybody's, and must not be able to run for ever.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import cel

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.api.json_patch import equal

Schema = dict[str, Any]
Errors = list[FieldError]

INT_OR_STRING = "x-kubernetes-int-or-string"
_ROOT = ""


def check_values(value: Any, schema: Schema, path: str = _ROOT) -> Errors:
    """Everything that is wrong with a value; path: where it is ("" the root)."""
    found: Errors = []
    _check(value, schema, path, found)
    return found


def type_name(value: Any) -> str:
    """The JSON type of a value, an integer being a number that has no fraction."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int) or isinstance(value, float) and value.is_integer():
        return "integer"
    if isinstance(value, float):
        return "number"
    return "array" if isinstance(value, list) else "object"


def _fits(value: Any, schema: Schema) -> bool:
    wanted, have = schema.get("type"), type_name(value)
    if have == "null":
        return bool(schema.get("nullable")) or not wanted
    if schema.get(INT_OR_STRING):
        return have in ("integer", "string")
    return not wanted or wanted == have or (wanted == "number" and have == "integer")


def _check(value: Any, schema: Schema, path: str, found: Errors) -> None:
    have = type_name(value)
    if not _fits(value, schema):
        wanted = schema.get("type") or "integer,string"
        found.append(field.type_invalid(path, have, f'{path} in body must be of type {wanted}: "{have}"'))
    if value is None:
        return
    _compose(value, schema, path, found)
    if isinstance(value, str):
        _string(value, schema, path, found)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        _number(value, schema, path, found)
    elif isinstance(value, list):
        _array(value, schema, path, found)
    if "enum" in schema and not any(equal(value, one) for one in schema["enum"]):
        words = [one if isinstance(one, str) else json.dumps(one, separators=(",", ":")) for one in schema["enum"]]
        found.append(field.not_supported(path, value, words))
    if isinstance(value, dict):
        _object(value, schema, path, found)


def _says(found: Errors, path: str, value: Any, words: str) -> None:
    found.append(field.invalid(path, value, f"{path} in body {words}"))


def _compose(value: Any, schema: Schema, path: str, found: Errors) -> None:
    if schema.get(INT_OR_STRING):
        return
    if schema.get("anyOf") and all(check_values(value, one, path) for one in schema["anyOf"]):
        _says(found, path, value, "must validate at least one schema (anyOf)")
    if schema.get("oneOf"):
        valid = sum(not check_values(value, one, path) for one in schema["oneOf"])
        if valid != 1:
            told = f"Found {valid} valid alternatives" if valid else "Found none valid"
            _says(found, path, value, f"must validate one and only one schema (oneOf). {told}")
    for one in schema.get("allOf") or ():
        _check(value, one, path, found)
    if isinstance(schema.get("not"), dict) and not check_values(value, schema["not"], path):
        _says(found, path, value, "must not validate the schema (not)")


@lru_cache(maxsize=512)
def _pattern() -> cel.Program:
    return cel.compile("value.matches(pattern)")


@lru_cache(maxsize=16384)
def matches(value: str, pattern: str) -> bool:
    """Whether a value matches a pattern; a pattern that is none matches nothing."""
    try:
        return bool(_pattern().execute({"value": value, "pattern": pattern}))
    except Exception:  # the engine's own errors: ValueError, RuntimeError, …
        return False


def _string(value: str, schema: Schema, path: str, found: Errors) -> None:
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        found.append(field.too_long(path, schema["maxLength"]))
    if "minLength" in schema and len(value) < schema["minLength"]:
        _says(found, path, value, f"should be at least {schema['minLength']} chars long")
    if schema.get("pattern") and not matches(value, schema["pattern"]):
        _says(found, path, value, f"should match '{schema['pattern']}'")
    expression = FORMATS.get(schema.get("format", ""))
    if expression is not None and not re.fullmatch(expression, value):
        found.append(field.invalid(path, value, f'{path} in body must be of type {schema["format"]}: "{value}"'))


_OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)",
    "ipv4": rf"{_OCTET}(\.{_OCTET}){{3}}",
    "cidr": r"[0-9a-fA-F.:]+/\d{1,3}",
    "uuid": r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
    "mac": r"([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}",
    "email": r"[^@\s]+@[^@\s]+",
    "byte": r"[A-Za-z0-9+/\r\n]*={0,2}",
    "duration": r"[-+]?((\d+(\.\d*)?|\.\d+)\s?(ns|us|µs|ms|s|m|h|d|w|[a-z]+))+|0",
    "hexcolor": r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})",
}


def _plain(number: float | int) -> str:
    """A bound as Go prints it."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e21 else repr(number)


def _number(value: float | int, schema: Schema, path: str, found: Errors) -> None:
    if schema.get("multipleOf") and (value / schema["multipleOf"]) % 1 != 0:
        _says(found, path, value, f"should be a multiple of {_plain(schema['multipleOf'])}")
    maximum, minimum = schema.get("maximum"), schema.get("minimum")
    if maximum is not None:
        if schema.get("exclusiveMaximum") and value >= maximum:
            _says(found, path, value, f"should be less than {_plain(maximum)}")
        elif value > maximum:
            _says(found, path, value, f"should be less than or equal to {_plain(maximum)}")
    if minimum is not None:
        if schema.get("exclusiveMinimum") and value <= minimum:
            _says(found, path, value, f"should be greater than {_plain(minimum)}")
        elif value < minimum:
            _says(found, path, value, f"should be greater than or equal to {_plain(minimum)}")


def _array(value: list[Any], schema: Schema, path: str, found: Errors) -> None:
    if isinstance(schema.get("items"), dict):
        for place, item in enumerate(value):
            _check(item, schema["items"], f"{path}[{place}]", found)
    if "minItems" in schema and len(value) < schema["minItems"]:
        _says(found, path, len(value), f"should have at least {schema['minItems']} items")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        found.append(field.too_many(path, len(value), schema["maxItems"]))
    if schema.get("uniqueItems") and _repeated([json.dumps(item, sort_keys=True) for item in value]):
        _says(found, path, value, "shouldn't contain duplicates")


def _repeated(words: list[str]) -> list[int]:
    """The places of what was there before."""
    seen: dict[str, None] = {}
    places = []
    for place, word in enumerate(words):
        if word in seen:
            places.append(place)
        seen[word] = None
    return places


def _object(value: dict[str, Any], schema: Schema, path: str, found: Errors) -> None:
    if "minProperties" in schema and len(value) < schema["minProperties"]:
        _says(found, path, len(value), f"should have at least {schema['minProperties']} properties")
    if "maxProperties" in schema and len(value) > schema["maxProperties"]:
        found.append(field.too_many(path, len(value), schema["maxProperties"]))
    known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, item in value.items():
        here = f"{path}.{name}" if path else name
        if name in known:
            _check(item, known[name], here, found)
        elif isinstance(rest, dict):
            _check(item, rest, here, found)
    for name in schema.get("required") or ():
        if name not in value:
            found.append(field.required(f"{path}.{name}" if path else name))


def check_lists(value: Any, schema: Schema, path: str = _ROOT) -> Errors:
    """Sets without repetition, maps by keys with unique keys (x-kubernetes-list-type)."""
    found: Errors = []
    if isinstance(value, dict):
        known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, item in value.items():
            child = known.get(name) or (rest if isinstance(rest, dict) else None)
            if child is not None:
                found += check_lists(item, child, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys") or []
        named: list[Any] = value
        if kind == "map":
            named = [{key: item.get(key) for key in keys} if isinstance(item, dict) else item for item in value]
        if kind in ("set", "map"):
            for place in _repeated([json.dumps(item, sort_keys=True) for item in named]):
                found.append(field.duplicate(f"{path}[{place}]", named[place]))
        for place, item in enumerate(value):
            found += check_lists(item, schema["items"], f"{path}[{place}]")
    return found
