"""The search behind `python -m tests.soak [SECONDS] [FIRST]`: seed after seed, of three kinds, until the time is up.

    life        one cluster with random people and misfortune (life.py)
    registers   three control planes with clients: linearizable, nothing lost (tests/property/registers.py)
    raft        a raft group on a hostile network: at least 2,000 schedules, however long they take
                (tests/unit/etcd/raft_harness.py)

What fails is printed at once, and the closing summary lists every failed seed with the command that plays it again:
`python -m tests.soak life SEED`. Without FIRST the seeds go on from where the clock happens to be. Two processes share
the work.
"""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable

from cluster_sim.kernel import frozen
from tests.property import registers
from tests.soak import life
from tests.unit.etcd import raft_harness

SCHEDULES = 2_000


def raft(seed: int) -> list[str]:
    """One schedule; a violation is an AssertionError."""
    raft_harness.run(seed)
    return []


KINDS: dict[str, Callable[[int], list[str]]] = {
    "life": life.run, "registers": lambda seed: registers.run(seed).wrong, "raft": raft,
}


def one(kind: str, seed: int) -> bool:
    """Play one run; → whether all was well. What was not is printed."""
    try:
        wrong = KINDS[kind](seed)
    except Exception:
        wrong = traceback.format_exc().splitlines()[-5:]
    if wrong:
        print(f"{kind} {seed}:", *wrong[:6], sep="\n    ", flush=True)
    return not wrong


def search(kind: str, seed: int, seconds: float, least: int = 1) -> tuple[str, int, list[int]]:
    """Run seed after seed until the time is up and at least so many were run; → (kind, how many, which seeds failed)."""
    frozen.enable()
    end, count = time.monotonic() + seconds, 0
    bad: list[int] = []
    while count < least or time.monotonic() < end:
        if not one(kind, seed + count):
            bad.append(seed + count)
        count += 1
    return kind, count, bad


def soak(seconds: float, first: int) -> int:
    """All kinds on two processes; → how many runs failed."""
    work = [("life", first, seconds), ("raft", first, seconds / 2, SCHEDULES), ("registers", first, seconds / 4)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = [pool.apply_async(search, each) for each in work]
        done = [result.get() for result in results]
    print(*summary(done), sep="\n")
    return sum(len(bad) for _, _, bad in done)


def summary(done: list[tuple[str, int, list[int]]]) -> list[str]:
    """The closing lines: how many runs of each kind, and how to play again what failed."""
    lines = [f"{kind}: {count:,} runs, {len(bad)} failed" for kind, count, bad in done]
    return [*lines, *(f"    python -m tests.soak {kind} {seed}" for kind, _, bad in done for seed in bad)]
