"""get and list: answered from the watch cache, in key order, by selectors, in pages.

A page names the revision it was read at; the next page is read at the same one, by undoing the changes since. When
the cache has forgotten those, the token is too old (410).

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/get.go, storage/cacher, storage/continue.go.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, selectors, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import conversion, decoding, options, representation
from cluster_sim.apiserver.object_meta import storage_key
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

PATIENCE = 3 * SECOND  # how long a read waits for a revision that has not come yet
TOO_OLD = ("The provided continue parameter is too old to display a consistent list result. You can start a new list "
           "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
           "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
           "modified, or deleted between the time the first chunk was returned and now may show up in the list.")


def get(server: APIServer, info: RequestInfo, call: Object, span: int) -> Answer | None:
    """GET of one object."""
    if info.query and _in_future(server, info, call):
        return None
    obj = server.cache.get(*storage_key(info.kind, info.namespace, info.name))
    if obj is None:
        raise ApiError(status.not_found(info.plural, info.name, info.group))
    shape = representation.accept(call)
    if shape or conversion.several_versions(info.kind) or server.custom.owns(info.kind):
        return Answer(200, representation.present(server, call, obj, shape))
    return Answer(200, obj)


def revision_asked(info: RequestInfo, watching: bool = False) -> int:
    """resourceVersion as a number; 400 (500 on a watch) in Go's words."""
    text = info.first("resourceVersion")
    if not text:
        return 0
    if text.isascii() and text.isdigit():
        return int(text)
    error = field.invalid("resourceVersion", text, f'strconv.ParseUint: parsing "{text}": invalid syntax')
    message = f"{error.field}: {error.body()}"
    raise ApiError(status.unknown(message) if watching else status.bad_request(f"invalid resource version: {message}"))


def _in_future(server: APIServer, info: RequestInfo, call: Object) -> bool:
    """Whether the client asks for a revision that is not there yet; then it is told so after a while."""
    asked = revision_asked(info)
    if asked <= server.cache.revision:
        return False
    text = f"Too large resource version: {asked}, current: {server.cache.revision}"
    body = status.timeout(text, 1)
    body["details"]["causes"] = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    server.kernel.timer(server.part, PATIENCE, "answer-late", {"call": call, "status": 504, "body": body}, background=True)
    return True


def list_(server: APIServer, info: RequestInfo, call: Object, span: int) -> Answer | None:
    """GET of a collection."""
    options.check_list(info, watching=False)
    limit = options.integer(info.first("limit")) if info.first("limit") else 0
    if info.first("timeoutSeconds"):
        options.integer(info.first("timeoutSeconds"))
    labels, fields = parsed_selectors(server, info)
    token = info.first("continue")
    if not token and _in_future(server, info, call):
        return None
    revision, start = _token(server, token) if token else (server.cache.revision, "")
    asked = revision_asked(info)
    if token and asked:
        raise ApiError(status.bad_request("specifying resource version is not allowed when using continue"))
    exact = info.first("resourceVersionMatch") == "Exact" or bool(
        limit and asked and not token and not info.first("resourceVersionMatch"))
    if exact:
        revision = asked
    prefix, namespace = info.kind.storage_prefix, info.namespace
    if revision < server.cache.revision and (token or exact):
        items = _at(server, prefix, namespace, revision, bool(token), start)
    else:
        items = _named(server, info, fields) or server.cache.list(prefix, namespace)
    if start:
        items = [obj for obj in items if _key(obj) >= start]
    found = [obj for obj in items if _matches(obj, info, labels, fields)]
    metadata: Object = {}
    # A page that is full ends there if anything at all follows, be it of those the selectors want or not.
    if 0 < limit <= len(found) and found[limit - 1] is not items[-1] and info.first("resourceVersion") != "0":
        following = len(found) - limit
        found = found[:limit]
        metadata["continue"] = continue_after(revision, found[-1])
        if not labels and not fields:
            metadata["remainingItemCount"] = following
    return Answer(200, list_body(server, info, call, found, metadata, revision))


def _named(server: APIServer, info: RequestInfo, fields: list[Any]) -> list[Object]:
    """The one object that a field selector names, if it does: a kubelet asks for its own node among thousands."""
    for name, operator, values in fields:
        if name == "metadata.name" and operator == "=" and (info.namespace or not info.kind.namespaced):
            found = server.cache.get(*storage_key(info.kind, info.namespace, values[0]))
            return [found] if found is not None else []
    return []


