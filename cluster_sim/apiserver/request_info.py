"""What a request is about, read off its method and path.

/api/v1/namespaces/shop/pods/web/status?dryRun=All is verb `get` … `patch` on resource pods, subresource status, name
web, namespace shop. Everything after this point speaks of verbs and resources and no longer of HTTP.

Upstream: k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

from cluster_sim.api.resources import Resource

VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
NAMESPACE_SUBRESOURCES = ("status", "finalize")

NO = ("0", "false")

Query = dict[str, list[str]]


@dataclass(slots=True)
class RequestInfo:
    """One request, parsed. `resource` is found by the routes; None for /version and the like."""

    method: str
    path: str
    query: Query
    verb: str = ""
    group: str = ""
    version: str = ""
    namespace: str = ""
    plural: str = ""
    name: str = ""
    subresource: str = ""
    is_resource: bool = False
    resource: Resource | None = None
    user: str = ""
    groups: tuple[str, ...] = ()
    uid: str = ""  # of the user, where its token tells
    extra: dict[str, list[str]] = field(default_factory=dict)  # what else is known of the user
    agent: str = ""  # the User-Agent header
    managed_fields: list[dict[str, Any]] | None = None  # settled by an apply, before it is written
    warnings: list[str] = field(default_factory=list)
    shape: RequestInfo | None = None  # what it has in common with every request of its method and path but for the name

    def first(self, key: str, default: str = "") -> str:
        """The first value of a query parameter."""
        values = self.query.get(key)
        return values[0] if values else default

    def flag(self, key: str) -> bool:
        """Whether a boolean query parameter is set: anything but 0 and false, even nothing (`?watch`)."""
        return key in self.query and self.first(key).lower() not in NO

    @property
    def kind(self) -> Resource:
        """The resource, for code that runs after routing."""
        assert self.resource is not None
        return self.resource


@lru_cache(maxsize=2048)
def _query(text: str) -> Query:
    return parse_qs(text, keep_blank_values=True)


_shapes: dict[tuple[str, ...], RequestInfo] = {}
SHAPES = 4_096


def parse(method: str, url: str) -> RequestInfo:
    """The request's parts. Most requests differ from others in a name only: those are read as the others were."""
    if "?" in url or "%" in url or "//" in url:
        return _parse(method, url)
    words = url.split("/")
    place = words.index("namespaces") + 3 if "namespaces" in words else 0
    name = ""
    if place in (6, 7) and len(words) > place and words[place] and words[place - 1] not in NAMESPACE_SUBRESOURCES:
        name, words[place] = words[place], "*"
    shape = _shapes.get((method, *words))
    if shape is None:
        shape = _parse(method, url)
        if len(_shapes) >= SHAPES:
            _shapes.clear()
        _shapes[(method, *words)] = shape
    return RequestInfo(method, url, shape.query, shape.verb, shape.group, shape.version, shape.namespace, shape.plural,
                       name or shape.name, shape.subresource, shape.is_resource, shape.resource, shape=shape)


def _parse(method: str, url: str) -> RequestInfo:
    """A path that is no resource path has only `verb` (the method in lower case)."""
    path, _, tail = url.partition("?")
    info = RequestInfo(method, path, _query(tail) if tail else {})
    words = path.strip("/").split("/")
    if "//" in path:
        words = [word for word in words if word]
    if "%" in path:
        words = [unquote(word) for word in words]
    start = 2 if words[0] == "api" else 3 if words[0] == "apis" else 0
    info.verb = method.lower() if method != "HEAD" else "get"
    if not start or len(words) <= start:
        if start:
            info.group = words[1] if start == 3 and len(words) > 1 else ""
            info.version = words[start - 1] if len(words) == start else ""
        return info
    info.is_resource = True
    if start == 3:
        info.group = words[1]
    info.version = words[start - 1]
    info.verb = VERBS.get(method, info.verb)
    _resource(info, words[start:])
    return info


def _resource(info: RequestInfo, rest: list[str]) -> None:
    """[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]."""
    if rest[0] == "watch" and len(rest) > 1 and info.verb == "get":  # the old form, with the verb in the path
        info.verb, rest = "watch", rest[1:]
    if rest[0] == "namespaces" and len(rest) > 1:
        info.namespace = rest[1]
        if len(rest) > 2 and rest[2] not in NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    info.plural = rest[0]
    if len(rest) > 1:
        info.name = rest[1]
        if len(rest) > 2:
            info.subresource = "/".join(rest[2:])
    elif info.verb == "get":
        info.verb = "list"
    elif info.verb == "delete":
        info.verb = "deletecollection"
    if info.query and info.verb == "list" and info.flag("watch"):  # of one object: by a field selector, or the old form
        info.verb = "watch"
