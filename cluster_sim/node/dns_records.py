"""The names of a cluster: what DNS answers about Services and their endpoints. Pure rules.

| name (below `cluster.local`) | answer |
|-|-|
| `SERVICE.NAMESPACE.svc` | its cluster IP; if headless, the addresses of its ready endpoints; an ExternalName's alias |
| `HOSTNAME.SERVICE.NAMESPACE.svc` | the endpoint of that hostname, or whose address it is with dashes |
| `_PORT._PROTOCOL.SERVICE.NAMESPACE.svc` | SRV: port and host, for each endpoint of a headless Service |
| `A-B-C-D.NAMESPACE.pod` | that address |

What does not exist is NXDOMAIN; a headless Service without a ready endpoint has no record, so it does not exist either.
Source: coredns plugin/kubernetes (kubernetes.go findServices, parse.go); kubernetes/dns docs/specification.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Object = dict[str, Any]
Find = Callable[[str], "Object | None"]  # `namespace/name` → Service
Slices = Callable[[str], Iterable[Object]]  # `namespace/name` of a Service → its EndpointSlices

NXDOMAIN: Object = {"code": "NXDOMAIN", "answers": [], "addresses": []}
DOMAIN = ".cluster.local"


def in_zone(name: str) -> bool:
    """Whether the cluster's own DNS is the authority for it."""
    return f".{name}".endswith(DOMAIN)


def answer(name: str, types: list[str], find: Find, slices: Slices) -> Object:
    """{"code", "answers": [[name, type, data], …], "addresses", "alias" of an ExternalName}."""
    labels = name.lower().removesuffix(DOMAIN).split(".")
    if labels[-1:] == ["pod"] and len(labels) == 3 and labels[0].count("-") == 3:
        return _addresses(name, [labels[0].replace("-", ".")], types)
    if labels[-1:] != ["svc"] or len(labels) < 3:
        return NXDOMAIN
    key, below = f"{labels[-2]}/{labels[-3]}", labels[:-3]
    service = find(key)
    if service is None:
        return NXDOMAIN
    if service["spec"].get("type") == "ExternalName":
        alias = str(service["spec"]["externalName"])
        return {"code": "NOERROR", "answers": [[name, "CNAME", alias]], "addresses": [], "alias": alias}
    headless = service["spec"].get("clusterIP") == "None"
    endpoints = [(endpoint, one.get("ports") or []) for one in slices(key) for endpoint in one.get("endpoints") or ()
                 if (endpoint.get("conditions") or {}).get("ready") is not False]
    if below and below[0].startswith("_"):
        return _srv(name, below, service, endpoints, headless)
    if len(below) > 1:
        return NXDOMAIN
    if not below and not headless:
        return _addresses(name, [service["spec"]["clusterIP"]], types)
    found = [endpoint["addresses"][0] for endpoint, _ in endpoints if not below or host_of(endpoint) == below[0]]
    return _addresses(name, list(dict.fromkeys(found)), types) if found else NXDOMAIN


def host_of(endpoint: Object) -> str:
    """The name of an endpoint below its Service."""
    return str(endpoint.get("hostname") or endpoint["addresses"][0].replace(".", "-"))


def _addresses(name: str, addresses: list[str], types: list[str]) -> Object:
    if "A" not in types:  # it exists, and has nothing of that type
        return {"code": "NOERROR", "answers": [], "addresses": []}
    return {"code": "NOERROR", "answers": [[name, "A", address] for address in addresses], "addresses": addresses}


def _srv(name: str, below: list[str], service: Object, endpoints: list[Any], headless: bool) -> Object:
    if len(below) != 2:
        return NXDOMAIN
    port_name, protocol = below[0][1:], below[1][1:].upper()
    domain = name.partition(".")[2].partition(".")[2]
    rows: list[list[Any]] = []
    if headless:
        for endpoint, ports in endpoints:
            rows += [[name, "SRV", f"0 100 {port['port']} {host_of(endpoint)}.{domain}."] for port in ports
                     if (port.get("name") or "") == port_name and port.get("protocol", "TCP") == protocol]
    else:
        rows += [[name, "SRV", f"0 100 {port['port']} {domain}."] for port in service["spec"].get("ports") or ()
                 if (port.get("name") or "") == port_name and port.get("protocol", "TCP") == protocol]
    return {"code": "NOERROR", "answers": rows, "addresses": []} if rows else NXDOMAIN
