"""patch: change an object by what is sent, in one of four languages; then everything goes as for an update.

The patch is applied to the object as stored, and again to the fresh one if somebody else was faster: only a patch
that names a resourceVersion can conflict. Server-side apply is in `apply/`.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cluster_sim.api import patches, status
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver import conversion, decoding, go_text, options
from cluster_sim.apiserver.object_meta import storage_key
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import create, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

JSON_PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"
MAX_OPERATIONS = 10_000
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = ("application/apply-patch+yaml", "application/apply-patch+cbor", "application/apply-patch")


def patch(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """PATCH of an object."""
    kind = media_type(server, info, call)
    options.check_patch(info, kind in APPLY)
    if kind in APPLY:
        from cluster_sim.apiserver.apply import verb

        return verb.apply(server, info, call)
    old = existing(server, info)
    new = patched(server, info, call, old, kind)
    new = create.in_namespace(new, info, info.kind)
    update.check_name(new, info)
    return update.replace(server, info, call, old, new)


def existing(server: APIServer, info: RequestInfo) -> Object:
    """The object of the path, or 404."""
    old = server.cache.get(*storage_key(info.kind, info.namespace, info.name))
    if old is None:
        raise ApiError(status.not_found(info.plural, info.name, info.group))
    return conversion.to_version(server, old, info.kind.api_version)


def media_type(server: APIServer, info: RequestInfo, call: Object) -> str:
    """The language of the patch; 415 if it is none."""
    kind = (call.get("contentType") or "").partition(";")[0].strip()
    custom = server.custom.owns(info.kind)
    if kind in (JSON_PATCH, MERGE, *APPLY) or (kind == STRATEGIC and not custom):
        return kind
    if custom and kind == STRATEGIC:
        accepted = ", ".join((JSON_PATCH, MERGE, APPLY[0]))
        raise ApiError(
            status.failure(
                415,
                "UnsupportedMediaType",
                f"the body of the request was in an unknown format - accepted media types include: {accepted}",
            )
        )
    raise ApiError(status.unsupported_media_type())


def raw(info: RequestInfo, body: Any, old: Object, kind: str) -> Any:
    """The patch applied, before anything is made of it."""
    if kind == JSON_PATCH:
        if not isinstance(body, list):
            raise ApiError(
                bad_request(
                    f"error decoding patch: json: cannot unmarshal {_found(body)} into Go value of type []handlers.jsonPatchOp"
                )
            )
        if len(body) > MAX_OPERATIONS:
            raise ApiError(
                status.failure(
                    413,
                    "RequestEntityTooLarge",
                    "Request entity too large: The allowed maximum operations "
                    f"in a JSON patch is {MAX_OPERATIONS}, got {len(body)}",
                )
            )
        return patches.json_patch(old, body)
    if not isinstance(body, dict):
        text = f"json: cannot unmarshal {_found(body)} into Go value of type map[string]interface {{}}"
        raise ApiError(bad_request(f"error decoding patch: {text}" if kind == MERGE else text))
    if kind == MERGE:
        return patches.merge_patch(old, body)
    return patches.strategic_merge_patch(old, body, info.kind.api_version, info.kind.kind)


def _found(body: Any) -> str:
    words = ((bool, "bool"), (dict, "object"), (list, "array"), (str, "string"), ((int, float), "number"))
    return next((word for kind, word in words if isinstance(body, kind)), "null")


def body_of(call: Object, kind: str) -> Any:
    """The patch as JSON; 400 in the words of its language if it is none."""
    body = call["body"]
    if not isinstance(body, (str, bytes)):
        return body
    text = decoding.as_text(body)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        words = go_text.json_error(text, error)
        raise ApiError(bad_request(words if kind == STRATEGIC else f"error decoding patch: {words}")) from None


def patched(server: APIServer, info: RequestInfo, call: Object, old: Object, kind: str) -> Object:
    """The object as the patch makes it, decoded and with its defaults."""
    body = body_of(call, kind)
    made = raw(info, body, old, kind)
    # What an error shows is the patch itself for a strategic one, and what the others made of the object.
    return decoding.decode(server, info, made, shown=lambda: go_text.plus_v(body) if kind == STRATEGIC else go_text.compact(made))
