"""A cluster as it was at a moment: the nearest snapshot before it, then the log from there.

A long way is walked once: the snapshots left on it make the next look at a moment nearby quick. Runs on a thread of
its own and touches nothing that is anybody else's.
"""

from collections.abc import Sequence
from typing import Any

from cluster_sim import Cluster, Position
from lessons.hosting import limits
from lessons.hosting.hosted import Base

ALL = 1 << 62  # every event and every command of that instant
STRIDE = 10_000_000  # µs between looks whether a snapshot is worth leaving


def moment(at: int) -> Position:
    """The position at which everything of that microsecond has happened."""
    return Position(at, ALL, ALL)


def replay(head: dict[str, Any], records: list[dict[str, Any]], bases: Sequence[Base], until: Position,
           left: list[Base] | None = None) -> Cluster:
    """The cluster as it was at `until`; snapshots taken on the way are added to `left`."""
    earlier = [base for base in bases if base.position <= until]
    if earlier:
        cluster = Cluster.restore(max(earlier, key=lambda base: base.position).data)
    else:
        cluster = Cluster.open(head["scene"], head["seed"], epoch=head["epoch"])
    begun = cluster.position.after
    while left is not None and cluster.position.at + STRIDE < until.at:
        cluster.catch_up(records, moment(cluster.position.at + STRIDE))
        if cluster.position.after - begun >= limits.PAST_STRIDE:
            begun = cluster.position.after
            left.append(Base(cluster.position, cluster.snapshot()))
    cluster.catch_up(records, until)
    cluster.recall(records)
    return cluster


def thinned(bases: list[Base]) -> list[Base]:
    """At most PAST_SNAPSHOTS of them, in order: what goes is what stands closest to another."""
    kept = sorted({base.position: base for base in bases}.values(), key=lambda base: base.position)
    while len(kept) > limits.PAST_SNAPSHOTS:
        gaps = [kept[i + 1].position.after - kept[i - 1].position.after for i in range(1, len(kept) - 1)]
        del kept[1 + gaps.index(min(gaps))]
    return kept
