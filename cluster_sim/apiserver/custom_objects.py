"""Objects of custom kinds: pruned, given defaults and checked by their definition's schema.

Upstream: k8s.io/apiextensions-apiserver/pkg/registry/customresource/strategy.go, validator.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import custom as schemas
from cluster_sim.api import field, meta, status
from cluster_sim.api.field import FieldError
from cluster_sim.api.resources import Resource
from cluster_sim.api.schema import decode_meta
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.scale import scale_meta
from cluster_sim.apiserver.strategies.strategy import Strategy

if TYPE_CHECKING:
    from cluster_sim.apiserver.custom import CustomResources

Object = dict[str, Any]
Errors = list[FieldError]

FREE: Object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
UNCHECKED = (
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete "
    "validation"
)
BLOCKING = (field.NOT_SUPPORTED, field.REQUIRED, field.TOO_LONG, field.TYPE_INVALID)


def schema_of(version: Object) -> Object:
    """The openAPIV3Schema of a version of a definition."""
    found: Object = (version.get("schema") or {}).get("openAPIV3Schema") or FREE
    return found


def strategy(version: Object, resource: Resource) -> Strategy:
    """How the store treats objects of this version: status apart if it has the subresource."""
    apart = "status" in (version.get("subresources") or {})
    left_out = ("apiVersion", "kind", "metadata", *(["status"] if apart else []))
    counted = tuple(name for name in schema_of(version).get("properties") or ("spec",) if name not in left_out)

    def validate(obj: Object) -> Errors:
        return _errors(obj, None, version, resource)

    def validate_update(new: Object, old: Object) -> Errors:
        return [error for error in _errors(new, old, version, resource) if not _was_there(error, new, old)]

    return Strategy(generation=True, counted=counted, status=apart, unconditional=False, validate=validate,
                    validate_update=validate_update, validate_status=validate_update)  # fmt: skip


def _errors(obj: Object, old: Object | None, version: Object, resource: Resource) -> Errors:
    if obj.get("kind") != resource.kind:
        wrong = field.invalid("kind", obj.get("kind"), f"must be {resource.kind}")
        raise ApiError(status.invalid(f"{obj.get('kind')}.{resource.group}", meta.name(obj), [wrong]))
    schema = schema_of(version)
    found = schemas.check_values(obj, schema)
    found += _scale_errors(obj, (version.get("subresources") or {}).get("scale"))
    found += schemas.check_lists(obj, schema)
    if any(error.type in BLOCKING for error in found):
        return [*found, field.invalid("<nil>", None, UNCHECKED)]
    return found + schemas.check_rules(obj, schema, old, old is not None)


_GO_TYPES = {str: "string", bool: "bool", float: "float64", list: "[]interface {}", dict: "map[string]interface {}"}


def _scale_errors(obj: Object, paths: Object | None) -> Errors:
    found: Errors = []
    for name in ("specReplicasPath", "statusReplicasPath") if paths else ():
        path = (paths or {}).get(name, "")
        value = _at(obj, path)
        if value is None:
            continue
        if type(value) is not int:
            words = f"{path} accessor error: {value} is of the type {_GO_TYPES.get(type(value), '')}, expected int64"
            found.append(field.invalid(path, 0, words))
        elif value < 0:
            found.append(field.invalid(path, value, "should be a non-negative integer"))
        elif value > 0x7FFFFFFF:
            found.append(field.invalid(path, value, f"should be less than or equal to {0x7FFFFFFF}. found: {value}"))
    return found


def _was_there(error: FieldError, new: Object, old: Object) -> bool:
    """Ratcheting: what was wrong before and has not changed may stay."""
    if error.type == field.REQUIRED and "oldSelf" not in error.detail:
        path = error.field.rpartition(".")[0]
    else:
        path = error.field
    now, before = _find(new, path), _find(old, path)
    return now is not None and now == before


def _find(obj: Any, path: str) -> Any:
    for word in path.replace("[", ".[").split("."):
        if word.startswith("["):
            place = int(word[1:-1]) if word[1:-1].isdigit() else -1
            obj = obj[place] if isinstance(obj, list) and 0 <= place < len(obj) else None
        else:
            obj = obj.get(word) if isinstance(obj, dict) else None
    return obj


def decode(custom: CustomResources, info: RequestInfo, value: Any, resource: Resource, body: Any) -> Object:
    """The object of a body: its metadata read as Go does, the rest pruned and given defaults."""
    from cluster_sim.apiserver import decoding

    if not isinstance(value, dict):
        raise ApiError(bad_request("the object provided is unrecognized"))
    version = value.get("apiVersion") or resource.api_version
    if version != resource.api_version:
        raise ApiError(bad_request(f"the API version in the data ({version}) does not match the expected API version "
                                   f"({resource.api_version})"))  # fmt: skip
    metadata, error, unknown = decode_meta(value.get("metadata"))
    if error is not None:
        raise ApiError(bad_request(f'{resource.kind} in version "{resource.version}" cannot be handled as a '
                                   f"{resource.kind}: {error}"))  # fmt: skip
    schema = schema_of(custom.version(resource))
    obj = {**value, "apiVersion": version, "kind": value.get("kind") or resource.kind, "metadata": metadata}
    pruned, dropped = schemas.prune(obj, schema)
    decoding.check_unknown(info, [*unknown, *dropped], body, resource)
    filled: Object = schemas.fill(pruned, schema)
    return filled


def _at(obj: Any, path: str) -> Any:
    for word in path.strip(".").split("."):
        obj = obj.get(word) if isinstance(obj, dict) else None
    return obj


def scale_of(version: Object, obj: Object) -> Object:
    """The Scale by the definition's paths."""
    paths = version["subresources"]["scale"]
    replicas = _at(obj, paths["specReplicasPath"]) or 0
    observed: Object = {"replicas": _at(obj, paths["statusReplicasPath"]) or 0}
    selector = _at(obj, paths["labelSelectorPath"]) if paths.get("labelSelectorPath") else None
    if selector:
        observed["selector"] = selector
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": scale_meta(obj["metadata"]),
            "spec": {"replicas": replicas} if replicas else {}, "status": observed}


def scaled(version: Object, obj: Object, replicas: int) -> Object:
    """The object with another number at specReplicasPath."""
    def put(value: Any, words: list[str]) -> Any:
        if not words:
            return replicas
        value = value if isinstance(value, dict) else {}
        return {**value, words[0]: put(value.get(words[0]), words[1:])}
    made: Object = put(obj, version["subresources"]["scale"]["specReplicasPath"].strip(".").split("."))
    return made
