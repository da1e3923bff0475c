"""Clients that ask again and again: when the next request goes out, and what became of the last ones.

A loop is open: it asks at its rate whether or not the earlier requests were answered. Its requests are background; the
first that fails after some went well is a story, and so is the first that goes well again. Counts are kept for each
client and what it asks for; losses are told as facts one by one, the rest once a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import DETAIL, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import connection, resolver, sockets, tally

if TYPE_CHECKING:
    from cluster_sim.node.node_network import NodeNetwork

register_phrases({
    "client.begins": "{client} begins to ask {url} {rate} times a second",
    "client.asks": "{client} asks {url}",
    "client.lost": "{client} loses a request to {url}: {why}",
    "client.again": "{client} reaches {url} again; {count} requests were lost",
}, file="cluster_sim/node/traffic_loop.py")

Object = dict[str, Any]
MOST_OPEN = 1_000  # requests of one client that wait for an answer

WHY = {
    "refused": "connection refused", "timeout": "no answer came in time", "reset": "the connection broke",
    "no-such-host": "DNS knows no such name", "dns-timeout": "DNS did not answer in time",
    "dns-refused": "nobody listens at the DNS server's address", "dns-failed": "the DNS server could not answer",
}


def why(reason: str) -> str:
    """A reason in words."""
    return WHY.get(reason) or reason.replace("status-", "HTTP status ")


def client_of(container: Object, sandbox: Object, node: str) -> Object:
    """Who sends: an address, a pod, its resolv.conf."""
    return {"ip": sandbox["ip"], "pod": sandbox["name"], "namespace": sandbox["namespace"], "node": node,
            "part": f"pod/{sandbox['namespace']}/{sandbox['name']}", "host": bool(sandbox.get("host_network")),
            "dns": sandbox.get("dns") or resolver.config({"spec": {}, "metadata": {"namespace": sandbox["namespace"]}})}


def begin(net: NodeNetwork, container: Object, sandbox: Object, span: int) -> None:
    """The client's process runs: its first request comes within one period, not at the same moment as everybody's."""
    asks, client = container["program"]["client"], client_of(container, sandbox, net.node)
    row = {"asks": asks, "client": client, "target": target_of(asks["url"], client["namespace"]), "left": asks["requests"],
           "open": 0, "lost": 0, "endpoint": None, "sent": 0, "told": net.kernel.now}
    net.state["clients"][container["id"]] = row
    net.kernel.work(client["part"], span, verb="begin", subject=asks["url"], phrase="client.begins", level=DETAIL,
                    args={"client": client["pod"], "url": asks["url"], "rate": f"{SECOND / asks['period']:g}"})
    net.kernel.timer(net.part, asks["delay"] + net.kernel.draw(f"client {client['part']}", asks["period"]), "ask",
                     container["id"], background=True)


def target_of(url: str, namespace: str) -> str:
    """What a URL is about, for the counts: `namespace/service` of a name in the cluster, else the host."""
    host = connection.split_url(url)["host"].rstrip(".")
    words = host.removesuffix(f".{resolver.CLUSTER_DOMAIN}").split(".")
    if resolver.is_address(host) or (len(words) > 1 and words[2:3] != ["svc"] and len(words) != 2) or host.endswith(".com"):
        return host
    return f"{words[1] if len(words) > 1 else namespace}/{words[0]}"


def ask(net: NodeNetwork, number: str, span: int) -> None:
    """Time for the next request of a client, if it still runs."""
    row = net.state["clients"].get(number)
    container = net.runtime["containers"].get(number)
    if row is None or container is None or not sockets.runs(container, net.kernel.now) \
            or number in net.runtime["stopping"]:
        net.state["clients"].pop(number, None)
        return
    asks, client = row["asks"], row["client"]
    row["left"] -= 1
    if row["left"] != 0:
        net.kernel.timer(net.part, asks["period"], "ask", number, background=True)
    if container.get("hung_at") is not None or row["open"] >= MOST_OPEN:
        return
    net.kernel.tell(span, "client.asks", {"client": client["pod"], "url": asks["url"]})
    tally.sent(net.tally(f"{client['namespace']}/{client['pod']} {row['target']}"))
    row["sent"] += 1
    row["open"] += 1
    connection.begin(net, {"kind": "loop", "container": number}, client, asks["url"], asks["timeout"], span,
                     verb=asks["verb"], endpoint=row["endpoint"])


def finished(net: NodeNetwork, call: Object, reason: str, answer: Object, span: int) -> None:
    """A request of a loop is over."""
    client, now = call["from"], net.kernel.now
    row = net.state["clients"].get(call["owner"]["container"])
    target = target_of(call["url"], client["namespace"])
    name = f"{client['namespace']}/{client['pod']} {target}"
    counts = net.tally(name)
    net.latest[name] = {"at": now, "took": now - call["begun"], "reason": reason, "hop": call["hop"], "dns": call["server"],
                        "service": call["service"], "kept": bool(call["connection"])}
    tally.finished(counts, reason, now - call["begun"], call["hop"])
    if reason:
        net.kernel.note("lost", [target, reason])
    if row is None:
        return
    row["open"] -= 1
    if row["asks"]["keepalive"]:
        kept = {"container": call["container"], "service": call["service"], "address": call["hop"]["address"],
                "port": call["hop"]["port"]} if not reason and call["hop"] else None
        row["endpoint"] = kept
    if now - row["told"] >= SECOND:
        net.kernel.note("requests", [target, row["sent"]])
        row.update(told=now, sent=0)
    args = {"client": client["pod"], "url": call["url"], "why": why(reason), "count": row["lost"]}
    if reason and not row["lost"]:
        net.kernel.work(client["part"], span, verb="lost", subject=target, phrase="client.lost", args=args, level=STORY,
                        also=connection.silence(net, call) if reason.endswith("timeout") else (),
                        detail={"reason": reason, "endpoint": (call["hop"] or {}).get("endpoint", ""), "url": call["url"]})
    elif not reason and row["lost"] and now - row.get("lost_at", 0) >= SECOND:
        net.kernel.work(client["part"], span, verb="again", subject=target, phrase="client.again", args=args, level=STORY)
        row["lost"] = 0
    if reason:
        row.update(lost=row["lost"] + 1, lost_at=now)
