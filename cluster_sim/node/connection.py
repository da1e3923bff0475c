"""One request as its client's machine sees it: look the name up, connect, send, wait for the answer.

What is under way is plain data in the network's state ("asked"), by number. A request ends with a reason, "" if it was
answered well: `refused` (a reset came back: nobody listens, or the rules reject it), `timeout` (nothing came back),
`reset` (the connection broke before the answer), `no-such-host`, `dns-timeout`, `dns-refused`, `dns-failed` (the name
could not be looked up), `status-503` and the like.

Whoever asked is told by its kind ("owner"): a client's loop, or a script in a container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apps.client import split_url
from cluster_sim.kernel import DETAIL, MS
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import network_policy, outside, packet_path, resolver, traffic_loop

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

register_phrases({
    "network.looks-up": "{client} asks DNS at {server} for {name}",
    "network.asks": "{client} asks {server} on {node}: {what}",
    "network.asks-same": "{client} asks {server} on its own node {node}: {what}",
    "network.rule": "{node}'s rules for {service} send it to {address} (rule {rule} of {of})",
    "network.held": "{node}'s rules for {service} send it to {address}, where this client was before (rule {rule} of {of})",
    "network.reject": "{node}'s rules refuse it: {service} has no endpoint to send it to",
    "network.drop": "{node}'s rules drop it: {service} has no endpoint on this node",
    "network.nowhere": "{node} sends it to {address}, which nobody has: it is lost",
    "network.denied-out": "A network policy on {node} drops what {client} sends to {address}",
    "network.waited": "On {node} somebody has waited long enough for an answer",
}, file="cluster_sim/node/connection.py")

Object = dict[str, Any]
OUTSIDE_TIME = 20 * MS  # to somewhere beyond the cluster and back


def begin(net: NodeNetwork, owner: Object, client: Object, url: str, timeout: int, span: int, *, verb: str = "GET",
          kind: str = "", level: int = DETAIL, endpoint: Object | None = None) -> str:
    """Ask a URL (kind "dns": only look its name up); → the request's number. `endpoint`: over an open connection."""
    parts = split_url(url)
    net.state["next"] = number = net.state["next"] + 1
    call = {"id": number, "owner": owner, "from": client, "url": url, **parts, "verb": verb, "level": level,
            "kind": kind or ("http" if parts["scheme"].startswith("http") else "tcp"), "begun": net.kernel.now,
            "deadline": net.kernel.now + timeout, "due": 0, "step": "", "names": [], "attempt": 0, "hop": None, "service": "",
            "server": "", "connection": ""}
    net.state["asked"][str(number)] = call
    if endpoint is not None:
        call.update(connection=endpoint["container"], service=endpoint["service"])
        _connect(net, call, endpoint["address"], endpoint["port"], span)
    else:
        _resolve(net, call, span)
    return str(number)


# The name

def _resolve(net: NodeNetwork, call: Object, span: int) -> None:
    host, dns = call["host"], call["from"]["dns"]
    if call["kind"] != "dns" and (resolver.is_address(host) or host in dns["hosts"] or host == "localhost"):
        address = "127.0.0.1" if host == "localhost" else dns["hosts"].get(host, host)
        _connect(net, call, address, call["port"], span)
        return
    call["names"] = resolver.candidates(host, dns)
    _next_name(net, call, span)


def _next_name(net: NodeNetwork, call: Object, span: int) -> None:
    if not call["names"]:
        finish(net, call, "no-such-host", {}, span)
        return
    call["attempt"] = 0
    _query(net, call, span)


def _query(net: NodeNetwork, call: Object, span: int) -> None:
    servers = call["from"]["dns"]["nameservers"]
    if not servers or call["attempt"] >= resolver.ATTEMPTS * len(servers):
        finish(net, call, call.get("trouble") or "dns-timeout", {}, span)
        return
    server = servers[call["attempt"] % len(servers)]
    call.update(step="dns", attempt=call["attempt"] + 1, server=server, trouble="dns-timeout")
    _wait(net, call, net.kernel.now + resolver.PATIENCE)
    ask = {"kind": "dns", "name": call["names"][0], "types": call.get("types") or ["A", "AAAA"]}
    span = net.kernel.work(call["from"]["part"], span, verb="query", subject=call["names"][0], phrase="network.looks-up",
                           args={"client": call["from"]["pod"], "server": server, "name": call["names"][0]}, level=DETAIL)
    if server == resolver.NODE_RESOLVER:
        _beyond(net, call, outside.look_up(ask["name"]), span)
    else:
        _send(net, call, server, 53, "UDP", ask, span)


