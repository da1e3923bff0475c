"""Which packets network policies let pass: pure rules.

A pod that some policy selects is isolated in that policy's direction: what no policy allows is dropped. Policies only
add up. Both ends must allow: the sender's node asks its egress rules after the Service's address was changed to the
pod's, the receiver's node its ingress rules. Replies always pass, since rules are asked when a connection begins.

`compile_for` turns policies into what a node's tables hold for one pod: {"ingress": rules or None, "egress": …}, None
meaning that everything passes. A rule is {"peers": None (anybody) or [[address, {named port: number}], …], "blocks":
[[network, [exceptions]], …], "ports": None (any) or [[protocol, port or name or None, last port], …]}.

Source: kubernetes website docs/concepts/services-networking/network-policies; api networking/v1 types.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import selectors

Object = dict[str, Any]


def may_send(policies: dict[str, Object], ip: str, where: Object, protocol: str) -> bool:
    """Whether the pod at `ip` may open a connection to where the packet goes."""
    return _allowed((policies.get(ip) or {}).get("egress"), where["address"], where["port"], protocol)


def may_receive(policies: dict[str, Object], ip: str, peer: str, port: int, protocol: str) -> bool:
    """Whether the pod at `ip` takes a connection from `peer` on this port."""
    return _allowed((policies.get(ip) or {}).get("ingress"), peer, port, protocol)


def _allowed(rules: list[Object] | None, peer: str, port: int, protocol: str) -> bool:
    if rules is None:
        return True
    for rule in rules:
        names: Object = {}
        if rule["peers"] is not None:
            found = [known for address, known in rule["peers"] if address == peer]
            if not found and not any(_in_block(peer, block) for block in rule["blocks"]):
                continue
            names = found[0] if found else {}
        if rule["ports"] is None or any(_port(entry, port, protocol, {**rule.get("names", {}), **names})
                                        for entry in rule["ports"]):
            return True
    return False


def _port(entry: list[Any], port: int, protocol: str, names: Object) -> bool:
    wanted, first, last = entry
    if wanted != protocol:
        return False
    first = names.get(first) if isinstance(first, str) else first
    return (entry[1] is None) or (first is not None and first <= port <= (last or first))


def _in_block(address: str, block: list[Any]) -> bool:
    network, exceptions = block
    return contains(network, address) and not any(contains(each, address) for each in exceptions)


def contains(network: str, address: str) -> bool:
    """Whether an IPv4 network such as `10.0.0.0/8` has the address."""
    base, _, length = network.partition("/")
    if ":" in base or ":" in address:
        return False
    shift = 32 - int(length or 32)
    return _number(base) >> shift == _number(address) >> shift


def _number(address: str) -> int:
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    return value


def compile_for(pod: Object, policies: list[Object], namespaces: dict[str, Object], pods: list[Object]) -> Object:
    """What the node of `pod` has to hold for it; {} if no policy selects it."""
    made: Object = {}
    for policy in policies:
        spec, namespace = policy["spec"], policy["metadata"]["namespace"]
        if namespace != pod["metadata"]["namespace"] or not _selects(spec.get("podSelector") or {}, pod):
            continue
        kinds = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
        for kind, field, way in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
            if kind in kinds:
                rules = [_rule(rule, way, namespace, namespaces, pods) for rule in spec.get(field) or ()]
                if kind == "Ingress":
                    rules = [{**rule, "names": _names(pod)} for rule in rules]
                made.setdefault(field, []).extend(rules)
    return {field: made.get(field) for field in ("ingress", "egress")} if made else {}


def _rule(rule: Object, way: str, namespace: str, namespaces: dict[str, Object], pods: list[Object]) -> Object:
    ports = [[port.get("protocol", "TCP"), port.get("port"), port.get("endPort")] for port in rule.get("ports") or ()]
    peers: list[Any] | None = None
    blocks: list[Any] = []
    for peer in rule.get(way) or ():
        peers = [] if peers is None else peers
        if peer.get("ipBlock"):
            blocks.append([peer["ipBlock"]["cidr"], peer["ipBlock"].get("except") or []])
        else:
            peers += [[pod["status"]["podIP"], _names(pod)] for pod in pods if _is_peer(peer, pod, namespace, namespaces)]
    return {"peers": peers, "blocks": blocks, "ports": ports or None}


def _is_peer(peer: Object, pod: Object, namespace: str, namespaces: dict[str, Object]) -> bool:
    """One peer ANDs what it says of namespace and pod; without a namespaceSelector it means the policy's own namespace."""
    if not (pod.get("status") or {}).get("podIP") or pod["spec"].get("hostNetwork"):
        return False
    where = pod["metadata"]["namespace"]
    if peer.get("namespaceSelector") is None:
        if where != namespace:
            return False
    elif where not in namespaces or not _selects(peer["namespaceSelector"], namespaces[where]):
        return False
    return peer.get("podSelector") is None or _selects(peer["podSelector"], pod)


def _selects(selector: Object, obj: Object) -> bool:
    return selectors.matches(selector, obj["metadata"].get("labels") or {})


def _names(pod: Object) -> Object:
    return {port["name"]: port["containerPort"] for container in pod["spec"].get("containers") or ()
            for port in container.get("ports") or () if port.get("name")}
