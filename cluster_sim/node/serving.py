"""A packet arrives at a machine: which pod has its address, is it let in, does anybody listen, and what is answered.

No pod has the address any more: the packet is lost, and its sender waits in vain. A pod has it and nothing listens on
the port (not yet, or not any more after SIGTERM): the kernel answers with a reset, "connection refused". A process that
hangs takes the connection, since the kernel does that for it, and never answers. A container that ends while it
answers breaks the connection off.

A packet for the machine's own address may be one for a node port: then the rules here send it on, and the answer comes
back this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import data_files, network_policy, node_object, packet_path, pod_process, sockets
from cluster_sim.node.container_time import hangs

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

register_phrases({
    "network.gone": "It reaches {node}, where no pod has {address} any more: it is lost",
    "network.denied-in": "A network policy on {node} drops what {client} sends to {server}",
    "network.refuses": "{server} refuses the connection: nothing listens on port {port}",
    "network.answers": "{server} answers {client}: {what}",
    "network.breaks": "{server} ended while it answered {client}: the connection breaks",
    "network.hangs": "{server} takes the connection and never answers: its process hangs",
    "network.node-port": "{node} sends what came in on port {port} to {address} (rule {rule} of {of})",
    "network.passes-on": "It goes on from {node} to {server} on {other}",
    "network.node-port-drop": "{node} drops what came in on port {port}: {service} has no endpoint on this node",
    "network.node-port-reject": "{node} refuses what came in on port {port}: {service} has no endpoint",
}, file="cluster_sim/node/serving.py")

Object = dict[str, Any]

# Processes that listen on the machine's own address: port → process.
HOST_PORTS = {6443: "kube-apiserver", 10250: "kubelet", 10256: "kube-proxy", 10257: "kube-controller-manager",
              10259: "kube-scheduler", 2379: "etcd"}


def arrive(net: NodeNetwork, packet: Object, span: int) -> None:
    """A packet for an address of this machine."""
    ip, port = packet["to"]
    if ip == node_object.address(net.kernel.machines[net.node]) or f"{ip} {port} {packet['protocol']}" in net.addresses:
        _host(net, packet, span)
        return
    sandbox = sockets.sandbox_at(net.runtime, ip)
    if sandbox is None:
        net.kernel.work(net.part, span, verb="lost", subject=ip, phrase="network.gone", level=packet["level"],
                        args={"node": net.node, "address": ip})
        return
    client = packet["from"]
    local = client["host"] and client["node"] == net.node  # a node may always reach its own pods: the kubelet's probes
    if not local and not network_policy.may_receive(net.state["policies"], ip, client["ip"], port, packet["protocol"]):
        net.kernel.work(net.part, span, verb="drop", subject=sandbox["name"], phrase="network.denied-in", level=packet["level"],
                        args={"node": net.node, "client": client["pod"], "server": sandbox["name"]})
        return
    container = sockets.listener(net.runtime, sandbox, port, net.kernel.now)
    _deliver(net, packet, sandbox, container, span)


def _deliver(net: NodeNetwork, packet: Object, sandbox: Object, container: Object | None, span: int) -> None:
    ask, part = packet["ask"], f"pod/{sandbox['namespace']}/{sandbox['name']}"
    old = ask.get("connection", "")
    if old and (container is None or container["id"] != old):
        reply(net, packet, part, {"closed": True}, span, "network.refuses", verb="closed", what="")
    elif container is None:
        reply(net, packet, part, {"refused": True}, span, "network.refuses", verb="reset")
    elif hangs(container):
        net.kernel.work(part, span, verb="hang", subject=sandbox["name"], phrase="network.hangs", level=packet["level"],
                        args={"server": sandbox["name"]})
    elif ask["kind"] == "dns":
        found = pod_process.look_up(net, container, ask)
        reply(net, packet, part, found, span, "network.answers", verb=found["code"], what=pod_process.in_words(found))
    else:
        net.kernel.timer(net.part, container["program"]["latency"], "served", [packet, container["id"], part], cause=span)


def served(net: NodeNetwork, what: list[Any], span: int) -> None:
    """The program has its answer ready, if it still runs."""
    packet, number, part = what
    container = net.runtime["containers"].get(number)
    if container is None or not sockets.runs(container, net.kernel.now):
        reply(net, packet, part, {"reset": True}, span, "network.breaks", verb="reset")
        return
    if hangs(container):
        return
    program = container["program"]
    rows = data_files.touch(net.runtime, container, packet["ask"].get("verb") == "POST") if program["data"] else 0
    status = 200 if program["healthy"] else 503
    text = str(program["says"]).replace("{pod}", container["pod"]).replace("{rows}", str(rows))
    reply(net, packet, part, {"status": status, "text": text}, span, "network.answers", verb=str(status),
          what=text if program["serves"] != "http" else f"{status} {'OK' if status == 200 else 'Service Unavailable'}",
          container=number)
    net.runtime["containers"][number] = {**container, "served": container.get("served", 0) + 1}  # it has used CPU for it


def reply(net: NodeNetwork, packet: Object, part: str, answer: Object, span: int, phrase: str, *, verb: str = "",
          what: str = "", container: str = "") -> None:
    """The packet back, the way it came."""
    told = [part, packet["from"]["part"]]
    body = {"source": packet["source"], "id": packet["id"], "step": packet["step"], "answer": answer, "back": packet["back"],
            "container": container, "told": told}
    target = packet["back"][-1] if packet["back"] else packet["source"]
    net.send(target, "reply", body, span, told, verb=verb, subject=packet["from"]["pod"], phrase=phrase, level=packet["level"],
             args={"server": net.node if part == net.part else part.rpartition("/")[2], "client": packet["from"]["pod"],
                   "port": packet["to"][1], "what": what})


# The machine's own address

def _host(net: NodeNetwork, packet: Object, span: int) -> None:
    ip, port = packet["to"]
    if f"* {port} {packet['protocol']}" in net.addresses or f"{ip} {port} {packet['protocol']}" in net.addresses:
        _pass_on(net, packet, span)
        return
    part = f"{net.node}/network"
    found = sockets.host_listener(net.runtime, port, net.kernel.now)
    process = HOST_PORTS.get(port, "")
    if found is not None:
        _deliver(net, packet, *found, span)
    elif process and net.kernel.is_running(f"{net.node}/{process}"):
        reply(net, packet, part, {"status": 200, "text": "ok"}, span, "network.answers", verb="200", what="200 OK")
    elif (health := _health(net, port)) is not None:
        status = 200 if health else 503
        reply(net, packet, part, {"status": status, "text": f"{health} local endpoints"}, span, "network.answers",
              verb=str(status), what=f"{status}, {health} local endpoints")
    else:
        reply(net, packet, part, {"refused": True}, span, "network.refuses", verb="reset")


def _health(net: NodeNetwork, port: int) -> int | None:
    """What kube-proxy tells a load balancer that asks: how many endpoints of a Service with policy Local are here."""
    if not net.kernel.is_running(f"{net.node}/kube-proxy"):
        return None
    return next((max((len(entry["outside"]) for entry in rule["table"]), default=0) for rule in net.state["rules"].values()
                 if rule.get("healthCheckNodePort") == port), None)


def _pass_on(net: NodeNetwork, packet: Object, span: int) -> None:
    """A node port: to an endpoint; in the client's place stands this node (masquerade), so the answer comes by here."""
    ip, port = packet["to"]
    where = packet_path.route(net, packet["from"]["ip"], ip, port, packet["protocol"], arrived=True)
    args = {"node": net.node, "port": port, "service": where["service"].rpartition("/")[2]}
    if where["do"] != "send" or where["node"] is None:
        span = net.kernel.work(net.part, span, verb=where["do"], subject=where["service"], level=packet["level"], args=args,
                               phrase=f"network.node-port-{where['do']}")
        if where["do"] == packet_path.REJECT:
            reply(net, packet, net.part, {"refused": True}, span, "network.refuses", verb="reset")
        return
    address = f"{where['address']}:{where['port']}"
    span = net.kernel.work(net.part, span, verb="rule", subject=where["service"], phrase="network.node-port",
                           level=packet["level"], args={**args, "address": address, "rule": where["rule"], "of": where["of"]})
    client = packet["from"]
    if net.state["rules"][where["service"]]["external"] == "Cluster":  # Local keeps the client's own address
        client = {**client, "ip": ip, "node": net.node, "host": True}
    onward = {**packet, "from": client, "to": [where["address"], where["port"]], "back": [*packet["back"], net.part]}
    server = where["pod"] or where["address"]
    told = [net.part, f"pod/{server}" if "/" in server else f"{where['node']}/network"]
    net.send(f"{where['node']}/network", "packet", onward, span, told, verb="forward", subject=server, level=packet["level"],
             phrase="network.passes-on", args={"node": net.node, "server": server.rpartition("/")[2], "other": where["node"]})
