"""Definitions: the official OpenAPI schemas of the built-in kinds, and what Go knows beyond them.

The schemas come with the `kubernetes-validate` package (one file of the whole API, read once, about 15 ms); the Go
facts are the table in go_types.txt beside this file. Both are read when the first kind is asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

VERSION = "v1.37.0"  # of the schemas

META = "io.k8s.apimachinery.pkg.apis.meta.v1."
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
TIME = f"{META}Time"
MICRO_TIME = f"{META}MicroTime"
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
JSON_SCHEMA = f"{_EXTENSIONS}JSONSchemaProps"
JSON_SCHEMA_OR = (f"{_EXTENSIONS}JSONSchemaPropsOrArray", f"{_EXTENSIONS}JSONSchemaPropsOrBool")

Schema = dict[str, Any]


@lru_cache(maxsize=1)
def definitions() -> dict[str, Schema]:
    """Every definition by its full name."""
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the kubernetes-validate package, which brings Kubernetes' schemas, is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "kubernetes-json-schema" / f"{VERSION}-local"
    found: dict[str, Schema] = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
    return found


@lru_cache(maxsize=1)
def kinds() -> dict[tuple[str, str], str]:
    """(apiVersion, kind) → the name of its definition."""
    found: dict[tuple[str, str], str] = {}
    for name, schema in definitions().items():
        for entry in schema.get("x-kubernetes-group-version-kind", ()):
            group, version = entry["group"], entry["version"]
            found[f"{group}/{version}" if group else version, entry["kind"]] = name
    return found


def reference(schema: Schema) -> str | None:
    """The name a $ref points to."""
    ref = schema.get("$ref")
    return ref.rpartition("/")[2] if isinstance(ref, str) else None


def type_of(schema: Schema) -> str:
    """ "string", "integer", …; null beside it only says that it is optional."""
    kind = schema.get("type", "")
    return next((word for word in kind if word != "null"), "") if isinstance(kind, list) else str(kind)


@dataclass(frozen=True, slots=True)
class GoField:
    """How a field is declared: its marks and its Go type ("" when named after the schema)."""

    marks: str = ""
    type: str = ""


_PLAIN = GoField()
_FACTS = Path(__file__).with_name("go_types.txt")


@lru_cache(maxsize=1)
def _facts() -> dict[str, str]:
    """struct → the rest of its line, unparsed."""
    lines = (line for line in _FACTS.read_text().splitlines() if not line.startswith("#"))
    return {struct: rest for struct, _, rest in (line.partition(" ") for line in lines)}


def _struct(definition: str) -> str:
    """ "core.v1.PodSpec" of "io.k8s.api.core.v1.PodSpec"."""
    return ".".join(definition.split(".")[-3:])


@cache
def go_fields(definition: str) -> dict[str, GoField]:
    """The fields of a struct that Go declares otherwise than by the rule."""
    found: dict[str, GoField] = {}
    for word in _facts().get(_struct(definition), "").split():
        name, _, go_type = word.partition("=")
        bare = name.rstrip("*!?")
        found[bare] = GoField(name[len(bare) :], go_type)
    return found


def go_field(definition: str, field: str) -> GoField:
    return go_fields(definition).get(field, _PLAIN)


def go_name(definition: str) -> str:
    """ "v1.PodSpec": how Go prints the type."""
    *_, package, name = definition.split(".")
    return f"{package}.{name}"


def struct_name(definition: str) -> str:
    """ "PodSpec"."""
    return definition.rpartition(".")[2]
