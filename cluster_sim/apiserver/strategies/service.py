"""Services get a cluster IP, and node ports if their type wants them.

Upstream: kubernetes/pkg/registry/core/service/storage/{storage,alloc}.go, strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import options
from cluster_sim.apiserver.allocation import in_range
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import service

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

SINGLE = "this cluster is not configured for dual-stack services"
MISMATCH = "the provided network does not match the current range"
WITH_IP = ("ClusterIP", "NodePort", "LoadBalancer")


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """Allocate what a valid Service needs; what is wrong is found by the checks that follow."""
    if service.validate_before_allocation(obj):
        return obj
    return allocate(obj, None, server, info)


def prepare_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """What a change of type frees or needs; fields the client left out are as they were."""
    spec, have = new["spec"], old["spec"]
    if spec.get("type") != "ExternalName" and have.get("type") != "ExternalName":
        for key in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if not spec.get(key) and have.get(key):
                spec = {**spec, key: have[key]}
    if spec.get("type") == "ExternalName" and have.get("type") != "ExternalName":
        spec = {
            key: value
            for key, value in spec.items()
            if key not in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy") or value != have.get(key)
        }
    if spec.get("type") == "ClusterIP" and have.get("type") in ("NodePort", "LoadBalancer"):
        # upstream drops type-dependent fields that did not change along with the type
        spec = {
            key: value
            for key, value in spec.items()
            if not (key in ("externalTrafficPolicy", "allocateLoadBalancerNodePorts") and value == have.get(key))
        }
        ports = {port.get("nodePort") for port in have.get("ports") or []}
        spec["ports"] = [
            {key: value for key, value in port.items() if key != "nodePort" or value not in ports}
            for port in spec.get("ports") or []
        ]
    if spec.get("type") in ("NodePort", "LoadBalancer"):
        known = {(port.get("protocol"), port.get("port")): port.get("nodePort") for port in have.get("ports") or []}
        spec = {
            **spec,
            "ports": [
                port
                if port.get("nodePort") or not known.get((port.get("protocol"), port.get("port")))
                else {**port, "nodePort": known[port.get("protocol"), port.get("port")]}
                for port in spec.get("ports") or []
            ],
        }
    if not (spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"):
        spec = {key: value for key, value in spec.items() if key != "healthCheckNodePort" or value != have.get(key)}
    new = {**new, "spec": spec}
    if service.validate_before_allocation(new):
        return new
    return allocate(new, old, server, info)


def allocate(obj: Object, old: Object | None, server: APIServer, info: RequestInfo) -> Object:
    """The Service with addresses and ports."""
    spec, meta = obj["spec"], obj["metadata"]
    key = f"{meta['namespace']}/{meta.get('name', '')}"
    dry = options.dry_run(info)
    kept = dict(server.allocator.reserved) if dry else None
    if spec.get("type") in WITH_IP:
        spec = _with_address(spec, key, server, meta)
    if spec.get("type") in ("NodePort", "LoadBalancer") and not (
        spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is False
    ):
        spec = {**spec, "ports": _with_node_ports(spec.get("ports") or [], key, server, meta)}
    if (
        spec.get("type") == "LoadBalancer"
        and spec.get("externalTrafficPolicy") == "Local"
        and not spec.get("healthCheckNodePort")
    ):
        have = (old["spec"].get("healthCheckNodePort") if old is not None else 0) or server.allocator.draw_port(
            server.kernel, key
        )
        spec = {**spec, "healthCheckNodePort": have}
    if kept is not None:
        server.allocator.reserved.clear()
        server.allocator.reserved.update(kept)
    return {**obj, "spec": spec}


def _with_address(spec: Object, key: str, server: APIServer, meta: Object) -> Object:
    address = spec.get("clusterIP") or (spec.get("clusterIPs") or [""])[0]
    families = {"ipFamilies": spec.get("ipFamilies") or ["IPv4"], "ipFamilyPolicy": spec.get("ipFamilyPolicy") or "SingleStack"}
    if address == "None":
        if not spec.get("selector"):
            families = {
                "ipFamilies": spec.get("ipFamilies") or ["IPv4"],
                "ipFamilyPolicy": spec.get("ipFamilyPolicy") or "RequireDualStack",
            }
            if families["ipFamilyPolicy"] == "RequireDualStack" and families["ipFamilies"] == ["IPv4"]:
                families["ipFamilies"] = ["IPv4", "IPv6"]
        return {**spec, **families, "clusterIP": "None", "clusterIPs": ["None"]}
    if spec.get("ipFamilyPolicy") == "RequireDualStack" or len(spec.get("ipFamilies") or ()) > 1:
        raise _invalid(meta, "spec.ipFamilyPolicy", spec.get("ipFamilyPolicy"), SINGLE)
    if (spec.get("ipFamilies") or ["IPv4"])[0] != "IPv4":
        raise _invalid(meta, "spec.ipFamilies[0]", spec["ipFamilies"][0], "not configured on this cluster")
    if address:
        if not in_range(address):
            raise _invalid(meta, "spec.clusterIPs", [address], f"failed to allocate IP {address}: {MISMATCH}")
        if not server.allocator.claim(address, key):
            raise _invalid(
                meta, "spec.clusterIPs", [address], f"failed to allocate IP {address}: provided IP is already allocated"
            )
    else:
        address = server.allocator.draw_address(server.kernel, key)
    return {**spec, **families, "clusterIP": address, "clusterIPs": [address]}


def _invalid(meta: Object, path: str, value: Any, text: str) -> ApiError:
    return ApiError(status.invalid("Service", meta.get("name", ""), [field.invalid(path, value, text)]))


def _with_node_ports(ports: list[Object], key: str, server: APIServer, meta: Object) -> list[Object]:
    drawn: dict[int, int] = {}  # the same port over TCP and UDP shares its node port
    found = []
    for place, port in enumerate(ports):
        number = port.get("nodePort")
        if number:
            if not server.allocator.claim(str(number), key):
                raise ApiError(
                    status.invalid(
                        "Service",
                        meta.get("name", ""),
                        [field.invalid(f"spec.ports[{place}].nodePort", number, "provided port is already allocated")],
                    )
                )
            found.append(port)
            continue
        same = port.get("port", 0)
        if same not in drawn:
            drawn[same] = server.allocator.draw_port(server.kernel, key)
        found.append({**port, "nodePort": drawn[same]})
    return found


STRATEGY = Strategy(
    status=True,
    create_on_update=True,
    returns_deleted=True,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=service.validate,
    validate_update=service.validate_update,
    validate_status=service.validate_status,
)
