"""What the scheduler says when no node fits: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had …`.

Source: kubernetes pkg/scheduler/framework/types.go (FitError), schedule_one.go.
"""

from __future__ import annotations

from collections.abc import Iterable

NO_NODES = "no nodes available to schedule pods"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NOT_ASKED = "node(s) didn't satisfy plugin(s) [NodeAffinity]"  # a pod that names its nodes leaves out the others
NO_VICTIMS = "No preemption victims found for incoming pod"


def no_node_fits(nodes: int, reasons: dict[str, int], after: str = "") -> str:
    """Counted reasons, sorted as text; `after` is what preemption found."""
    text = f"0/{nodes} nodes are available:"
    parts = sorted(f"{count} {reason}" for reason, count in reasons.items())
    if parts:
        text += f" {', '.join(parts)}."
    return f"{text} {after}" if after else text


def rejected_for_all(nodes: int, reason: str) -> str:
    """A reason that holds for every node (PreFilter). The plugin asked last then has nothing: "not found"."""
    return f"0/{nodes} nodes are available: {reason}. not found"


def count_reasons(reasons: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """How many nodes gave each reason; a node may give several."""
    counted: dict[str, int] = {}
    for several in reasons:
        for reason in several:
            counted[reason] = counted.get(reason, 0) + 1
    return counted


def preemption(found: str) -> str:
    """How the result of the two PostFilter plugins (devices, preemption) is told."""
    return f"no new claims to deallocate, preemption: {found}"
