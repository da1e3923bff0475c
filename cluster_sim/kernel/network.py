"""The simulated network: how long a message takes between two parts, and whether it arrives.

Latency depends on where the two parts are: the same machine, the API server and its etcd, or two machines. Cuts, slow
and lossy links are faults: they live here and nowhere else. A real network has queues, loss and jitter; ours has none
unless a fault adds it, so that what a learner sees is the protocol and not the weather.

Everything here goes over TCP, so a packet that a lossy link loses is sent again: after 200 ms, then twice as long each
time (RFC 6298; Linux' TCP_RTO_MIN), and what was sent later waits for it. After 45 s without an answer to its pings HTTP/2
gives a connection up and tries another (client-go: 30 s idle, 15 s for the ping); so long may a message be late. Only a
cut keeps messages away.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel.draws import Draws

LOCAL = 200  # µs within one machine (a unix socket)
ETCD = 500  # µs between the API server and its etcd
HOP = 1_000  # µs between two machines
RETRANSMIT = 200_000  # µs until a lost packet is sent again, the first time
GIVEN_UP = 45_000_000


class Network:
    """Latency and reachability between parts. `state` is plain data and part of the cluster's state."""

    def __init__(self, state: dict[str, Any] | None = None, draws: Draws | None = None) -> None:
        self.state: dict[str, Any] = {"cuts": {}, "slow": {}} if state is None else state
        self.state.setdefault("last", {})
        self.draws = draws
        self._begin()

    def _begin(self) -> None:
        self._lossy: dict[str, list[Any]] = self.state.get("lossy") or {}
        # whether messages could overtake each other
        self.ordered = bool(self.state["slow"] or self._lossy or self.state["last"])
        self._latency: dict[tuple[str, str], int | None] = {}
        self._known: dict[str, list[tuple[str, str]]] = {}  # part → its links of which the latency is known

    def latency(self, source: str, target: str) -> int | None:
        """Microseconds from `source` to `target`; None: the message is lost."""
        key = (source, target)
        if key not in self._latency:
            self._latency[key] = self._measure(source, target)
            for part in key:
                self._known.setdefault(part, []).append(key)
        return self._latency[key]

    def place(self, part: str, node: str | None) -> None:
        """Say on which machine a part runs whose id does not tell (a pod); None: it is gone."""
        places = self.state.setdefault("places", {})
        places.pop(part, None)
        if node is not None:
            places[part] = node
        elif not places:
            del self.state["places"]
        for key in self._known.pop(part, ()):
            self._latency.pop(key, None)

    def machine(self, part: str) -> str:
        """The machine a part runs on."""
        places = self.state.get("places")
        return (places.get(part) if places else None) or machine(part)

    def parted(self, one: str, other: str) -> bool:
        """Whether a cut lies between two parts, in either direction: no connection between them lives."""
        return self.latency(one, other) is None or self.latency(other, one) is None

    def lands(self, source: str, target: str, now: int) -> int | None:
        """When a message sent now arrives; None: it is lost. On one link messages arrive in the order they were sent:
        after a slow link is mended, what is quick waits for what is still on its way (a TCP stream keeps order)."""
        latency = self._latency.get((source, target))
        if latency is None:
            latency = self.latency(source, target)
        if latency is None or not self.ordered:
            return None if latency is None else now + latency
        if self._lossy:
            latency += self._sent_again(source, target)
        last, link = self.state["last"], f"{source} {target}"
        arrives: int = max(now + latency, last.get(link, 0))
        last[link] = arrives
        if not self.state["slow"] and not self._lossy:  # only links on which something is still under way matter
            for other in [other for other, time in last.items() if time <= now or time == now + latency and other == link]:
                del last[other]
            self.ordered = bool(last)
        return arrives

    def cut(self, fault: str, one: list[str], other: list[str], one_way: bool = False) -> None:
        """Lose every message between the machines (or parts) of `one` and those of `other`; `one_way`: only from `one`."""
        self.state["cuts"][fault] = [list(one), list(other), *([True] if one_way else [])]
        self._begin()

    def slow(self, fault: str, place: str, extra: int) -> None:
        """Add `extra` microseconds to each message that leaves or enters a machine or part."""
        self.state["slow"][fault] = [place, extra]
        self._begin()

    def lossy(self, fault: str, place: str, percent: int) -> None:
        """Lose so many percent of the packets that leave or enter a machine or part, each to be sent again."""
        self.state.setdefault("lossy", {})[fault] = [place, percent]
        self._begin()

    def mend(self, fault: str) -> None:
        """Undo a cut, a slow or a lossy link."""
        for kind in ("cuts", "slow", "lossy"):
            self.state.get(kind, {}).pop(fault, None)
        if not self.state.get("lossy"):
            self.state.pop("lossy", None)
        self._begin()

    def _sent_again(self, source: str, target: str) -> int:
        """How much later a message comes because lossy links lost it first, perhaps several times."""
        if self.machine(source) == self.machine(target) or self.draws is None:
            return 0
        late = 0
        for place, percent in self._lossy.values():
            if self._within(source, [place]) or self._within(target, [place]):
                pause = RETRANSMIT
                while self.draws.below("packet-loss", 100) < percent and late < GIVEN_UP:
                    late += pause
                    pause *= 2
        return min(late, GIVEN_UP)

    def _measure(self, source: str, target: str) -> int | None:
        here, there = self.machine(source), self.machine(target)
        for one, other, *one_way in self.state["cuts"].values():
            if self._within(source, one) and self._within(target, other):
                return None
            if not one_way and self._within(source, other) and self._within(target, one):
                return None
        if here == there:
            base = ETCD if "etcd" in (source.rpartition("/")[2], target.rpartition("/")[2]) else LOCAL
            # The control plane's clients come through the load balancer, as from anywhere else.
            base = HOP if base == LOCAL and "kube-apiserver" in source + target else base
        else:
            base = HOP
        return base + sum(extra for place, extra in self.state["slow"].values()
                          if self._within(source, [place]) or self._within(target, [place]))

    def _within(self, part: str, places: list[str]) -> bool:
        return part in places or self.machine(part) in places


def machine(part: str) -> str:
    """The machine of a part id; parts that are no process of a machine (users, the registry) stand for themselves."""
    head, slash, _ = part.rpartition("/")
    return head if slash and not part.startswith(("user/", "pod/")) else part
