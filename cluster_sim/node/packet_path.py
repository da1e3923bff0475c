"""Where a packet goes: the tables of its machine, walked as the kernel walks them.

First the Services: an address and port that a rule knows is changed to an endpoint's (DNAT), chosen at random for each
new connection, or to the one that a client with affinity had last. An address the rules do not know goes to the machine
that has it: its own address, or that of a pod (the network plugin keeps a route to each node's range). What nobody has
is lost: a packet to a pod that is gone, like one to a Service's address at a port that it does not have, comes back from
nowhere, so its sender hears nothing.

Source: kubernetes pkg/proxy/iptables/proxier.go (KUBE-SERVICES, KUBE-SVC-…, KUBE-SEP-…, KUBE-NODEPORTS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import SECOND
from cluster_sim.node import node_object
from cluster_sim.node.service_rules import DROP, REJECT

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

Object = dict[str, Any]
AFFINITY_KEPT = 1_000  # clients remembered for one Service
NOWHERE = "nowhere"


def index(rules: dict[str, Object]) -> dict[str, list[Any]]:
    """"address port protocol" → [Service, place in its table, which list of endpoints]; node ports: "* port protocol"."""
    found: dict[str, list[Any]] = {}
    for key, rule in rules.items():
        for place, entry in enumerate(rule["table"]):
            what = f"{entry['port']} {entry['protocol']}"
            found[f"{rule['address']} {what}"] = [key, place, "inside"]
            for address in rule["outside"]:
                found[f"{address} {what}"] = [key, place, "everywhere"]
            if entry["nodePort"]:
                found[f"* {entry['nodePort']} {entry['protocol']}"] = [key, place, "outside"]
    return found


def route(net: NodeNetwork, client: str, ip: str, port: int, protocol: str = "TCP", arrived: bool = False) -> Object:
    """Where a packet of `client` (an address) goes: {"do": "send", "node", "address", "port", …} or what becomes of it.

    `arrived`: it came in from outside, so the policy for outsiders counts.
    """
    own = ip == node_object.address(net.kernel.machines[net.node])
    row = net.addresses.get(f"{ip} {port} {protocol}")
    if row is None and own:
        row = net.addresses.get(f"* {port} {protocol}")
    if row is not None:
        key, place, which = row
        return _endpoint(net, key, place, "outside" if arrived else which, client)
    node = net.node if own else home(net, ip)
    if node is None:
        return {"do": NOWHERE, "service": ""}
    return {"do": "send", "node": node, "address": ip, "port": port, "service": "", "rule": 0, "of": 0}


def _endpoint(net: NodeNetwork, key: str, place: int, which: str, client: str) -> Object:
    rule = net.state["rules"][key]
    entry = rule["table"][place]
    endpoints = entry[which]
    if not endpoints:
        name = {"inside": "otherwise", "outside": "otherwiseOutside"}.get(which)
        return {"do": entry[name] if name else REJECT, "service": key}
    chosen, held = _held(net, key, place, rule, endpoints, client), True
    if chosen is None:
        chosen, held = net.kernel.draw(f"service-rules {net.node}", len(endpoints)), False
    end = endpoints[chosen]
    if rule["affinity"] == "ClientIP":
        clients = net.state["affinity"].setdefault(key, {})
        clients.pop(f"{client} {place}", None)
        clients[f"{client} {place}"] = [end["address"], net.kernel.now]
        if len(clients) > AFFINITY_KEPT:
            del clients[next(iter(clients))]
    return {"do": "send", "node": end["node"] or home(net, end["address"]), "address": end["address"], "port": end["port"],
            "service": key, "rule": chosen + 1, "of": len(endpoints), "held": held,
            "pod": f"{end['namespace']}/{end['pod']}" if end["pod"] else ""}


def _held(net: NodeNetwork, key: str, place: int, rule: Object, endpoints: list[Object], client: str) -> int | None:
    """The endpoint that this client had last, if the Service holds clients and it is still one."""
    if rule["affinity"] != "ClientIP":
        return None
    address, used = net.state["affinity"].get(key, {}).get(f"{client} {place}", ["", 0])
    if net.kernel.now - used > rule["timeout"] * SECOND:
        return None
    return next((i for i, end in enumerate(endpoints) if end["address"] == address), None)


def home(net: NodeNetwork, ip: str) -> str | None:
    """The machine that has an address."""
    machines, components = net.kernel.machines, net.kernel.components
    known = net.homes.get(ip)
    for name in [known] if known and known in machines else []:
        if _has(components, machines, name, ip):
            return name
    for name in machines:
        if _has(components, machines, name, ip):
            net.homes[ip] = name
            return name
    return None


def _has(components: Any, machines: Any, name: str, ip: str) -> bool:
    runtime = components.get(f"{name}/container-runtime")
    return (runtime is not None and ip in runtime.state["addresses"]) or node_object.address(machines[name]) == ip


__all__ = ["DROP", "NOWHERE", "REJECT", "home", "index", "route"]
