"""OpenAPI v3 documents, one for each group and version: what `kubectl explain`, `apply` and helm read.

Upstream: k8s.io/kube-openapi, served at /openapi/v3. Clients look for three things: under `paths` the group, version
and kind of each operation; a `fieldValidation` parameter, from which they learn that the server validates; and under
`components.schemas` the fields with their descriptions. Ours has those, and not every parameter of every path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from .resources import Resource
from .schema.definitions import INT_OR_STRING, QUANTITY, VERSION, definitions, kinds, reference, type_of

Document = dict[str, Any]
Schema = dict[str, Any]

_REF = "#/components/schemas/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_SPECIAL: dict[str, Schema] = {
    INT_OR_STRING: {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    QUANTITY: {"oneOf": [{"type": "string"}, {"type": "number"}]},
}
_COPIED = ("description", "format", "required", "enum", "default")

# verb → (method, whether it works on one named object, x-kubernetes-action)
_OPERATIONS = {
    "list": ("get", False, "list"),
    "create": ("post", False, "post"),
    "deletecollection": ("delete", False, "deletecollection"),
    "get": ("get", True, "get"),
    "update": ("put", True, "put"),
    "patch": ("patch", True, "patch"),
    "delete": ("delete", True, "delete"),
}
_WRITES = ("post", "put", "patch")
_PARAMETERS = [
    {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
    for name in ("dryRun", "fieldManager", "fieldValidation")
]
_PATCH_TYPES = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)


def _schema(found: Schema, name: str = "") -> Schema:
    """A definition as OpenAPI v3.0 writes it: no lists of types, references apart from what describes them."""
    target = reference(found)
    if target is not None:
        pointer = {"$ref": _REF + target}
        return {"description": found["description"], "allOf": [pointer]} if "description" in found else pointer
    new: Schema = {key: found[key] for key in _COPIED if key in found and not (key == "enum" and name in _TYPE_META)}
    kind = type_of(found)
    if kind:
        new["type"] = kind
    if isinstance(found.get("items"), dict):
        new["items"] = _schema(found["items"])
    if isinstance(found.get("additionalProperties"), dict):
        new["additionalProperties"] = _schema(found["additionalProperties"])
    if "properties" in found:
        new["properties"] = {key: _schema(value, key) for key, value in found["properties"].items()}
    new.update({key: value for key, value in found.items() if key.startswith("x-kubernetes-")})
    return new


_TYPE_META = ("apiVersion", "kind")  # the schemas pin them to their one value; the real document does not


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"].removeprefix(_REF)] if isinstance(value.get("$ref"), str) else []
        return here + [name for item in value.values() for name in _references(item)]
    if isinstance(value, list):
        return [name for item in value for name in _references(item)]
    return []


def _reachable(roots: Iterable[str]) -> dict[str, Schema]:
    """The schemas of these definitions and of all they contain, by name."""
    found: dict[str, Schema] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in found or name not in definitions():
            continue
        found[name] = _SPECIAL.get(name) or _schema(definitions()[name])
        waiting += _references(found[name])
    return dict(sorted(found.items()))


def _custom(resource: Resource, schema: Schema) -> Schema:
    """The schema of a custom resource, with the fields every object has."""
    text: Schema = {"type": "string"}
    properties = {
        "apiVersion": text,
        "kind": text,
        **(schema.get("properties") or {}),
        "metadata": {"allOf": [{"$ref": f"{_REF}{_META}ObjectMeta"}]},
    }
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return {**schema, "type": "object", "properties": properties, "x-kubernetes-group-version-kind": [kind]}


def _custom_name(resource: Resource) -> str:
    return ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])


def _body(method: str, name: str) -> Document:
    schema: Schema = {"$ref": _REF + name}
    if method == "patch":
        patch = {"$ref": f"{_REF}{_META}Patch"}
        return {"content": {kind: {"schema": patch} for kind in _PATCH_TYPES}, "required": True}
    return {"content": {"*/*": {"schema": schema}}, "required": True}


def _paths(resource: Resource, name: str) -> Document:
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    spaced = f"{resource.root}/namespaces/{{namespace}}/{resource.plural}"
    base = spaced if resource.namespaced else f"{resource.root}/{resource.plural}"
    found: Document = {}
    for verb in resource.verbs:
        if verb not in _OPERATIONS:
            continue
        method, named, action = _OPERATIONS[verb]
        content = {"application/json": {"schema": {"$ref": _REF + name}}}
        operation: Document = {
            "responses": {"200": {"description": "OK", "content": content}},
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": kind,
        }
        if method in _WRITES:
            operation = {"parameters": _PARAMETERS, "requestBody": _body(method, name), **operation}
        found.setdefault(f"{base}/{{name}}" if named else base, {})[method] = operation
        if verb == "list" and resource.namespaced:
            found.setdefault(f"{resource.root}/{resource.plural}", {})[method] = operation
    return found


def document(resources: Iterable[Resource], custom: Mapping[str, Schema] | None = None) -> Document:
    """The document of one group and version. custom: openAPIV3Schemas by plural, for custom resources."""
    paths: Document = {}
    roots, own = [f"{_META}{name}" for name in ("DeleteOptions", "Patch", "Status")], {}
    for resource in resources:
        name = kinds().get((resource.api_version, resource.kind), "")
        if not name:
            name = _custom_name(resource)
            own[name] = _custom(resource, (custom or {}).get(resource.plural, {}))
            roots.append(f"{_META}ObjectMeta")
        else:
            roots += [name, f"{name}List"]
        paths.update(_paths(resource, name))
    info = {"title": "Kubernetes", "version": VERSION}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {**_reachable(roots), **own}}}


def content_hash(found: Document) -> str:
    """What a client caches a document by."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest().upper()


def index(hashes: Mapping[str, str]) -> Document:
    """/openapi/v3: "api/v1" or "apis/apps/v1" → where its document is. hashes: content_hash by that path."""
    paths = {path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={value}"} for path, value in hashes.items()}
    return {"paths": paths}
