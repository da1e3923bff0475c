"""Aggregation: groups that another server serves. The API server passes such a request on, and the answer back.

An APIService object names the Service behind a group's version; without one the group does not exist, and with one whose
Service has no ready endpoint the answer is 503. Here one program can stand behind it: the metrics server, for
`metrics.k8s.io/v1beta1`. What a client library makes of the plain answers of the real proxy stands here in their place.

    proxied[number] = {call, what}

The condition Available of an APIService follows its endpoints. Upstream: k8s.io/kube-aggregator pkg/apiserver
(handler_proxy.go), pkg/controllers/status/remote; client-go's words: apimachinery pkg/api/errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import conditions, resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.loop import register_connecting

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

register_connecting("aggregated")

GROUPS = ("metrics.k8s.io",)
TIMEOUT = 30 * SECOND
API_SERVICES = "apiregistration.k8s.io/apiservices"
SLICES = "endpointslices"
WATCHED = (API_SERVICES, SLICES)  # a Service's own changes show in its EndpointSlices


def service_of(server: APIServer, group: str, version: str) -> Object | None:
    """The Service that serves a group's version, as its APIService says."""
    found = server.cache.get(API_SERVICES, f"{version}.{group}")
    service: Object | None = ((found or {}).get("spec") or {}).get("service")
    return service


def serve(server: APIServer, info: RequestInfo, call: Object, span: int) -> None:
    """Pass a request on; the client is answered when the other server has."""
    what = f"{call['verb'].lower()} {info.plural}.{info.group}"  # as client-go names it: the method, whatever is read
    service = service_of(server, info.group, info.version)
    if service is None:
        raise ApiError(status.failure(404, "NotFound", f"the server could not find the requested resource ({what})"))
    target, _ = endpoint(server, service)
    if not target:
        raise unavailable(what)
    server.state["next"] = number = server.state["next"] + 1
    server.state["proxied"][str(number)] = {"call": call, "what": what}
    ask = {"source": server.part, "id": number, "plural": info.plural, "namespace": info.namespace, "name": info.name,
           "labels": info.first("labelSelector")}
    server.kernel.send(server.part, target, "aggregated", ask, span, verb=info.verb, subject=info.plural)
    server.kernel.timer(server.part, TIMEOUT, "aggregated-late", number, background=True)


def unavailable(what: str) -> ApiError:
    """Nobody serves the group at the moment."""
    return ApiError(status.failure(503, "ServiceUnavailable",
                                   f"the server is currently unable to handle the request ({what})"))


def endpoint(server: APIServer, service: Object) -> tuple[str, str]:
    """(part of a ready pod behind a Service, "") or ("", why there is none)."""
    namespace, name = service["namespace"], service["name"]
    found = server.cache.get("services/specs", f"{namespace}/{name}")
    if found is None:
        return "", f'service/{name} in "{namespace}" is not present'
    port = service.get("port") or 443
    named = next((one.get("name", "") for one in found["spec"].get("ports") or () if one["port"] == port), None)
    if named is None:
        return "", f'service/{name} in "{namespace}" is not listening on port {port}'
    for one in server.cache.list(SLICES, namespace):
        if (one["metadata"].get("labels") or {}).get("kubernetes.io/service-name") != name:
            continue
        for address in one.get("endpoints") or ():
            if (address.get("conditions") or {}).get("ready") and address.get("targetRef"):
                return f"pod/{namespace}/{address['targetRef']['name']}", ""
    return "", f'endpoints for service/{name} in "{namespace}" have no addresses with port name "{named}"'


def answered(server: APIServer, answer: Object, span: int) -> None:
    """The other server has answered."""
    row = server.state["proxied"].pop(str(answer["id"]), None)
    if row is not None:
        server.respond(row["call"], answer["status"], answer["body"], span)


def lost(server: APIServer, number: int, span: int) -> None:
    """Nobody answers there."""
    row = server.state["proxied"].pop(str(number), None)
    if row is not None:
        server.refuse(row["call"], unavailable(row["what"]), span)


# The condition Available

def observe(server: APIServer, prefix: str, change: list[Any], span: int) -> None:
    """What an APIService stands on may have changed."""
    if prefix == API_SERVICES:
        if change[1] != "DELETED":
            settle(server, change[3], span)
    else:
        namespace = change[2].partition("/")[0]
        for one in server.cache.list(API_SERVICES):
            service = one["spec"].get("service")
            if service is not None and service["namespace"] == namespace:
                settle(server, one, span)


def settle(server: APIServer, api_service: Object, span: int) -> None:
    """Write the condition, if it is another one now."""
    service = api_service["spec"].get("service")
    if service is None:
        verdict = ("True", "Local", "Local APIServices are always available")
    else:
        _, problem = endpoint(server, service)
        reason = "MissingEndpoints" if problem.startswith("endpoints") else "ServiceNotFound" if "not present" in problem else (
            "ServicePortError")
        verdict = ("False", reason, problem) if problem else ("True", "Passed", "all checks passed")
    before = (api_service.get("status") or {}).get("conditions")
    found = conditions.set_condition(before, "Available", *verdict, server.kernel.timestamp())
    if found != before:
        path = resources.path("apiservices", None, api_service["metadata"]["name"], "status")
        body = {**api_service, "status": {**(api_service.get("status") or {}), "conditions": found}}
        server.serve({"source": "", "id": 0, "verb": "PUT", "path": path, "body": body, "user": "system:apiserver",
                      "contentType": None}, span)
