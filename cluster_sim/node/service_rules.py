"""Which endpoints a node sends a Service's traffic to: pure rules.

Ready endpoints take traffic. If there are none anywhere, those that still serve while they terminate do. A policy
*Local* leaves only those of this node. Otherwise hints count: if all ready endpoints carry node hints and one is for
this node, those are used; else the same for zones; else all.

Source: kubernetes pkg/proxy/topology.go (CategorizeEndpoints).
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


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


def rule(service: Object, endpoints: list[Object], node: str, zone: str | None) -> Object:
    """What a node does with traffic to this Service: addresses, ports, endpoints, and what happens without any."""
    spec = service["spec"]
    policy = spec.get("internalTrafficPolicy") or "Cluster"
    chosen = choose(endpoints, node, zone, policy)
    ports = [{"name": port.get("name", ""), "port": port["port"], "protocol": port.get("protocol", "TCP"),
              **({"nodePort": port["nodePort"]} if port.get("nodePort") else {})} for port in spec.get("ports") or ()]
    dropped = policy == "Local" and not chosen and bool(endpoints)
    return {
        "address": spec["clusterIP"], "ports": ports, "policy": policy,
        "endpoints": [{"address": one["addresses"][0], "node": one.get("nodeName", ""),
                       "pod": (one.get("targetRef") or {}).get("name", "")} for one in chosen],
        "shares": share(len(chosen)), "affinity": spec.get("sessionAffinity") or "None",
        "otherwise": "" if chosen else "drop" if dropped else "reject",
    }
