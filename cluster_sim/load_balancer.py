"""The load balancer in front of several API servers: one address for everybody outside the control plane's machines.

It works on connections, not on requests. A new connection goes to the next server in turn; if that one refuses or does
not answer within 5 s, to the next. What belongs to an open connection follows it; a process keeps its connection, kubectl
opens one for each command. What comes back goes straight to the client (direct server return, as IPVS and Maglev do it).
Each server's port is tried every 2 s; after three failures it gets no new connections and its open ones are closed, so
that their clients come anew.

With a single control plane there is none: everybody talks to the one API server.

Source: kubeadm's guide to highly available clusters (a TCP forwarding load balancer with a TCP check of port 6443);
HAProxy's defaults (inter 2s, fall 3, rise 2, roundrobin) with on-marked-down shutdown-sessions.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import BACKGROUND, DETAIL, SECOND, STORY, Component
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases

register_connecting("connect", "request")
register_phrases({
    "load-balancer.opens": "Load balancer opens a connection for {client} to the API server on {node}",
    "load-balancer.down": "Load balancer gets no answer from the API server on {node}: it sends nobody there any more",
    "load-balancer.up": "Load balancer reaches the API server on {node} again",
    "load-balancer.check": "Load balancer tries the API servers' ports",
}, file="cluster_sim/load_balancer.py")

PART = "load-balancer"
CHECK = 2 * SECOND
FALL, RISE = 3, 2
CONNECT_TIMEOUT = 5 * SECOND
KEPT = 500  # connections of people's commands remembered; which of them have ended is not seen here


class LoadBalancer(Component):
    """Part `load-balancer`.

    backends: server → {up, streak (checks in a row that say otherwise), asked (a check is under way)};
    connections: client → server, where a person's command is a client of its own, "user/NAME#CALL";
    opening: client → {server, tried, held (messages that wait), number}.
    """

    kind = "load-balancer"

    def reset(self) -> None:
        """The process died: connections are gone; the servers are in its configuration."""
        backends = self.state.get("backends", {})
        self.state.clear()
        self.state.update({"backends": {part: {"up": True, "streak": 0, "asked": 0} for part in backends},
                           "connections": {}, "opening": {}, "turn": 0, "next": 0})

    def start(self, cause: int) -> None:
        """Begin to check. Servers count as up until they fail."""
        self.kernel.timer(self.part, CHECK, "check", background=True)

    def add(self, server: str) -> None:
        """An administrator adds a server to the configuration."""
        self.state["backends"][server] = {"up": True, "streak": 0, "asked": 0}

    def drop(self, server: str, cause: int) -> None:
        """An administrator takes a server out."""
        if self.state["backends"].pop(server, None) is not None:
            self._close_all(server, cause)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """Something of a connection, the answer to a handshake, a client or server that has gone, or a check."""
        if kind in ("request", "cancel"):
            self._pass_on(kind, payload, span)
        elif kind == "connected":
            self._connected(payload, span)
        elif kind == "refused" and payload["kind"] == "connect":
            self._failed(payload["id"], span)
        elif kind == "late":
            self._failed(payload, span)
        elif kind == "closed":
            self._gone(payload["peer"], span)
        elif kind == "check":
            self._check(span)

    # Connections

    def _pass_on(self, kind: str, payload: Any, span: int) -> None:
        client = payload["source"]
        if client.startswith("user/"):
            client = f"{client}#{payload['id']}"
        server = self.state["connections"].get(client)
        if server is not None:
            self.kernel.send(self.part, server, kind, payload, span, verb=payload.get("verb", kind),
                             subject=payload.get("path", ""))
            return
        opening = self.state["opening"].get(client)
        if opening is not None:
            opening["held"].append([kind, payload, span])
            return
        self.kernel.connect(self.part, _part(client))
        self.state["opening"][client] = {"server": "", "tried": [], "held": [[kind, payload, span]], "number": 0}
        self._open(client, span)

    def _open(self, client: str, span: int) -> None:
        """Shake hands with the next server in turn that this connection has not tried."""
        opening = self.state["opening"][client]
        servers = [part for part, row in self.state["backends"].items() if row["up"] and part not in opening["tried"]]
        if not servers:
            del self.state["opening"][client]
            for kind, payload, cause in opening["held"]:
                if "id" in payload:
                    self.kernel.send(self.part, _part(client), "refused", {"id": payload["id"], "kind": kind, "peer": self.part},
                                     cause, verb="refused", subject=kind)
            return
        self.state["turn"] = turn = self.state["turn"] + 1
        server = servers[turn % len(servers)]
        opening.update(server=server, tried=[*opening["tried"], server], number=self._connect(server, client, span))
        self.kernel.timer(self.part, CONNECT_TIMEOUT, "late", opening["number"], background=True)

    def _connect(self, server: str, client: str, span: int) -> int:
        self.state["next"] = number = self.state["next"] + 1
        process = "" if "#" in client else client  # its earlier connection is over; a person may have several
        self.kernel.send(self.part, server, "connect", {"source": self.part, "id": number, "client": process}, span,
                         verb="connect", level=DETAIL if client else BACKGROUND)
        return int(number)

    def _connected(self, payload: Any, span: int) -> None:
        server = payload["server"]
        row = self.state["backends"].get(server)
        if row is not None and row["asked"] == payload["id"]:
            self._checked(server, row, True, span)
            return
        client = self._opening(payload["id"])
        if client is None:
            return
        opening = self.state["opening"].pop(client)
        self.state["connections"][client] = server
        self.kernel.connect(self.part, server)
        if "#" in client:
            commands = [other for other in self.state["connections"] if "#" in other]
            for other in commands[:-KEPT]:
                del self.state["connections"][other]
        else:
            self.kernel.connect(client, server)
        self.kernel.tell(span, "load-balancer.opens", {"client": _part(client), "node": server.partition("/")[0]})
        for kind, message, cause in opening["held"]:
            self.kernel.send(self.part, server, kind, message, cause, verb=message.get("verb", kind),
                             subject=message.get("path", ""))

    def _failed(self, number: int, span: int) -> None:
        """A handshake was refused or took too long."""
        for server, row in self.state["backends"].items():
            if row["asked"] == number:
                self._checked(server, row, False, span)
                return
        client = self._opening(number)
        if client is not None:
            self._open(client, span)

    def _opening(self, number: int) -> str | None:
        return next((client for client, row in self.state["opening"].items() if row["number"] == number), None)

    def _gone(self, peer: str, span: int) -> None:
        """A client's or a server's process died; a server's clients hear it themselves and come again."""
        self.state["connections"].pop(peer, None)
        self.state["opening"].pop(peer, None)
        self._close_all(peer, span, heard=True)

    def _close_all(self, server: str, span: int, heard: bool = False) -> None:
        """End a server's connections; processes may have `heard` it, people's commands are told here."""
        calls: dict[str, list[str]] = {}
        for client in [client for client, other in self.state["connections"].items() if other == server]:
            del self.state["connections"][client]
            if "#" in client:
                calls.setdefault(_part(client), []).append(client.partition("#")[2])
            elif not heard:
                self.kernel.disconnect(client, server)
                self._reset(client, {}, span)
        for user, numbers in calls.items():
            self._reset(user, {"calls": numbers}, span)

    def _reset(self, client: str, more: dict[str, Any], span: int) -> None:
        self.kernel.send(self.part, client, "closed", {"peer": self.part, "at": self.kernel.now, **more}, span, verb="reset",
                         subject=self.part)

    # Checks

    def _check(self, span: int) -> None:
        self.kernel.timer(self.part, CHECK, "check", background=True)
        self.kernel.tell(span, "load-balancer.check")
        for server, row in self.state["backends"].items():
            if row["asked"]:
                self._checked(server, row, False, span)
            row["asked"] = self._connect(server, "", span)

    def _checked(self, server: str, row: dict[str, Any], answered: bool, span: int) -> None:
        row["asked"] = 0
        if answered == row["up"]:
            row["streak"] = 0
            return
        row["streak"] += 1
        if row["streak"] < (RISE if answered else FALL):
            return
        row.update(up=answered, streak=0)
        node = server.partition("/")[0]
        span = self.kernel.work(self.part, span, verb="mark", subject=server, level=STORY, args={"node": node},
                                phrase="load-balancer.up" if answered else "load-balancer.down",
                                also=[] if answered else self.kernel.behind_silence(server))
        if not answered:
            self._close_all(server, span)

    def view(self) -> dict[str, Any]:
        """The servers, whether each is up, and which connections it carries."""
        servers = {server: {"up": row["up"], "clients": [client for client, other in self.state["connections"].items()
                                                         if other == server and "#" not in client]}
                   for server, row in self.state["backends"].items()}
        return {**super().view(), "servers": servers}


def _part(client: str) -> str:
    """The part that a client is, or whose command it is."""
    return client.partition("#")[0]
