"""Structure: how the parts of an object are owned — field by field, element by element, or all at once.

The schema says it: a struct and a map are granular unless x-kubernetes-map-type is atomic; a list is atomic unless
x-kubernetes-list-type makes it a set or a map by keys. Custom resources use the same words in their openAPIV3Schema.
Upstream: sigs.k8s.io/structured-merge-diff/v6/schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import Any

from cluster_sim.api.schema.definitions import (
    INT_OR_STRING,
    META,
    QUANTITY,
    definitions,
    go_field,
    kinds,
    reference,
    type_of,
)

Schema = dict[str, Any]

OBJECT_META = f"{META}ObjectMeta"
KEY_DEFAULTS = {"protocol": "TCP"}  # every other key of a built-in list counts as Go's zero value when left out
_ZERO = {"string": "", "integer": 0}
_EMPTY: dict[str, Any] = {"string": "", "integer": 0, "boolean": False, "number": 0, "array": [], "object": {}}

STRUCT, MAP, LIST, SET, ATOMIC, SCALAR, DEDUCED = "struct", "map", "list", "set", "atomic", "scalar", "deduced"
_TEXT: Schema = {"type": "string"}


@dataclass(frozen=True)
class Structure:
    """One node. `schema` holds its children, which are read when asked for: schemas may contain themselves."""

    kind: str
    schema: Schema
    definition: str = ""  # the name of a built-in struct
    type: str = ""  # of a scalar or of what is atomic
    read: dict[str, Structure | None] = dataclass_field(default_factory=dict, compare=False)

    def field(self, name: str) -> Structure | None:
        """What a field or a key holds; None when the schema does not know it."""
        if self.kind == MAP:
            return self._once("additionalProperties", self.schema["additionalProperties"])
        found = (self.schema.get("properties") or {}).get(name)
        if found is not None:
            return self._once(name, found)
        deduced = self.kind == DEDUCED or self.schema.get("x-kubernetes-preserve-unknown-fields")
        return _DEDUCED if deduced else None

    def opened(self) -> Structure:
        """What is atomic, as if it were not: to look at what is in it."""
        if self.kind != ATOMIC:
            return self
        if isinstance(self.schema.get("additionalProperties"), dict):
            return Structure(MAP, self.schema, type="map")
        return Structure(STRUCT if self.schema.get("properties") else DEDUCED, self.schema, self.definition, "map")

    def _once(self, name: str, schema: Schema) -> Structure:
        child = self.read.get(name)
        if child is None:
            self.read[name] = child = structure(schema)
        return child

    def is_named(self, name: str) -> bool:
        """Whether it is a field of a struct and not a key of a map."""
        return self.kind == STRUCT and name in (self.schema.get("properties") or {})

    def element(self) -> Structure:
        return self._once("items", self.schema["items"])

    @property
    def keys(self) -> list[str]:
        """The fields by which the elements of a list are told apart."""
        found: list[str] = self.schema.get("x-kubernetes-list-map-keys") or []
        return found

    def key_default(self, key: str) -> Any:
        """What a missing key counts as; None when it must be there."""
        element = (self.element().schema.get("properties") or {}).get(key) or {}
        if "default" in element:
            return element["default"]
        return KEY_DEFAULTS.get(key, _ZERO.get(type_of(element))) if self.element().definition else None


_DEDUCED = Structure(DEDUCED, {})


@cache
def _definition(name: str) -> Structure:
    schema = definitions()[name]
    if name in (QUANTITY, INT_OR_STRING):
        return Structure(SCALAR, {}, type="untyped")
    if "properties" not in schema:
        kind = type_of(schema)
        return Structure(ATOMIC if kind in ("", "object") else SCALAR, schema, type=kind or "untyped")
    atomic = schema.get("x-kubernetes-map-type") == "atomic"
    return Structure(ATOMIC if atomic else STRUCT, schema, name, "map")


def structure(schema: Schema) -> Structure:
    """The node a schema describes."""
    target = reference(schema)
    if target is not None:
        found = _definition(target)
        atomic = schema.get("x-kubernetes-map-type") == "atomic"
        return Structure(ATOMIC, found.schema, found.definition, "map") if atomic else found
    kind = type_of(schema)
    if schema.get("x-kubernetes-int-or-string"):
        return Structure(SCALAR, schema, type="untyped")
    if kind == "array":
        relation = schema.get("x-kubernetes-list-type", "atomic")
        return Structure({"map": LIST, "set": SET}.get(relation, ATOMIC), schema, type="list")
    if kind == "object" or "properties" in schema:
        if schema.get("x-kubernetes-map-type") == "atomic":
            return Structure(ATOMIC, schema, type="map")
        if isinstance(schema.get("additionalProperties"), dict):
            return Structure(MAP, schema, type="map")
        return Structure(STRUCT, schema, type="map")
    if not kind and schema.get("x-kubernetes-preserve-unknown-fields"):
        return _DEDUCED
    return Structure(SCALAR, schema, type=kind or "untyped")


def of_kind(api_version: str, kind: str, custom: Schema | None = None) -> Structure:
    """The structure of a kind's objects; custom: the openAPIV3Schema of a custom resource."""
    name = kinds().get((api_version, kind))
    if name is not None:
        return _definition(name)
    given = custom or {"x-kubernetes-preserve-unknown-fields": True}
    own = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": {"$ref": f"#/$defs/{OBJECT_META}"}}
    return Structure(STRUCT, {**given, "properties": {**(given.get("properties") or {}), **own}}, type="map")


@cache
def empty(definition: str) -> Any:
    """What is there of a built-in object before anybody sets anything: Go's structs by value, and required fields.

    Who creates an object does not own these as such, only what is in them.
    """
    found: dict[str, Any] = {}
    schema = definitions()[definition]
    for name, field in schema.get("properties", {}).items():
        target, marks = reference(field), go_field(definition, name).marks
        required = name in schema.get("required", ()) and "?" not in marks
        if target is not None and "properties" in definitions()[target] and "*" not in marks:
            if "!" in marks or required or target == OBJECT_META:
                found[name] = empty(target)
        elif ("!" in marks or required) and "*" not in marks and type_of(field) in _EMPTY:
            found[name] = _EMPTY[type_of(field)]
    return found