def selected(server: APIServer, info: RequestInfo) -> list[Object]:
    """What a list without pages shows."""
    labels, fields = parsed_selectors(server, info)
    return [obj for obj in server.cache.list(info.kind.storage_prefix, info.namespace) if _matches(obj, info, labels, fields)]


def parsed_selectors(server: APIServer, info: RequestInfo) -> tuple[list[Any], list[Any]]:
    """(label requirements, field requirements) of the query; raises ApiError 400."""
    if not info.query:
        return [], []
    labels, fields = info.first("labelSelector"), info.first("fieldSelector")
    requirements = selectors.parse_field_selector(fields) if fields else []
    if requirements:
        more = server.custom.selectable(info.kind) if server.custom.owns(info.kind) else None
        selectors.check_field_selector(requirements, info.plural, info.group, more)
    return (selectors.parse_label_selector(labels) if labels else []), requirements


def _matches(obj: Object, info: RequestInfo, labels: list[Any], fields: list[Any]) -> bool:
    return (not labels or selectors.matches_requirements(labels, obj["metadata"].get("labels"))) and (
        not fields or selectors.matches_fields(fields, obj)) and (
        not info.name or obj["metadata"]["name"] == info.name)


def list_body(server: APIServer, info: RequestInfo, call: Object, found: list[Object], metadata: Object,
              revision: int | None = None) -> Object:
    """The list object, or the Table, around the items."""
    resource = info.kind
    revision = server.cache.revision if revision is None else revision
    metadata = {"resourceVersion": str(revision), **metadata}
    custom = server.custom.owns(resource)
    if conversion.several_versions(resource) or custom:
        found = [conversion.to_version(server, obj, resource.api_version) for obj in found]
    shape = representation.accept(call)
    if shape == "Table":
        return representation.in_version(
            representation.table(server, resource, found, metadata, info.first("includeObject", "Metadata")), call)
    if shape.startswith("PartialObjectMetadata"):
        return representation.in_version(
            {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
             "items": [representation.partial(obj) for obj in found]}, call)
    if custom:
        return {"apiVersion": resource.api_version, "items": found, "kind": server.custom.list_kind(resource),
                "metadata": {"continue": "", **metadata}}
    if not decoding.trusted(info):  # items of a list do not repeat what they are; our own components need it anyway
        found = [{key: value for key, value in obj.items() if key not in ("kind", "apiVersion")} for obj in found]
    return {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": metadata, "items": found}


def _key(obj: Object) -> str:
    meta = obj["metadata"]
    return f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else str(meta["name"])


def _at(server: APIServer, prefix: str, namespace: str, revision: int, paging: bool, start: str) -> list[Object]:
    """The objects as they were at a revision; 410 if that is forgotten."""
    changes = server.cache.since(prefix, revision)
    if changes is None:
        if not paging:
            raise ApiError(status.too_old("The resourceVersion for the provided list is too old."))
        body = status.too_old(TOO_OLD)
        body["metadata"] = {"continue": _continue(server.cache.revision, start)}
        raise ApiError(body)
    then = {_key(obj): obj for obj in server.cache.list(prefix, namespace)}
    for _, _, key, _, before in reversed(changes):
        if namespace and not key.startswith(f"{namespace}/"):
            continue
        if before is None:
            then.pop(key, None)
        else:
            then[key] = before
    return [then[key] for key in sorted(then)]


def continue_after(revision: int, last: Object) -> str:
    """The token of the page that begins behind this object."""
    return _continue(revision, f"{_key(last)}\0")


def _continue(revision: int, start: str) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _token(server: APIServer, token: str) -> tuple[int, str]:
    """(revision, first key) of a continue token; raises ApiError 400."""
    wrong = "invalid continue token: continue key is not valid: "
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(status.bad_request(f"{wrong}illegal base64 data at input byte {max(0, len(token) - 1)}")) from None
    try:
        given = json.loads(raw)
        return int(given["rv"]), str(given["start"])
    except (ValueError, KeyError, TypeError):
        first = raw[0] if raw else 0
        letter = chr(first) if 32 <= first < 127 else f"\\x{first:02x}"
        raise ApiError(status.bad_request(f"{wrong}invalid character '{letter}' looking for beginning of value")) from None
