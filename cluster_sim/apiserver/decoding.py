"""From a request's body to an object: what it says it is, what Go's types make of it, and its defaults.

Bodies of the cluster's own components are made from objects that came from here; those that arrive thousandfold
(pods and their status) are taken as they are, for speed.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/create.go, apimachinery/pkg/runtime/serializer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, resources, schema, status
from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver import conversion, defaulting, go_text
from cluster_sim.apiserver.rbac.defaults import CONTROLLERS
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

LIMIT = 3 * 1024 * 1024  # bytes of a body
KNOWN_VERSIONS = tuple(dict.fromkeys(resource.api_version for resource in resources.RESOURCES))
AS_WRITTEN = ("pods", "events")  # client/event_recorder.py writes Events as Go would, bootstrap everything
TRUSTED = frozenset(["system:kube-controller-manager", "system:kube-scheduler", "system:apiserver", *CONTROLLERS])


def trusted(info: RequestInfo) -> bool:
    """Whether the body comes from a component of the cluster itself."""
    return info.user in TRUSTED or info.user.startswith("system:node:")


def parse(info: RequestInfo, body: Any, kind: str) -> Any:
    """The JSON value of a body that may still be text; raises ApiError 400 or 413."""
    if not isinstance(body, (str, bytes)):
        return body
    text = as_text(body)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if kind == "DeleteOptions":  # read without a wrapper that tells what was sent
            words = go_text.json_error(text, error)
            raise ApiError(bad_request(f"couldn't get version/kind; json parse error: {words}")) from None
        raise _unrecognized(kind, f"json parse error: {go_text.json_error(text, error)}", text) from None


def as_text(body: str | bytes) -> str:
    """The text of a body, if it is not too long."""
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    if len(text) > LIMIT:
        raise ApiError(status.too_large(f"limit is {LIMIT}"))
    return text


def _unrecognized(kind: str, what: str, text: str) -> ApiError:
    return ApiError(
        bad_request(
            f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; "
            f"{what} ({go_text.summary(text)})"
        )
    )


def decode(
    server: APIServer, info: RequestInfo, body: Any, resource: Resource | None = None, shown: Callable[[], str] | None = None
) -> Object:
    """The object of a create or update body, with its defaults; unknown fields are warned of or refused.

    `shown` is the patch that led to the body, if one did: then the patch is to blame for what is wrong with it.
    """
    resource = resource or info.kind
    value = parse(info, body, resource.kind)
    if server.custom.owns(resource):
        return server.custom.decode(info, value, resource, body)
    if value is None and body is not None and isinstance(body, (str, bytes)) and as_text(body).strip() == "null":
        value = {}  # Go reads null into a struct by leaving it as it is
    if not isinstance(value, dict):
        text = "" if body is None else as_text(body) if isinstance(body, (str, bytes)) else json.dumps(value)
        if value is None and text == "":
            raise _unrecognized(resource.kind, "json parse error: unexpected end of JSON input", "")
        raise _unrecognized(
            resource.kind,
            f"json parse error: json: cannot unmarshal {_go_kind(value)} into Go value of type struct "
            '{ APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
            text,
        )
    value = _typed(value, resource, body)
    if (resource.group_resource in AS_WRITTEN and trusted(info)) or info.user == "system:apiserver":
        return defaulting.apply(value, resource)
    obj, error, unknown = schema.decode(value, resource.api_version, resource.kind)
    if error is not None:
        raise _wrong(resource, error, shown)
    check_unknown(info, unknown, body, resource, shown)
    obj = {
        "kind": resource.kind,
        "apiVersion": resource.api_version,
        **{key: item for key, item in obj.items() if key not in ("kind", "apiVersion")},
    }
    return conversion.to_storage(defaulting.apply(obj, resource), resource)


def _wrong(resource: Resource, text: str, shown: Callable[[], str] | None) -> ApiError:
    """The body does not fit the kind."""
    if shown is not None:
        return ApiError(status.invalid("", "", [field.invalid("patch", shown(), text)]))
    return ApiError(
        bad_request(f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {text}')
    )


def check_unknown(
    info: RequestInfo, unknown: list[str], body: Any, resource: Resource, shown: Callable[[], str] | None = None
) -> None:
    """Refuse, warn of or ignore unknown fields, and fields given twice."""
    mode = info.first("fieldValidation") or "Warn"
    if mode == "Ignore":
        return
    twice = (
        schema.duplicates(body if isinstance(body, str) else body.decode("utf-8", "replace"))
        if isinstance(body, (str, bytes))
        else []
    )
    found = [f'duplicate field "{name}"' for name in twice] + [f'unknown field "{name}"' for name in unknown]
    if not found:
        return
    if mode == "Strict":
        raise _wrong(resource, f"strict decoding error: {', '.join(found)}", shown)
    info.warnings.extend(found)


def _typed(value: Object, resource: Resource, body: Any = None) -> Object:
    """The value with its kind and version, as the URL has them if it does not say; raises ApiError 400."""
    version, kind = value.get("apiVersion") or resource.api_version, value.get("kind") or resource.kind
    if not isinstance(version, str) or not isinstance(kind, str):
        wrong, name = (version, "apiVersion") if not isinstance(version, str) else (kind, "kind")
        words = f"json: cannot unmarshal {_go_kind(wrong)} into Go struct field .{name} of type string"
        raise _unrecognized(resource.kind, f"json parse error: {words}", _text_of(body, value))
    if (version, kind) == (resource.api_version, resource.kind):
        if "apiVersion" in value and "kind" in value and value["kind"] and value["apiVersion"]:
            return value
        return {**value, "kind": kind, "apiVersion": version}
    group, _, short = version.rpartition("/")
    if "/" in group:
        text = _text_of(body, value)
        raise ApiError(bad_request(
            f"the object provided is unrecognized (must be of type {resource.kind}): unexpected GroupVersion string: {version} "
            f"({go_text.summary(text)})"))  # fmt: skip
    if kind != resource.kind and (schema.knows(version, kind) or (version, kind) == ("v1", "List")):
        internal = resource.group.split(".")[0] or "core"
        raise ApiError(
            bad_request(
                f'{kind} in version "{short}" cannot be handled as a {resource.kind}: converting ({short}.{kind}) to '
                f"({internal}.{resource.kind}): unknown conversion"
            )
        )
    if schema.knows(resource.api_version, resource.kind) and version != resource.api_version and version not in KNOWN_VERSIONS:
        raise ApiError(
            bad_request(
                f"the API version in the data ({version}) does not match the expected API version ({resource.api_version})"
            )
        )
    raise ApiError(
        bad_request(
            f'{kind} in version "{short}" cannot be handled as a {resource.kind}: no kind "{kind}" is registered for version '
            f'"{version}" in scheme "pkg/api/legacyscheme/scheme.go:30"'
        )
    )


def _text_of(body: Any, value: Any) -> str:
    """The body as it was sent, for an error that shows its beginning."""
    return as_text(body) if isinstance(body, (str, bytes)) else json.dumps(value)


def _go_kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    return (
        "string"
        if isinstance(value, str)
        else "number"
        if isinstance(value, (int, float))
        else ("array" if isinstance(value, list) else "object")
    )


def decode_plain(info: RequestInfo, body: Any, resource: Resource) -> Object:
    """A body of a kind that is never stored, as a Scale; raises ApiError 400."""
    value = parse(info, body, resource.kind)
    if not isinstance(value, dict):
        raise ApiError(bad_request(f"the object provided is unrecognized (must be of type {resource.kind})"))
    if not schema.knows(resource.api_version, resource.kind):
        return value
    obj, error, unknown = schema.decode(_typed(value, resource), resource.api_version, resource.kind)
    if error is not None:
        raise ApiError(
            bad_request(f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {error}')
        )
    check_unknown(info, unknown, body, resource)
    return obj
