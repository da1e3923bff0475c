"""The kernel against simpy on the same work, in turns within one run.

The work is what a cluster does: parts send each other messages that take a millisecond, and answer what they get. In
simpy that is its manual's own recipe (Event Latency): a process per message in flight and a store per receiver. A
second measure is the least a simulation kernel can do, timers that set themselves again, where simpy is at its best.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import simpy

from cluster_sim.kernel import MS, Component, Kernel

PARTS = 100
MESSAGES = 100_000
TIMERS = 300_000
ROUNDS = 5


class Answering(Component):
    """Answers whoever wrote to it."""

    def receive(self, kind: str, payload: Any, span: int) -> None:
        self.kernel.send(self.part, payload, "hello", self.part, span)


class Ticking(Component):
    """Sets its timer again."""

    def receive(self, kind: str, payload: Any, span: int) -> None:
        self.kernel.timer(self.part, MS, "tick", cause=span)


def _kernel(kind: type[Component]) -> Kernel:
    kernel = Kernel(seed=1)
    kernel.trace.recording = False
    for number in range(PARTS):
        kernel.register(kind(kernel, f"node-{number}/part"))
    return kernel


def our_messages() -> float:
    """Messages delivered a second."""
    kernel = _kernel(Answering)
    for number in range(PARTS):
        kernel.send(f"node-{number}/part", f"node-{(number + 1) % PARTS}/part", "hello", f"node-{number}/part", 0)
    return _rate(lambda: kernel.run_until(1 << 60, MESSAGES), MESSAGES)


def simpys_messages() -> float:
    """The same, with simpy."""
    env = simpy.Environment()
    inboxes = [simpy.Store(env) for _ in range(PARTS)]
    delivered = 0

    def fly(target: int, source: int) -> Iterator[Any]:
        yield env.timeout(1)
        inboxes[target].put(source)

    def part(number: int) -> Iterator[Any]:
        nonlocal delivered
        while True:
            sender = yield inboxes[number].get()
            delivered += 1
            env.process(fly(sender, number))

    def work() -> None:
        while delivered < MESSAGES:
            env.step()

    for number in range(PARTS):
        env.process(part(number))
        env.process(fly((number + 1) % PARTS, number))
    return _rate(work, MESSAGES)


def our_timers() -> float:
    """Timers fired a second."""
    kernel = _kernel(Ticking)
    for number in range(PARTS):
        kernel.timer(f"node-{number}/part", number, "tick", cause=2)
    return _rate(lambda: kernel.run_until(1 << 60, TIMERS), TIMERS)


def simpys_timers() -> float:
    """The same, with simpy."""
    env = simpy.Environment()

    def tick(number: int) -> Iterator[Any]:
        yield env.timeout(number)
        while True:
            yield env.timeout(MS)

    def work() -> None:
        for _ in range(TIMERS):
            env.step()

    for number in range(PARTS):
        env.process(tick(number))
    return _rate(work, TIMERS)


def in_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> tuple[float, float]:
    """The best of several rounds of each, taken in turns, so that both meet the same weather."""
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    return max(one for one, _ in rounds), max(other for _, other in rounds)


def _rate(work: Callable[[], Any], count: int) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
