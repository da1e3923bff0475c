"""Which pod goes first when there are too many: the rule in one place, quoted by lessons.

Source: kubernetes pkg/controller/controller_utils.go (ActivePodsWithRanks); the pod-deletion-cost annotation:
KEP-2255. Two ages count as equal when they have the same number of binary digits, so that a rolling restart does
not always hit the newest ones; ties end in the uid.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import SECOND, timestamps

COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}

REASONS = (
    "it has no node yet", "its phase", "it is not ready", "its pod-deletion-cost is lower",
    "its node has more pods of this ReplicaSet", "it has been ready for a shorter time", "it has restarted more often",
    "it is younger", "its uid",
)


def rank_for_deletion(pod: Object, siblings_on_node: int, now: int) -> tuple[Any, ...]:
    """A key to sort by: the pod with the lowest goes first. `now` in µs since 1970."""
    ready = pods.is_ready(pod)
    return (
        bool((pod.get("spec") or {}).get("nodeName")),  # unassigned < assigned
        PHASES.get(pods.phase(pod), 2),  # Pending < Unknown < Running
        ready,  # not ready < ready
        deletion_cost(pod),  # cheap < dear
        -siblings_on_node,  # crowded node < lonely node
        _age_rank(pods.ready_since(pod) if ready else None, now),  # ready for a shorter time < longer
        -pods.restarts(pod),  # restarted more often < less
        _age_rank(timestamps.parse(pods.created(pod)), now),  # younger < older
        meta.uid(pod),
    )


def why(first: tuple[Any, ...], kept: tuple[Any, ...]) -> str:
    """The first rule by which one rank comes before another."""
    for reason, mine, other in zip(REASONS, first, kept, strict=True):
        if mine != other:
            return reason
    return REASONS[-1]


def deletion_cost(pod: Object) -> int:
    """The annotation's value; 0 when it is missing or no number."""
    text = meta.annotations(pod).get(COST, "0")
    return int(text) if text.removeprefix("-").isdecimal() else 0


def _age_rank(since: int | None, now: int) -> int:
    """Seconds of age as a power of two, rounded down: 0, 1, 2, 4, 8… are ranks 0, 1, 2, 3, 4."""
    return -1 if since is None else (max(0, now - since) // SECOND).bit_length()
