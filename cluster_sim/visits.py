"""Requests from outside the cluster: a person's browser (or curl) asks a machine's node port or a balanced address.

From out there only machines have addresses, and what their rules let in: node ports, external addresses, and those that
a load balancer was given (`status.loadBalancer`); a cluster IP or a pod's address leads nowhere. Whoever carries a
balanced address to a machine is outside, too: it tries machines that run and have rules for it, and with
`externalTrafficPolicy: Local` only those whose health check says that an endpoint is there.

Without a controller that assigns such addresses a Service of type LoadBalancer stays without one (`<pending>`), as on
bare machines; its node port works.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cluster_sim.apps.client import split_url
from cluster_sim.kernel import DETAIL, MS, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object
from cluster_sim.responses import Call, Response

if TYPE_CHECKING:
    from cluster_sim.facts import Facts
    from cluster_sim.kernel import Kernel
    from cluster_sim.user import User

register_phrases({
    "visit.asks": "You ask {url}",
    "visit.goes": "Your request to {url} goes to {node}",
    "visit.nowhere": "Nobody outside the cluster can reach {host}: your request is lost",
    "visit.answered": "You get an answer from {url}: {what}",
    "visit.failed": "Your request to {url} fails: {why}",
}, file="cluster_sim/visits.py")

KINDS = ("reply", "visit-over")
PATIENCE = 5  # seconds
Object = dict[str, Any]


class Visiting:
    """The part of the public face that sends requests from outside."""

    kernel: Kernel
    _facts: Facts

    if TYPE_CHECKING:
        def _user(self, name: str) -> User: ...
        def _note(self, kind: str, by: str, command_id: str | None, body: Any) -> Any: ...
        def _advance_while(self, waiting: Callable[[], bool], limit: int) -> bool: ...

    def visit(self, url: str, user: str = "admin", timeout: float = PATIENCE) -> Response:
        """Ask a URL from outside (`http://worker-1:30080/`) and let time pass until there is an answer, or none.

        → Response: `body` is the text; when nobody answered, `error` says why in curl's words.
        """
        call = self.submit_visit(url, user, timeout)
        self._advance_while(lambda: call.response is None, round((timeout + 1) * SECOND))
        return call.response or Response(503, None, error="curl: (28) Connection timed out")

    def submit_visit(self, url: str, user: str = "admin", timeout: float = PATIENCE, id: str | None = None) -> Call:  # noqa: A002
        """Send it; → its Call at once."""
        self._note("visit", user, id, {"url": url, "timeout": timeout})
        sender = self._user(user)
        self._facts.note(self.kernel.now / SECOND, "act", {"verb": "visit", "resource": "urls", "namespace": None, "name": url,
                                                           "subresource": None, "by": user})
        return Call(sender, *begin(sender, url, round(timeout * SECOND)))


def begin(user: User, url: str, timeout: int) -> tuple[str, int]:
    """Send one; → its number and its first span."""
    kernel, parts = user.kernel, split_url(url)
    user.state["next"] = number = user.state["next"] + 1
    user.state.setdefault("visits", {})[str(number)] = url
    first = kernel.work(user.part, 0, verb="visit", subject=url, phrase="visit.asks", args={"url": url}, level=STORY)
    kernel.timer(user.part, timeout, "visit-over", {"id": number, "timeout": timeout}, cause=first)
    node, address = _entrance(kernel, parts["host"], parts["port"])
    if node is None:
        kernel.work(user.part, first, verb="lost", subject=url, phrase="visit.nowhere", args={"host": parts["host"]},
                    level=STORY)
        return str(number), first
    client = {"ip": _address_of(user), "pod": user.name, "namespace": "", "node": "", "part": user.part, "host": False}
    ask = {"kind": "http" if parts["scheme"].startswith("http") else "tcp", "verb": "GET", "path": parts["path"],
           "host": parts["host"], "connection": ""}
    packet = {"source": user.part, "id": number, "step": "visit", "back": [], "from": client, "to": [address, parts["port"]],
              "protocol": "TCP", "ask": ask, "level": STORY}
    kernel.send(user.part, f"{node}/network", "packet", packet, first, verb="GET", subject=url, phrase="visit.goes",
                args={"url": url, "node": node}, level=DETAIL)
    return str(number), first


def heard(user: User, kind: str, payload: Object, span: int) -> None:
    """An answer, or the end of patience."""
    number = str(payload["id"])
    url = user.state.get("visits", {}).pop(number, None)
    if url is None:
        return
    if not user.state["visits"]:
        del user.state["visits"]
    found = payload.get("answer") or {}
    if "status" in found:
        user.answers[number] = [found["status"], found["text"], {}, ""]
        user.kernel.work(user.part, span, verb="answer", subject=url, phrase="visit.answered", level=STORY,
                         args={"url": url, "what": f"{found['status']}, {found['text']}"})
        return
    host = split_url(url)
    why = "connection refused" if found.get("refused") else "the connection broke" if found else "no answer came in time"
    said = {"connection refused": f"curl: (7) Failed to connect to {host['host']} port {host['port']}: Connection refused",
            "the connection broke": "curl: (56) Recv failure: Connection reset by peer"}.get(
        why, f"curl: (28) Connection timed out after {payload.get('timeout', 0) // MS} milliseconds")
    user.answers[number] = [503, None, {}, said]
    user.kernel.work(user.part, span, verb="failed", subject=url, phrase="visit.failed", args={"url": url, "why": why},
                     level=STORY)


def _address_of(user: User) -> str:
    """A person's address, somewhere outside."""
    return f"198.51.100.{10 + sum(user.name.encode()) % 240}"


def _entrance(kernel: Kernel, host: str, port: int) -> tuple[str | None, str]:
    """(machine, address) where a request from outside comes in."""
    for name, machine in kernel.machines.items():
        if host in (name, node_object.address(machine)):
            return name, node_object.address(machine)
    able = []
    for name in kernel.machines:
        network = kernel.components.get(f"{name}/network")
        for rule in network.state.get("rules", {}).values() if network is not None and kernel.is_running(network.part) else ():
            if host in rule["outside"] and any(entry["port"] == port and (rule["external"] != "Local" or entry["outside"])
                                               for entry in rule["table"]):
                able.append(name)
    return (able[kernel.draw(f"entrance {host}", len(able))], host) if able else (None, host)
