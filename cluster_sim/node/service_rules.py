"""Which endpoints a node sends a Service's traffic to: pure rules, and the table they become.

Ready endpoints take traffic. If there are none anywhere, those that still serve while they terminate do. A policy
*Local* leaves only those of this node. Otherwise hints count: if all ready endpoints carry node hints and one is for
this node, those are used; else the same for zones; else all.

A Service's table has one entry for each of its ports, with two lists: where traffic from inside the cluster goes, and
where traffic goes that came in by a node port or an external address. iptables walks such a list with probabilities 1/n,
1/(n−1), …, which gives each endpoint the same share. An empty list refuses the connection, unless the policy is Local
and there are endpoints elsewhere: then packets are dropped, so that a load balancer outside notices.

Source: kubernetes pkg/proxy/topology.go (CategorizeEndpoints), pkg/proxy/iptables/proxier.go (syncProxyRules).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Object = dict[str, Any]
REJECT, DROP = "reject", "drop"
AFFINITY_SECONDS = 10_800
SERVICE_NAME = "kubernetes.io/service-name"


def service_of(part: Object) -> str | None:
    """`namespace/name` of the Service an EndpointSlice belongs to."""
    name = (part["metadata"].get("labels") or {}).get(SERVICE_NAME)
    return f"{part['metadata']['namespace']}/{name}" if name else None


def usable(endpoints: list[Object]) -> list[Object]:
    """Ready ones, or serving ones that terminate if nothing is ready."""
    ready = [one for one in endpoints if conditions(one)["ready"]]
    return ready or [one for one in endpoints if conditions(one)["serving"] and conditions(one)["terminating"]]


def conditions(endpoint: Object) -> dict[str, bool]:
    """With the defaults for what is not said."""
    given = endpoint.get("conditions") or {}
    ready = given.get("ready")
    ready = True if ready is None else bool(ready)
    serving = given.get("serving")
    return {"ready": ready, "serving": ready if serving is None else bool(serving),
            "terminating": bool(given.get("terminating"))}


def choose(endpoints: list[Object], node: str, zone: str | None, policy: str = "Cluster") -> list[Object]:
    """The endpoints that this node's rules for a Service lead to."""
    if policy == "Local":
        return usable([one for one in endpoints if one.get("nodeName") == node])
    candidates = usable(endpoints)
    for kind, here in (("forNodes", node), ("forZones", zone)):
        hinted = [_hints(one, kind) for one in candidates]
        if candidates and all(hinted) and any(here in hint for hint in hinted):
            return [one for one, hint in zip(candidates, hinted, strict=True) if here in hint]
    return candidates


def _hints(endpoint: Object, kind: str) -> list[str]:
    return [hint["name"] for hint in (endpoint.get("hints") or {}).get(kind) or ()]


def share(endpoints: int) -> list[str]:
    """How iptables spreads: rule i of n takes 1/n, then 1/(n−1) of the rest, …; each endpoint gets the same."""
    return [f"1/{endpoints - i}" for i in range(endpoints)]


def otherwise(chosen: list[Object], endpoints: list[Object], policy: str) -> str:
    """What happens to a connection that no endpoint takes: "" while there is one."""
    if chosen:
        return ""
    return DROP if policy == "Local" and usable(endpoints) else REJECT


def rule(service: Object, slices: Iterable[Object], node: str, zone: str | None) -> Object:
    """What a node does with traffic to this Service: its addresses and, for each port, the endpoints.

    `endpoints` are those of the first port, as the stage draws them; `table` is what the node's kernel goes by.
    """
    spec, parts = service["spec"], [*slices]
    table = [_entry(spec, port, parts, node, zone) for port in spec.get("ports") or ()]
    first: Object = table[0] if table else {"inside": [], "otherwise": REJECT}
    config = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds")
    return {
        "namespace": service["metadata"].get("namespace", ""), "service": service["metadata"].get("name", ""),
        "address": spec["clusterIP"], "outside": _outside(service), "table": table,
        "ports": [{"name": port.get("name", ""), "port": port["port"], "protocol": port.get("protocol", "TCP"),
                   **({"nodePort": port["nodePort"]} if port.get("nodePort") else {})} for port in spec.get("ports") or ()],
        "policy": spec.get("internalTrafficPolicy") or "Cluster", "external": spec.get("externalTrafficPolicy") or "Cluster",
        "endpoints": [{name: one[name] for name in ("address", "node", "pod")} for one in first["inside"]],
        "shares": share(len(first["inside"])), "affinity": spec.get("sessionAffinity") or "None",
        "timeout": config or AFFINITY_SECONDS, "otherwise": first["otherwise"],
        **({"healthCheckNodePort": spec["healthCheckNodePort"]} if spec.get("healthCheckNodePort") else {}),
    }


def _entry(spec: Object, port: Object, slices: list[Object], node: str, zone: str | None) -> Object:
    """One port of a Service: slices name the number it has behind the Service."""
    numbered: list[tuple[Object, int]] = []
    for part in slices:
        for number in part.get("ports") or ():
            same = (number.get("name") or "") == (port.get("name") or "")
            if same and number.get("protocol", "TCP") == port.get("protocol", "TCP") and number.get("port"):
                numbered += [(one, number["port"]) for one in part.get("endpoints") or ()]
    by_address = {one["addresses"][0]: (one, number) for one, number in numbered}
    endpoints = [by_address[address][0] for address in sorted(by_address)]
    inside, outside = (spec.get(f"{name}TrafficPolicy") or "Cluster" for name in ("internal", "external"))

    def named(chosen: list[Object]) -> list[Object]:
        return [{"address": one["addresses"][0], "port": by_address[one["addresses"][0]][1],
                 "node": one.get("nodeName", ""), "pod": (one.get("targetRef") or {}).get("name", ""),
                 "namespace": (one.get("targetRef") or {}).get("namespace", "")} for one in chosen]

    here, from_outside = choose(endpoints, node, zone, inside), choose(endpoints, node, zone, outside)
    everywhere = here if inside == "Cluster" else choose(endpoints, node, zone)
    return {"name": port.get("name", ""), "port": port["port"], "protocol": port.get("protocol", "TCP"),
            "nodePort": port.get("nodePort"), "inside": named(here), "otherwise": otherwise(here, endpoints, inside),
            # A pod that asks an external address is let in by any endpoint, whatever the policy for outsiders.
            "everywhere": named(everywhere), "outside": named(from_outside),
            "otherwiseOutside": otherwise(from_outside, endpoints, outside)}


def _outside(service: Object) -> list[str]:
    """Addresses beside the cluster's own: external ones, and those a load balancer has been given."""
    spec, status = service["spec"], service.get("status") or {}
    ingress = (status.get("loadBalancer") or {}).get("ingress") or ()
    balanced = [one["ip"] for one in ingress if one.get("ip") and one.get("ipMode", "VIP") == "VIP"]
    return [*(spec.get("externalIPs") or ()), *(balanced if spec.get("type") == "LoadBalancer" else ())]
