"""Aggregated discovery: everything that is served, in one answer to a GET of /api and one of /apis.

Upstream: k8s.io/apiserver/pkg/endpoints/discovery/aggregated, endpoints/installer.go
(ConvertGroupVersionIntoToDiscovery), k8s.io/api/apidiscovery/v2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.negotiation import accept_header

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

KIND = "APIGroupDiscoveryList"
VERSIONS = ("v2", "v2beta1")
MEDIA = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"


def wanted(call: Object) -> str:
    """The version in which a client asks for the list; "" if it does not, or would rather have the older form."""
    for clause in accept_header(call).split(","):
        media, *parameters = [part.strip() for part in clause.split(";")]
        given = dict(parameter.partition("=")[::2] for parameter in parameters)
        if media != "application/json":
            continue
        if given.get("as") == KIND and given.get("g") == "apidiscovery.k8s.io" and given.get("v") in VERSIONS:
            return given["v"]
        if "as" not in given:
            return ""
    return ""


def listing(version: str, groups: list[tuple[str, list[tuple[str, list[Object]]]]]) -> Object:
    """The list, of (group, [(version, its APIResourceList's entries)])."""
    return {"kind": KIND, "apiVersion": f"apidiscovery.k8s.io/{version}", "metadata": {}, "items": [
        {"metadata": {**({"name": group} if group else {}), "creationTimestamp": None}, "versions": [
            {"version": name, "resources": _resources(group, name, entries), "freshness": "Current"}
            for name, entries in versions]} for group, versions in groups]}


def _resources(group: str, version: str, entries: list[Object]) -> list[Object]:
    found: dict[str, Object] = {}
    for entry in entries:
        parent, slash, sub = entry["name"].partition("/")
        kind = {"group": entry.get("group", group), "version": entry.get("version", version), "kind": entry["kind"]}
        if not slash:
            found[parent] = {
                "resource": parent, "responseKind": kind, "scope": "Namespaced" if entry["namespaced"] else "Cluster",
                "singularResource": entry["singularName"], "verbs": entry["verbs"],
                **{key: entry[key] for key in ("shortNames", "categories") if key in entry}}
        elif parent in found:
            found[parent] = {**found[parent], "subresources": [
                *found[parent].get("subresources", []), {"subresource": sub, "responseKind": kind, "verbs": entry["verbs"]}]}
    return list(found.values())


def media_type(version: str) -> str:
    """The Content-Type of the answer, by which a client knows it."""
    return MEDIA.format(version)


def groups(server: APIServer, names: list[str]) -> list[tuple[str, list[tuple[str, list[Object]]]]]:
    """What `listing` needs of these groups."""
    from cluster_sim.apiserver import discovery

    found = []
    for name in names:
        versions = ["v1"] if not name else discovery.versions(server, name)
        served = [(version, discovery.resource_list(server, name, version)["resources"]) for version in versions]
        found.append((name, served))
    return found