def _found(net: NodeNetwork, call: Object, found: Object, span: int) -> None:
    """The name server has answered."""
    if found["code"] == "SERVFAIL":
        call["trouble"] = "dns-failed"
        _query(net, call, span)
    elif call["kind"] == "dns" and found["answers"]:
        finish(net, call, "", {"dns": found, "name": call["names"][0]}, span)
    elif not found["addresses"]:
        call["names"] = call["names"][1:]
        _next_name(net, call, span)
    else:
        _connect(net, call, found["addresses"][0], call["port"], span)


# The connection

def _connect(net: NodeNetwork, call: Object, ip: str, port: int, span: int) -> None:
    call["step"] = "connect"
    _wait(net, call, call["deadline"])
    ask = {"kind": call["kind"], "verb": call["verb"], "path": call["path"], "host": call["host"],
           "connection": call["connection"]}
    if outside.has(ip):
        _beyond(net, call, outside.answer(ip), span)
    else:
        _send(net, call, ip, port, "TCP", ask, span)


def _send(net: NodeNetwork, call: Object, ip: str, port: int, protocol: str, ask: Object, span: int) -> None:
    """One packet: through the rules of this node, then off to whoever has the address."""
    client, level = call["from"], call["level"]
    own = ip == "127.0.0.1"
    where = {"do": "send", "node": net.node, "address": client["ip"], "port": port, "service": "", "rule": 0, "of": 0} \
        if own else packet_path.route(net, client["ip"], ip, port, protocol)
    if where["service"] and ask["kind"] != "dns":
        call["service"] = where["service"]
    args = {"node": net.node, "client": client["pod"], "service": where["service"].rpartition("/")[2],
            "address": where.get("address", ip)}
    if where["do"] != "send" or where["node"] is None:
        fate = where["do"] if where["do"] != "send" else packet_path.NOWHERE
        span = net.kernel.work(net.part, span, verb=fate, subject=ip, phrase=f"network.{fate}", args=args, level=level)
        if fate == packet_path.REJECT:
            _back(net, call, {"refused": True}, span)
        return
    if where["service"]:
        phrase = "network.held" if where["held"] else "network.rule"
        address = f"{where['address']}:{where['port']}"
        span = net.kernel.work(net.part, span, verb="rule", subject=where["service"], phrase=phrase, level=level,
                               args={**args, "address": address, "rule": where["rule"], "of": where["of"]})
    if not client["host"] and not network_policy.may_send(net.state["policies"], client["ip"], where, protocol):
        net.kernel.work(net.part, span, verb="drop", subject=where["address"], phrase="network.denied-out", args=args,
                        level=level)
        return
    server = _pod_at(net, where)
    if ask["kind"] != "dns" or call["kind"] == "dns":
        zone = net.kernel.machines[where["node"]]["zone"]
        call["hop"] = {"endpoint": server, "node": where["node"], "address": where["address"], "port": where["port"],
                       "sameNode": where["node"] == net.node,
                       "sameZone": None if zone is None or net.zone is None else zone == net.zone}
    packet = {"source": net.part, "id": call["id"], "step": f"{call['step']} {call['attempt']}", "back": [], "from": client,
              "to": [where["address"], where["port"]], "protocol": protocol, "ask": ask, "level": level}
    what = f"{ask['name']}?" if ask["kind"] == "dns" else f"{ask['verb']} {ask['path']}"
    same = "network.asks-same" if where["node"] == net.node else "network.asks"
    call["packet"] = net.send(f"{where['node']}/network", "packet", packet, span, [client["part"], _part(server, where["node"])],
        verb=ask.get("verb", "query"), subject=what, level=level, phrase=same,
        args={"client": client["pod"], "server": server.rpartition("/")[2], "node": where["node"], "what": what})


