"""Discovery: what this server serves, so that clients can find their way; and its health.

Upstream: k8s.io/apiserver/pkg/endpoints/discovery, pkg/server/healthz; kube-aggregator for /apis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import aggregated_discovery, health, openapi
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

VERSION = {"major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
           "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "podium", "gitTreeState": "clean",
           "buildDate": "2026-01-01T00:00:00Z", "goVersion": "go1.26.0", "compiler": "gc", "platform": "linux/amd64"}
# Discovery lists built-in groups in this order, custom ones after them by name.
GROUPS = tuple(dict.fromkeys(resource.group for resource in resources.RESOURCES if resource.group))


def has_group(server: APIServer, group: str) -> bool:
    """Whether any resource of the group is served."""
    return group in GROUPS or group in server.custom.groups()


def served_groups(server: APIServer) -> list[str]:
    """The groups that discovery tells of, in its order."""
    return [name for name in (*GROUPS, *server.custom.groups()) if name != "metrics.k8s.io"]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Answer:
    """GET of a path that is no resource."""
    words = [word for word in info.path.split("/") if word]
    if words and words[0] in health.PATHS:
        answer = health.serve(server, info, words)
        if answer is None:
            raise _no_path()
        return answer
    if info.method != "GET":
        if words[:1] == ["apis"] and len(words) < 3:
            pass  # the aggregator answers there, and does not look at the method
        elif words and words[0] in ("version", "api", "apis"):
            raise ApiError(status.method_not_allowed())
        else:
            raise _no_path()
    if words == ["version"]:
        return Answer(200, dict(VERSION))
    aggregated = aggregated_discovery.wanted(call) if words in (["api"], ["apis"]) else ""
    if aggregated:
        names = [""] if words == ["api"] else served_groups(server)
        body = aggregated_discovery.listing(aggregated, aggregated_discovery.groups(server, names))
        return Answer(200, body, {"Content-Type": aggregated_discovery.media_type(aggregated)})
    if words == ["api"]:
        address = [{"clientCIDR": "0.0.0.0/0", "serverAddress": f"{server.node}:6443"}]
        return Answer(200, {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": address})
    if words == ["api", "v1"]:
        return Answer(200, resource_list(server, "", "v1"))
    if words == ["apis"]:
        groups = [group(server, name) for name in served_groups(server)]
        return Answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
    if len(words) == 2 and words[0] == "apis" and has_group(server, words[1]):
        return Answer(200, {"kind": "APIGroup", "apiVersion": "v1", **group(server, words[1])})
    if len(words) == 3 and words[0] == "apis" and has_group(server, words[1]):
        if words[2] not in versions(server, words[1]):
            raise ApiError(status.no_such_path())
        return Answer(200, resource_list(server, words[1], words[2]))
    if not words:
        paths = ["/api", "/api/v1", "/apis", *(f"/apis/{name}" for name in GROUPS), "/healthz", "/livez", "/openapi/v2",
                 "/openapi/v3", "/readyz", "/version"]
        return Answer(200, {"paths": paths})
    if words[0] == "openapi" and (answer := openapi.serve(server, words)) is not None:
        return answer
    if words == ["metrics"]:
        return Answer(200, f"# TYPE apiserver_storage_objects gauge\netcd_revision {server.cache.revision}\n")
    raise _no_path()


def _no_path() -> ApiError:
    return ApiError({"code": 404, "raw": "404 page not found\n", "message": "404 page not found"})


def versions(server: APIServer, name: str) -> list[str]:
    """The versions served of a group, the preferred one first."""
    built_in = [resource.version for resource in resources.RESOURCES if resource.group == name]
    return list(dict.fromkeys([*built_in, *server.custom.versions(name)]))


def group(server: APIServer, name: str) -> Object:
    """An APIGroup, without kind and version."""
    found = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions(server, name)]
    return {"name": name, "versions": found, "preferredVersion": found[0]}


def resource_list(server: APIServer, name: str, version: str) -> Object:
    """An APIResourceList."""
    served = [resource for resource in resources.RESOURCES if (resource.group, resource.version) == (name, version)]
    served += server.custom.resources(name, version)
    head = {"kind": "APIResourceList", "groupVersion": f"{name}/{version}" if name else version}
    if name:
        head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{name}/{version}"}
    return {**head, "resources": resources.resource_list(served)}
