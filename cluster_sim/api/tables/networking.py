"""Cells of how pods are reached: Services, endpoints, Ingresses, network policies.

Upstream: printService and its neighbours in kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.selectors import format_label_selector

from .ages import since
from .words import NONE, UNSET, cut, labels

Object = dict[str, Any]


def _age(obj: Object, now: int) -> str:
    return since(meta.metadata(obj).get("creationTimestamp"), now)


def _load_balancer(status: Object) -> str:
    """Addresses of a load balancer, each once."""
    ingress = (status.get("loadBalancer") or {}).get("ingress") or ()
    return ",".join(dict.fromkeys(entry.get("ip") or entry.get("hostname", "") for entry in ingress))


def _external_ip(spec: Object, status: Object) -> str:
    given = ",".join(spec.get("externalIPs") or ())
    kind = spec.get("type", "ClusterIP")
    if kind == "ExternalName":
        return str(spec.get("externalName", ""))
    if kind == "LoadBalancer":
        balanced = _load_balancer(status)
        return ",".join(word for word in (balanced, given) if word) or "<pending>"
    return given or NONE


def _port(port: Object) -> str:
    outside = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{outside}/{port.get('protocol', 'TCP')}"


def service(obj: Object, now: int) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    addresses = spec.get("clusterIPs") or ([spec["clusterIP"]] if spec.get("clusterIP") else [])
    ports = ",".join(map(_port, spec.get("ports") or ())) or NONE
    head = [meta.name(obj), spec.get("type", "ClusterIP"), addresses[0] if addresses else NONE]
    return [*head, _external_ip(spec, status), ports, _age(obj, now), labels(spec.get("selector"))]


def _subset(subset: Object) -> list[str]:
    addresses = [address.get("ip", "") for address in subset.get("addresses") or ()]
    ports = subset.get("ports") or ()
    if not ports:
        return addresses
    joined = [f"[{ip}]" if ":" in ip else ip for ip in addresses]
    return [f"{ip}:{port.get('port')}" for port in ports for ip in joined]


def endpoints(obj: Object, now: int) -> list[Any]:
    subsets = obj.get("subsets") or ()
    found = [word for subset in subsets for word in _subset(subset)]
    return [meta.name(obj), cut(found) if subsets else NONE, _age(obj, now)]


def endpoint_slice(obj: Object, now: int) -> list[Any]:
    ports = ["*" if port.get("port") is None else str(port["port"]) for port in obj.get("ports") or ()]
    addresses = [address for endpoint in obj.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    told = [cut(ports) if ports else UNSET, cut(addresses) if addresses else UNSET]
    return [meta.name(obj), obj.get("addressType", ""), *told, _age(obj, now)]


def ingress(obj: Object, now: int) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    hosts = [rule["host"] for rule in spec.get("rules") or () if rule.get("host")]
    ports = "80, 443" if spec.get("tls") else "80"
    head = [meta.name(obj), spec.get("ingressClassName") or NONE, cut(hosts) if hosts else "*"]
    return [*head, _load_balancer(status), ports, _age(obj, now)]


def ingress_class(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    given = spec.get("parameters") or {}
    group = f".{given['apiGroup']}" if given.get("apiGroup") else ""
    parameters = f"{given.get('kind', '')}{group}/{given.get('name', '')}" if given else NONE
    return [meta.name(obj), spec.get("controller", ""), parameters, _age(obj, now)]


def network_policy(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), format_label_selector((obj.get("spec") or {}).get("podSelector")), _age(obj, now)]


def ip_address(obj: Object, now: int) -> list[Any]:
    parent = (obj.get("spec") or {}).get("parentRef") or {}
    words = [parent.get(field) for field in ("resource", "group", "namespace", "name")]
    resource = ".".join(word for word in words[:2] if word)
    return [meta.name(obj), "/".join(word for word in (resource, words[2], words[3]) if word)]


def service_cidr(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), ",".join((obj.get("spec") or {}).get("cidrs") or ()), _age(obj, now)]
