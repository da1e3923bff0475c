"""One decision: which node, and why that one.

The explanation keeps, for at most 20 nodes, each plugin's points, and counts the reasons of the nodes that were
turned down: enough for "why this node?", however large the cluster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cluster_sim.scheduler.framework import Rejection
from cluster_sim.scheduler.ranking import Ranking, Sample

EXPLAINED_NODES = 20


@dataclass(slots=True)
class Decision:
    """The node (or None), what is to be remembered for the next search, and what to tell."""

    node: str | None
    next_start: int
    nodes: int
    rejections: dict[int, Rejection] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    for_all: Rejection | None = None
    detail: dict[str, Any] | None = None


def decide(ranking: Ranking, start: int, draw: Callable[[int], int], explain: bool = True,
           nominated: str = "") -> Decision:
    """Filter, score and choose; `draw(n)` picks one of n equals. A pod for which others made room on a node
    (`nominated`) goes there if it fits, whatever other nodes would be worth."""
    order = ranking.cycle.cache.order
    if not order:
        return Decision(None, start, 0)
    rejection = ranking.prepare()
    if rejection is not None:
        return Decision(None, start, len(order), for_all=rejection)
    sample = ranking.only(nominated, start) if nominated else None
    sample = sample or ranking.sample(start % len(order))
    if not sample.positions:
        return Decision(None, sample.next_start, len(order), ranking.rejections, ranking.reasons())
    if len(sample.positions) == 1:
        totals, position = {sample.classes[0]: 0}, sample.positions[0]
    else:
        totals = ranking.totals(sample)
        position = pick(sample, totals, draw)
    chosen = order[position].name
    detail = explanation(ranking, sample, totals, chosen) if explain else None
    return Decision(chosen, sample.next_start, len(order), detail=detail)


def pick(sample: Sample, totals: dict[int, int], draw: Callable[[int], int]) -> int:
    """The position of one of the nodes with the highest total."""
    best = max(totals.values())
    classes = sample.classes
    winners = [number for number, total in totals.items() if total == best]
    if len(winners) > 1:
        winners.sort(key=classes.index)  # the numbers of classes depend on the past, the order of nodes does not
    counts = [classes.count(number) for number in winners]
    chosen = draw(sum(counts)) if counts[0] > 1 or len(counts) > 1 else 0
    if counts[0] == len(classes):
        return sample.positions[chosen]
    winner = winners[0]
    for winner, count in zip(winners, counts, strict=True):  # noqa: B007
        if chosen < count:
            break
        chosen -= count
    if chosen > count // 2:  # nearer from the other end
        at = _nth(classes[::-1], winner, count - 1 - chosen)
        return sample.positions[-1 - at]
    return sample.positions[_nth(classes, winner, chosen)]


def _nth(classes: list[int], number: int, n: int) -> int:
    """Where `number` stands for the nth time, from 0."""
    at = classes.index(number)
    for _ in range(n):
        at = classes.index(number, at + 1)
    return at


def explanation(ranking: Ranking, sample: Sample, totals: dict[int, int], chosen: str) -> dict[str, Any]:
    """The table of points, best node first; the chosen one is always in it. A single node gets no points.

    `scores` has each plugin's points times its weight, `raw` what it saw in the node before nodes were compared.
    """
    order = ranking.cycle.cache.order
    rows: list[Any] = []
    raw: dict[str, Any] = {}
    if len(sample.positions) > 1:
        table = ranking.table(sample)
        for number in sorted(totals, key=lambda number: (-totals[number], sample.classes.index(number))):
            row, at = [sum(table[number].values()), table[number]], -1
            for _ in range(min(sample.classes.count(number), EXPLAINED_NODES - len(rows))):
                at = sample.classes.index(number, at + 1)
                rows.append([order[sample.positions[at]].name, *row])
        if all(row[0] != chosen for row in rows):
            rows = [[chosen, *rows[0][1:]], *rows[:-1]]  # it is one of the best
        at_position = dict(zip(sample.positions, sample.classes, strict=True))
        for name, *_ in rows:
            key = ranking.keys[at_position[ranking.cycle.cache.nodes[name].position]]
            raw[name] = {plugin.name: list(value) if isinstance(value, tuple) else value
                         for plugin, value in zip(ranking.scorers, key, strict=True)}
    rejected = [[order[position].name, rejection.plugin, list(rejection.reasons)]
                for position, rejection in islice(ranking.rejections.items(), EXPLAINED_NODES)]
    return {"chosen": chosen, "asked": len(order), "fit": len(sample.positions), "scores": rows, "raw": raw,
            "rejected": rejected, "reasons": ranking.reasons(),
            "weights": {plugin.name: plugin.weight for plugin in ranking.scorers}}
