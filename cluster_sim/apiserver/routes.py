"""From a request to the code that serves it: who asks, what for, may they, and which verb does it.

Upstream: the filter chain of k8s.io/apiserver/pkg/server/config.go (authentication, authorization) and the routes of
k8s.io/apiserver/pkg/endpoints/installer.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources, status
from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import aggregation, conversion, discovery, negotiation, representation, request_info, subresources
from cluster_sim.apiserver.authentication import authenticate
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.reviews import review
from cluster_sim.apiserver.subresources import legacy_binding
from cluster_sim.apiserver.verbs import create, delete, deletecollection, patch, read, update, watch

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

VERBS = {
    "get": read.get, "list": read.list_, "watch": watch.watch, "create": create.create, "update": update.update,
    "patch": patch.patch, "delete": delete.delete, "deletecollection": deletecollection.deletecollection,
}
WRITES = ("create", "update", "patch")
DEPRECATED = {  # said to whoever uses them, whatever for
    "endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    "componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
}
REVIEWS = ("authorization.k8s.io", "authentication.k8s.io")


def text_404() -> ApiError:
    """What the mux says of a path nobody serves: plain text."""
    return ApiError({"code": 404, "raw": "404 page not found\n", "message": "404 page not found"})


def serve(server: APIServer, call: Object, span: int, again: bool = False) -> Outcome | None:
    """Serve one request; None: it has opened a stream. Raises ApiError."""
    info = request_info.parse(call["verb"], call["path"])
    authenticate(server, info, call, server.kernel.world.get("expired", {}))
    headers = call.get("headers")
    if headers:
        info.agent = headers.get("User-Agent") or ""
    server.authorizer.check(info)
    if not info.is_resource:
        return discovery.serve(server, info, call)
    resource = info.resource or _route(server, info)
    if info.plural in DEPRECATED and not info.group:
        info.warnings.append(DEPRECATED[info.plural])
    if (headers or call.get("contentType")) and not info.subresource:
        negotiation.check(info, call, server.custom.owns(resource))
    if resource.group in aggregation.GROUPS:
        aggregation.serve(server, info, call, span)
        return None
    if resource.group in REVIEWS:
        return review(server, info, call)
    if info.subresource:
        outcome: Outcome | None = subresources.serve(server, info, call, span)
    elif resource.plural == "bindings":
        outcome = legacy_binding.create(server, info, call, span)
    else:
        outcome = VERBS[info.verb](server, info, call, span)
    if isinstance(outcome, Plan):
        outcome.convert = conversion.several_versions(resource) or server.custom.owns(resource)
    elif outcome is not None and info.verb in WRITES and not info.subresource:
        outcome.body = representation.present(server, call, outcome.body, representation.accept(call))
    if info.warnings and outcome is not None:
        told = dict.fromkeys(info.warnings)  # once each, even if the request was planned again
        outcome.headers["Warning"] = ", ".join(f'299 - "{_quoted(text)}"' for text in told)
    return outcome


def _quoted(text: str) -> str:
    """As it stands between the quotes of a Warning header."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _route(server: APIServer, info: RequestInfo) -> Resource:
    """Find the resource, and note it for all requests of this shape if it is built in: those are always there."""
    info.resource = resource = find(server, info)
    _check_route(info, resource)
    if info.shape is not None and resource is resources.by_plural(info.plural, info.group, info.version):
        info.shape.resource = resource
    return resource


def find(server: APIServer, info: RequestInfo) -> Resource:
    """The resource of the path; 404 as text for an unknown group or version, as a Status for an unknown resource."""
    resource = resources.by_plural(info.plural, info.group, info.version) or server.custom.find(
        info.group, info.version, info.plural)
    if resource is None:
        if not info.group or discovery.has_group(server, info.group):
            raise ApiError(status.no_such_path())
        raise text_404()
    return resource


def _check_route(info: RequestInfo, resource: Resource) -> None:
    """404 or 405 in the router's words, where no such route is installed."""
    if info.method == "HEAD":
        raise ApiError(status.method_not_allowed())  # routes are installed for GET alone
    if info.namespace and not resource.namespaced and not (resource.plural == "namespaces" and not resource.group):
        raise ApiError(status.no_such_path())
    if info.subresource:
        first = info.subresource.split("/")[0]
        if first not in resource.subresources or ("/" in info.subresource and first != "proxy"):
            raise ApiError(status.no_such_path())
        allowed = resources.SUBRESOURCES[first][3]
        if info.verb not in allowed:
            raise ApiError(status.method_not_allowed())
        return
    if info.name and resource.namespaced and not info.namespace:
        raise ApiError(status.no_such_path())
    item = info.verb in ("get", "update", "patch", "delete")
    if bool(info.name) != item and info.verb != "watch":
        raise ApiError(status.method_not_allowed())
    if info.verb == "deletecollection" and not info.namespace and resource.namespaced:
        raise ApiError(status.method_not_allowed())
    if info.verb == "create" and resource.namespaced and not info.namespace:
        raise ApiError(status.method_not_allowed())
    if info.verb not in resource.verbs:
        raise ApiError(status.method_not_allowed())


__all__ = ["Answer", "Plan", "find", "serve", "text_404"]
