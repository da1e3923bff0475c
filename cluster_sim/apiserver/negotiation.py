"""What media types client and server agree on: Accept for the answer, Content-Type for the body.

The server speaks JSON. YAML is read, and named among what it accepts; protobuf, too, is named, so that a client which
would rather have it falls back on the JSON it gets (`lessons` turns protobuf bodies into JSON before they come here).
`as=Table` and `as=PartialObjectMetadata` ask for another shape of the same thing.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/negotiation, handlers/response.go (targetEncodingForTransform).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from cluster_sim.api import field, status
from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo

Object = dict[str, Any]

BUILT_IN = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")
CUSTOM = BUILT_IN[:2]  # nothing is known of custom objects that protobuf would need
META = "meta.k8s.io"
META_VERSIONS = ("v1", "v1beta1")
SHAPES = ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
INCLUDES = ("", "Metadata", "Object", "None")  # what rows of a Table may carry


class Shape(NamedTuple):
    """In which form an object is wanted: "" as it is, else a kind of meta.k8s.io in a version."""

    kind: str = ""
    version: str = "v1"


PLAIN = Shape()


def header(call: Object, name: str) -> str:
    """A header of the request, whatever the case of its name."""
    headers = call.get("headers")
    if not headers:
        return ""
    if name in headers:
        return str(headers[name] or "")
    wanted = name.lower()
    return next((str(value or "") for key, value in headers.items() if key.lower() == wanted), "")


def accept_header(call: Object) -> str:
    """What the client asked for; where only one media type can be given, that of a GET."""
    found = header(call, "Accept")
    return found or ((call.get("contentType") or "") if call["verb"] == "GET" else "")


@lru_cache(maxsize=512)
def _clauses(text: str) -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """(type, subtype, parameters) of each clause, the best liked first."""
    found = []
    for clause in text.split(","):
        media, *parameters = [part.strip() for part in clause.split(";")]
        kind, slash, sub = media.partition("/")
        if not slash:
            kind, sub = ("*", "*") if media == "*" else (media, "")
        pairs = tuple((key.strip(), value.strip().strip('"')) for key, _, value in (p.partition("=") for p in parameters if p))
        found.append((_quality(dict(pairs).get("q", "1")), kind == "*", sub == "*", kind, sub, pairs))
    found.sort(key=lambda clause: (-clause[0], clause[1], clause[2]))
    return tuple((kind, sub, pairs) for _, _, _, kind, sub, pairs in found)


def _quality(text: str) -> int:
    """Thousandths of the weight a client gives a media type."""
    try:
        return round(float(text) * 1000)
    except (ValueError, OverflowError):
        return 1000


@lru_cache(maxsize=1024)
def _negotiate(text: str, types: tuple[str, ...]) -> Shape | None:
    """The form of the first clause that can be served; None if none can."""
    for kind, sub, pairs in _clauses(text):
        for media in types:
            first, _, second = media.partition("/")
            if not ((kind in (first, "*") and sub == "*") or (kind, sub) == (first, second)):
                continue
            given = dict(pairs)
            if given.get("stream") not in (None, "", "watch") or given.get("sv"):
                continue
            if not any(key in given for key in ("as", "g", "v")):
                return PLAIN
            shape = Shape(given.get("as", ""), given.get("v", ""))
            fits = given.get("g") == META and shape.version in META_VERSIONS and shape.kind in SHAPES
            if fits and not (shape.kind == "Table" and media == BUILT_IN[2]):
                return shape
    return None


def shape(call: Object, custom: bool = False) -> Shape:
    """The form in which to answer; raises ApiError 406 if the client takes nothing that there is."""
    text = accept_header(call)
    if not text:
        return PLAIN
    types = CUSTOM if custom else BUILT_IN
    found = _negotiate(text, types)
    if found is None and custom and (_negotiate(text, BUILT_IN) or PLAIN).kind:
        found = _negotiate(text, BUILT_IN)  # tables and metadata have types of their own, whatever the object's
    if found is None:
        raise ApiError(not_acceptable(f"only the following media types are accepted: {', '.join(types)}"))
    return found


def _is_routed(text: str) -> bool:
    """Whether any clause names a type that the router knows, whatever its parameters."""
    known = [media.partition("/") for media in BUILT_IN]
    return any((kind, sub) in ((first, second), ("*", "*"))
               for kind, sub, _ in _clauses(text) for first, _, second in known)


def check_route(verb: str, call: Object, custom: bool) -> None:
    """Raise ApiError 406 in the router's words if it has no route for what the client takes."""
    text = accept_header(call)
    if custom or not text or _is_routed(text):
        return
    streams = tuple(f"{media};stream=watch" for media in (BUILT_IN[0], BUILT_IN[2])) if verb in ("list", "watch") else ()
    types = ", ".join((*BUILT_IN, *streams))
    raise ApiError(status.failure(406, "NotAcceptable", f"406: Not Acceptable\n\nAvailable representations: {types}", {}))


def not_acceptable(text: str) -> Object:
    """406."""
    return status.failure(406, "NotAcceptable", text)


def check(info: RequestInfo, call: Object, custom: bool) -> None:
    """Raise ApiError 400, 406 or 415 if client and server do not understand each other."""
    verb, resource = info.verb, info.kind
    check_route(verb, call, custom)
    wanted = shape(call, custom)
    if wanted.kind == "Table" and info.first("includeObject", "Metadata") not in INCLUDES:
        error = field.invalid("includeObject", info.first("includeObject"), "must be 'Metadata', 'Object', 'None', or empty")
        raise ApiError(status.bad_request(f"Unable to convert to Table as requested: {error.field}: {error.body()}"))
    if verb == "list" and wanted.kind == "PartialObjectMetadata":
        raise ApiError(not_acceptable("you requested PartialObjectMetadata, but the requested object is a list "
                                      f"(*{_package(resource, custom)}{'' if custom else resource.kind}List)"))
    if wanted.kind == "PartialObjectMetadataList" and verb not in ("list", "watch"):
        raise ApiError(not_acceptable("you requested PartialObjectMetadataList, but the requested object is not a list "
                                      f"(*{_package(resource, custom)}{'' if custom else resource.kind})"))
    kind = call.get("contentType")
    if kind and verb in ("create", "update") and not is_known(kind, custom):
        types = ", ".join(CUSTOM if custom else BUILT_IN)
        raise ApiError(status.unsupported_media_type(
            f"the body of the request was in an unknown format - accepted media types include: {types}"))


def is_known(content_type: str, custom: bool) -> bool:
    """Whether a body of this type can be read."""
    return content_type.partition(";")[0].strip().lower() in (CUSTOM if custom else BUILT_IN)


def _package(resource: Resource, custom: bool) -> str:
    """Where upstream keeps the type, as its errors print it."""
    if custom:
        return "unstructured.Unstructured"
    return "core." if resource.group in ("", "events.k8s.io") else f"{resource.group.split('.')[0]}."
