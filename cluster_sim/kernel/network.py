"""The simulated network: how long a message takes between two parts, and whether it arrives.

Latency depends on where the two parts are: the same machine, the API server and its etcd, or two machines. Cuts and
slow links are faults: they live here and nowhere else. A real network has queues, loss and jitter; ours has none
unless a fault adds it, so that what a learner sees is the protocol and not the weather.
"""

from __future__ import annotations

from typing import Any

LOCAL = 200  # µs within one machine (a unix socket)
ETCD = 500  # µs between the API server and its etcd
HOP = 1_000  # µs between two machines


class Network:
    """Latency and reachability between parts. `state` is plain data and part of the cluster's state."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self.state: dict[str, Any] = {"cuts": {}, "slow": {}} if state is None else state
        self.state.setdefault("last", {})
        self.ordered = bool(self.state["slow"] or self.state["last"])  # whether messages could overtake each other
        self._latency: dict[tuple[str, str], int | None] = {}

    def latency(self, source: str, target: str) -> int | None:
        """Microseconds from `source` to `target`; None: the message is lost."""
        key = (source, target)
        if key not in self._latency:
            self._latency[key] = self._measure(source, target)
        return self._latency[key]

    def lands(self, source: str, target: str, now: int) -> int | None:
        """When a message sent now arrives; None: it is lost. On one link messages arrive in the order they were sent:
        after a slow link is mended, what is quick waits for what is still on its way (a TCP stream keeps order)."""
        latency = self.latency(source, target)
        if latency is None or not self.ordered:
            return None if latency is None else now + latency
        last, link = self.state["last"], f"{source} {target}"
        arrives: int = max(now + latency, last.get(link, 0))
        last[link] = arrives
        if not self.state["slow"]:  # quick again: only links on which something slow is still under way matter
            for other in [other for other, time in last.items() if time <= now or time == now + latency and other == link]:
                del last[other]
            self.ordered = bool(last)
        return arrives

    def cut(self, fault: str, one: list[str], other: list[str]) -> None:
        """Lose every message between the machines (or parts) of `one` and those of `other`."""
        self.state["cuts"][fault] = [list(one), list(other)]
        self._latency.clear()

    def slow(self, fault: str, place: str, extra: int) -> None:
        """Add `extra` microseconds to each message that leaves or enters a machine or part."""
        self.state["slow"][fault] = [place, extra]
        self.ordered = True
        self._latency.clear()

    def mend(self, fault: str) -> None:
        """Undo a cut or a slow link."""
        self.state["cuts"].pop(fault, None)
        self.state["slow"].pop(fault, None)
        self._latency.clear()

    def _measure(self, source: str, target: str) -> int | None:
        here, there = machine(source), machine(target)
        for one, other in self.state["cuts"].values():
            if (_within(source, one) and _within(target, other)) or (_within(source, other) and _within(target, one)):
                return None
        if here == there:
            base = ETCD if "etcd" in (source.rpartition("/")[2], target.rpartition("/")[2]) else LOCAL
            # The control plane's clients come through the load balancer, as from anywhere else.
            base = HOP if base == LOCAL and "kube-apiserver" in source + target else base
        else:
            base = HOP
        return base + sum(extra for place, extra in self.state["slow"].values()
                          if _within(source, [place]) or _within(target, [place]))


def machine(part: str) -> str:
    """The machine of a part id; parts that are no process of a machine (users, the registry) stand for themselves."""
    head, slash, _ = part.rpartition("/")
    return head if slash and not part.startswith(("user/", "pod/")) else part


def _within(part: str, places: list[str]) -> bool:
    return part in places or machine(part) in places