def _pod_at(net: NodeNetwork, where: Object) -> str:
    """`namespace/name` of the pod that has an address, as far as the rules or the machine there know; else the address."""
    if where.get("pod"):
        return str(where["pod"])
    runtime = net.kernel.components.get(f"{where['node']}/container-runtime")
    uid = runtime.state["addresses"].get(where["address"]) if runtime is not None else None
    for sandbox in runtime.state["sandboxes"].values() if runtime is not None and uid else ():
        if sandbox["uid"] == uid:
            return f"{sandbox['namespace']}/{sandbox['name']}"
    return str(where["address"])


def _part(server: str, node: str) -> str:
    return f"pod/{server}" if "/" in server else f"{node}/network"


def _beyond(net: NodeNetwork, call: Object, answer: Object, span: int) -> None:
    """Something outside the cluster answers, after a while."""
    reply = {"id": call["id"], "step": f"{call['step']} {call['attempt']}", "answer": answer, "back": [], "container": ""}
    net.kernel.timer(net.part, OUTSIDE_TIME, "outside", reply, cause=span)


# What comes back

def answered(net: NodeNetwork, reply: Object, span: int) -> None:
    """An answer has come; one to an earlier try counts no more."""
    call = net.state["asked"].get(str(reply["id"]))
    if call is not None and reply["step"] == f"{call['step']} {call['attempt']}":
        call["container"] = reply.get("container", "")
        _back(net, call, reply["answer"], span)


def _back(net: NodeNetwork, call: Object, answer: Object, span: int) -> None:
    if call["step"] == "dns":
        if answer.get("refused") or answer.get("reset"):
            call["trouble"] = "dns-refused"
            _query(net, call, span)
        else:
            _found(net, call, answer, span)
    elif answer.get("closed"):  # the server had closed this connection before: a new one
        call.update(connection="", service="")
        _resolve(net, call, span)
    elif answer.get("refused") or answer.get("reset"):
        finish(net, call, "refused" if answer.get("refused") else "reset", answer, span)
    else:
        status = answer.get("status", 200)
        finish(net, call, f"status-{status}" if status >= 500 else "", answer, span)


def _wait(net: NodeNetwork, call: Object, until: int) -> None:
    """Until when the next answer is waited for; one timer serves all."""
    call["due"] = due = min(until, call["deadline"])
    if net.state["sweep"] is None or due < net.state["sweep"]:
        net.state["sweep"] = due
        net.kernel.timer(net.part, due - net.kernel.now, "time-out", background=True)


def sweep(net: NodeNetwork, span: int) -> None:
    """Nothing came in time for some."""
    now = net.kernel.now
    if net.state["sweep"] is None or net.state["sweep"] > now:
        return
    net.state["sweep"] = None
    net.kernel.tell(span, "network.waited", {"node": net.node})
    for call in [call for call in net.state["asked"].values() if call["due"] <= now]:
        if now >= call["deadline"]:
            finish(net, call, "dns-timeout" if call["step"] == "dns" else "timeout", {}, span)
        elif call["step"] == "dns":
            _query(net, call, span)
    left = [call["due"] for call in net.state["asked"].values()]
    if left and (net.state["sweep"] is None or min(left) < net.state["sweep"]):
        net.state["sweep"] = min(left)
        net.kernel.timer(net.part, max(0, min(left) - now), "time-out", background=True)


def silence(net: NodeNetwork, call: Object) -> list[int]:
    """What lies behind an answer that did not come: the packet that got none, and the fault that kept it away."""
    node = (call["hop"] or {}).get("node", "")
    return [call["packet"], *net.kernel.behind_silence(f"{node}/network")] if call.get("packet") else []


def finish(net: NodeNetwork, call: Object, reason: str, answer: Object, span: int) -> None:
    """The request is over: tell whoever asked."""
    del net.state["asked"][str(call["id"])]
    if call["owner"]["kind"] == "loop":
        traffic_loop.finished(net, call, reason, answer, span)
    else:
        net.script_goes_on(call, reason, answer, span)
