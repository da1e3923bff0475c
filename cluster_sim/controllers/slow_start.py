"""Slow start: create one, then two, then four, so that a mistake is made once and not a thousand times.

If every creation of a batch succeeds, the next is twice as large; the first that fails ends the round.

Source: kubernetes pkg/controller/replicaset (slowStartBatch, BurstReplicas) and pkg/controller/job.
"""

from __future__ import annotations

INITIAL_BATCH = 1
BURST = 500  # pods created or deleted by one sync


def next_batch(left: int, previous: int = 0) -> int:
    """How many to create now, if `left` are missing and the batch before had `previous`."""
    return min(left, previous * 2 or INITIAL_BATCH)


def batches(count: int) -> list[int]:
    """The batches in which `count` are created, if none fails."""
    made: list[int] = []
    while count > 0:
        made.append(next_batch(count, made[-1] if made else 0))
        count -= made[-1]
    return made
