"""A machine's network as its operating system has it: tables of rules, open requests, and the packets between.

This is no process but the kernel of the machine. kube-proxy and the network policy agent only write its tables; they are
in the way of no packet, and when they stop, the tables stay as they are and grow old. What a process hands to its own
machine's kernel is a system call, here a method; what goes from machine to machine is a message. Without power all of it
is gone.

A request is one packet there and one back (a real TCP connection takes a few more of the same kind): the client's node
looks a Service's address up in its rules and puts the address of an endpoint in its place (DNAT), remembers that for the
connection (conntrack), and the endpoint's node delivers it to the pod. Rooms beside this file: `packet_path` (where to),
`connection` (the client's side), `serving` (the other side), `traffic_loop` (clients that ask again and again).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import Component
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import connection, packet_path, pod_process, serving, tally, traffic_loop

Object = dict[str, Any]
register_phrases({"network.back": "The answer goes back by way of {node}"}, file="cluster_sim/node/node_network.py")

TALLIES_KEPT = 200


def of(process: Component) -> NodeNetwork:
    """The kernel of the machine a process runs on, which it reaches by system calls."""
    network = process.kernel.components[f"{process.node}/network"]
    assert isinstance(network, NodeNetwork)
    return network


class NodeNetwork(Component):
    """Part `NODE/network`."""

    kind = "network"

    def reset(self) -> None:
        """The machine lost its power: tables and connections are memory."""
        self.state.clear()
        self.state.update({"next": 0, "rules": {}, "affinity": {}, "policies": {}, "asked": {}, "clients": {}, "tallies": {},
                           "sweep": None})

    def rebuild(self) -> None:
        """The table of addresses, from the rules."""
        self.addresses = packet_path.index(self.state["rules"])
        self.homes: dict[str, str] = {}  # pod address → machine, as last found
        self.latest: dict[str, Object] = {}  # what became of each client's last request; for readers only, no state

    def start(self, cause: int) -> None:
        """The machine has power again: what its pods' processes had open is closed."""
        pod_process.clear(self, cause)

    def lose_power(self) -> None:
        """The processes of its pods that are parts of their own go with it, and nobody is told."""
        pod_process.lose_power(self, 0)

    @property
    def runtime(self) -> Object:
        """What really runs here: the container runtime's containers, which outlive its process."""
        return self.kernel.components[f"{self.node}/container-runtime"].state

    @property
    def zone(self) -> str | None:
        """The machine's zone."""
        zone: str | None = self.kernel.machines[self.node]["zone"]
        return zone

    # System calls

    def restore_rules(self, changed: dict[str, Object], removed: list[str]) -> None:
        """iptables-restore: kube-proxy replaces the rules of some Services."""
        kept = {key: rule for key, rule in self.state["rules"].items() if key not in removed}
        self.state["rules"] = {**kept, **changed}
        for key in removed:
            self.state["affinity"].pop(key, None)
        self.addresses = packet_path.index(self.state["rules"])

    def restore_policies(self, policies: dict[str, Object]) -> None:
        """The policy agent replaces its rules: address of a pod here → what it may send and receive."""
        self.state["policies"] = policies

    def process_started(self, container: Object, sandbox: Object, span: int) -> None:
        """A container's process runs; some open connections by themselves."""
        if container["program"]["client"] is not None:
            traffic_loop.begin(self, container, sandbox, span)
        elif container["program"]["process"]:
            pod_process.begin(self, container, sandbox, span)

    def process_ended(self, container: Object, span: int) -> None:
        """It is gone, and what it had open is closed."""
        self.state["clients"].pop(container["id"], None)
        pod_process.end(self, container, span)

    # Packets

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """Packets, answers, and the timers of what is under way."""
        if kind == "packet":
            serving.arrive(self, payload, span)
        elif kind == "reply":
            self._reply(payload, span)
        elif kind == "ask":
            traffic_loop.ask(self, payload, span)
        elif kind == "served":
            serving.served(self, payload, span)
        elif kind == "outside":
            connection.answered(self, payload, span)
        elif kind == "time-out":
            connection.sweep(self, span)

    def _reply(self, reply: Object, span: int) -> None:
        """An answer for a process here, or one that only passes on its way back."""
        back = reply["back"]
        if back and back[-1] == self.part:
            reply = {**reply, "back": back[:-1]}
            self.send((reply["back"] or [reply["source"]])[-1], "reply", reply, span, reply["told"], verb="back",
                      phrase="network.back", args={"node": self.node})
        else:
            connection.answered(self, reply, span)

    def send(self, target: str, kind: str, payload: Object, span: int, told: list[str], **said: Any) -> int:
        """Put a packet on the wire (or straight into a pod of this machine)."""
        return self.kernel.send(self.part, target, kind, payload, span, told=(told[0], told[1]), **said)

    def script_goes_on(self, call: Object, reason: str, answer: Object, span: int) -> None:
        """A script in a container has its answer."""

    def tally(self, name: str) -> Object:
        """The counts of a client, by its pod and what it asks for."""
        tallies = self.state["tallies"]
        if name not in tallies:
            if len(tallies) >= TALLIES_KEPT:
                del tallies[next(iter(tallies))]
            tallies[name] = tally.new()
        counts: Object = tallies[name]
        return counts

    def view(self) -> Object:
        """The tables, and what clients here have counted."""
        counts = {name: tally.told(counts) for name, counts in self.state["tallies"].items()}
        return {**super().view(), "rules": self.state["rules"], "policies": self.state["policies"], "requests": counts,
                "open": len(self.state["asked"])}
