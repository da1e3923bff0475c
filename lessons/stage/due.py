"""What is due next while one waits for a lost node: that it counts as NotReady, then that its pods are given up.

The waiting takes minutes of virtual time and nothing happens in it. The page names what ends it, and skips to there.
"""

from __future__ import annotations

from dataclasses import dataclass

from cluster_sim.api import meta
from lessons.stage import belief
from lessons.stage.element import View, put
from lessons.stage.mirror import Mirror
from lessons.stage.names import short

TOGETHER = 1.0  # s within which pods go at once, in the eyes of who watches


@dataclass(frozen=True, slots=True)
class Due:
    """Something that comes by itself at a virtual second, if nothing changes."""

    at: float
    words: str


def following(mirror: Mirror, now: float) -> Due | None:
    """The first of all that is due; None when nothing is waited for."""
    nodes = [Due(at, f"{meta.name(node)} NotReady") for node in mirror.nodes.values()
             if (at := belief.not_ready_at(node, mirror)) is not None and at > now]
    pods = sorted((at, short(pod)) for node in mirror.nodes.values() for pod in mirror.node_pods(meta.name(node))
                  if (at := belief.evicted_at(pod, node, mirror, now)) is not None and now < at < belief.FOREVER)
    if pods:
        first, name = pods[0]
        others = sum(at <= first + TOGETHER for at, _ in pods) - 1
        nodes.append(Due(first, f"{name} evicted" if not others else f"{name} and {others} more evicted"))
    return min(nodes, key=lambda due: due.at, default=None)


def draw(view: View, mirror: Mirror, now: float) -> None:
    """Put the way there into the view."""
    due = following(mirror, now)
    if due is not None:
        put(view, "due", "due-box", "due", {"@data-to": f"{due.at:.3f}", "words": f"Skip ahead to: {due.words}"})
