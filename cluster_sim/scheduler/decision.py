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
from cluster_sim.scheduler.messages import count_reasons
from cluster_sim.scheduler.ranking import Ranking, Sample

EXPLAINED_NODES = 20


@dataclass(slots=True)
class Decision:
    """The node (or None), what is to be remembered for the next search, and what to tell."""

    node: str | None
    next_start: int
    nodes: int
    rejections: dict[int, Rejection] = field(default_factory=dict)
    for_all: Rejection | None = None
    detail: dict[str, Any] | None = None


def decide(ranking: Ranking, start: int, draw: Callable[[int], int], explain: bool = True) -> Decision:
    """Filter, score and choose; `draw(n)` picks one of n equals."""
    order = ranking.cycle.cache.order
    if not order:
        return Decision(None, start, 0)
    rejection = ranking.prepare()
    if rejection is not None:
        return Decision(None, start, len(order), for_all=rejection)
    sample = ranking.sample(start % len(order))
    if not sample.positions:
        return Decision(None, sample.next_start, len(order), ranking.rejections)
    if len(sample.positions) == 1:
        position, table = sample.positions[0], []
    else:
        numbers, rows = ranking.score(sample)
        totals = [sum(row) for row in rows]
        position = _pick(sample, numbers, totals, draw)
        table = [numbers, rows, totals] if explain else []
    chosen = order[position].name
    detail = _explain(ranking, sample, table, chosen) if explain else None
    return Decision(chosen, sample.next_start, len(order), ranking.rejections, detail=detail)


def _pick(sample: Sample, numbers: list[int], totals: list[int], draw: Callable[[int], int]) -> int:
    """The position of one of the nodes with the highest total."""
    best = max(totals)
    classes = sample.classes
    winners = [number for number, total in zip(numbers, totals, strict=True) if total == best]
    count = sum(map(classes.count, winners))
    chosen = draw(count) if count > 1 else 0
    if count == len(classes):
        return sample.positions[chosen]
    if len(winners) == 1:
        winner, at = winners[0], -1
        for _ in range(chosen + 1):
            at = classes.index(winner, at + 1)
        return sample.positions[at]
    among = [at for at, number in enumerate(classes) if number in winners]
    return sample.positions[among[chosen]]


def _explain(ranking: Ranking, sample: Sample, table: list[Any], chosen: str) -> dict[str, Any]:
    """The table of points, best node first; the chosen one is always in it."""
    order = ranking.cycle.cache.order
    rows: list[Any] = []
    if table:
        numbers, points, totals = table
        names = [plugin.name for plugin in ranking.scorers]
        by_class = {number: [total, dict(zip(names, row, strict=True))]
                    for number, row, total in zip(numbers, points, totals, strict=True)}
        best_first = sorted(by_class, key=lambda number: -by_class[number][0])
        for number in best_first:
            for position, other in zip(sample.positions, sample.classes, strict=True):
                if other == number:
                    rows.append([order[position].name, *by_class[number]])
                    if len(rows) > EXPLAINED_NODES:
                        break
            if len(rows) > EXPLAINED_NODES:
                break
        if all(row[0] != chosen for row in rows):
            rows.insert(0, [chosen, *by_class[best_first[0]]])
        rows = rows[:EXPLAINED_NODES]
    rejected = [[order[position].name, rejection.plugin, list(rejection.reasons)]
                for position, rejection in islice(ranking.rejections.items(), EXPLAINED_NODES)]
    return {"chosen": chosen, "asked": len(order), "fit": len(sample.positions), "scores": rows, "rejected": rejected,
            "reasons": count_reasons(one.reasons for one in ranking.rejections.values()),
            "weights": {plugin.name: plugin.weight for plugin in ranking.scorers}}
