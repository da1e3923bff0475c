"""Ranking: filter and score the nodes for one shape of pod, and keep the result for the next pod of that shape.

Nodes that look alike to every scoring plugin form a class; scores are computed per class, of which there are few,
and not per node. After a pod was placed only its node has changed, so only that node is looked at again. Where a
plugin's answer about a node depends on other nodes (pod affinity, hard spreading, volumes), nothing is kept.

As upstream, not all nodes of a large cluster are tried: the search stops when enough are found (`nodes_to_find`),
and the next one goes on where this one stopped. Source: kubernetes pkg/scheduler/schedule_one.go.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from cluster_sim.scheduler.framework import Cycle, Plugin, Rejection
from cluster_sim.scheduler.messages import NOT_ASKED, count_reasons
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.plugins import PLUGINS

Key = tuple[Any, ...]


def nodes_to_find(nodes: int) -> int:
    """How many nodes that fit are enough: all of up to 100, then a share that shrinks with the size (at least 5 %)."""
    if nodes < 100:
        return nodes
    share = max(5, 50 - nodes // 125)
    return max(100, nodes * share // 100)


@dataclass(slots=True)
class Sample:
    """The nodes that fit and are compared in one decision."""

    positions: list[int]
    classes: list[int]  # the class of each
    next_start: int  # where the next search begins


class Ranking:
    """Filter results and classes of all nodes for one shape."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.layout = -1
        self.seen = 0  # changes of the cache already taken in
        self.volatile = True
        self.spread_of_images: list[int] = []  # how many nodes have each of the shape's images
        self.neighbours: tuple[int, bool] = (-1, False)  # version of the pods with affinity, and what it means for us

    def prepare(self) -> Rejection | None:
        """Bring it up to date; → a rejection that holds for every node."""
        cycle = self.cycle
        order = cycle.cache.order
        volatile = self._looks_beyond()
        images = [cycle.cache.image_nodes.get(image, 0) for image in cycle.shape.images]
        same = self.layout == cycle.cache.layout and images == self.spread_of_images and cycle.shape.pinned is None
        if same and not volatile and not self.volatile:
            self._catch_up(order)
            return None
        self._clear()
        self.volatile, self.spread_of_images = volatile, images
        self.filters: list[Plugin] = [plugin for plugin in PLUGINS if plugin.filters(cycle)]
        self.scorers: list[Plugin] = [plugin for plugin in PLUGINS if plugin.scores(cycle)]
        self.relative = [(i, plugin) for i, plugin in enumerate(self.scorers) if plugin.relative]
        for plugin in PLUGINS:
            if plugin in self.filters or plugin in self.scorers:
                rejection = plugin.prepare(cycle)
                if rejection is not None:
                    self.layout = -1
                    return rejection
        self.layout, self.seen = cycle.cache.layout, len(cycle.cache.changes)
        return None

    def _looks_beyond(self) -> bool:
        """Whether nothing may be kept: a plugin looks beyond the node, or pods wait for room with a name on it."""
        cache = self.cycle.cache
        if self.neighbours[0] != cache.affinity_version:
            self.neighbours = (cache.affinity_version, any(plugin.looks_beyond(self.cycle) for plugin in PLUGINS))
        return self.neighbours[1] or bool(cache.nominated)

    def _clear(self) -> None:
        self.cycle.data.clear()
        self.rejections: dict[int, Rejection] = {}
        self.classes: dict[Key, int] = {}
        self.keys: list[Key] = []
        self.fixed: list[int] = []  # the weighted points of each class from plugins that don't compare
        self.fit: list[int] = []  # positions of nodes that fit, ascending
        self.fit_class: list[int] = []  # and the class of each
        self.complete = False
        self.not_asked = 0  # nodes that the pod has left out by naming others

    def _catch_up(self, order: list[NodeInfo]) -> None:
        changes = self.cycle.cache.changes
        if self.seen != len(changes) and self.complete:
            for position in dict.fromkeys(changes[self.seen:]):
                self._look_again(order[position])
        self.seen = len(changes)

    def _look_again(self, node: NodeInfo) -> None:
        position = node.position
        place = bisect_left(self.fit, position)
        listed = place < len(self.fit) and self.fit[place] == position
        rejection = self.reject(node)
        if rejection is not None:
            self.rejections[position] = rejection
            if listed:
                del self.fit[place], self.fit_class[place]
            return
        number = self._class_of(node)
        if listed:
            self.fit_class[place] = number
        else:
            self.rejections.pop(position, None)
            self.fit.insert(place, position)
            self.fit_class.insert(place, number)

    def reasons(self) -> dict[str, int]:
        """How many nodes gave each reason."""
        counted = count_reasons(one.reasons for one in self.rejections.values())
        return {**counted, NOT_ASKED: self.not_asked} if self.not_asked else counted

    def reject(self, node: NodeInfo) -> Rejection | None:
        """The first plugin that turns the node down."""
        cycle = self.cycle
        for plugin in self.filters:
            rejection = plugin.filter(cycle, node)
            if rejection is not None:
                return rejection
        return None

    def _class_of(self, node: NodeInfo) -> int:
        cycle = self.cycle
        key: Key = tuple([plugin.raw(cycle, node) for plugin in self.scorers])
        number = self.classes.get(key)
        if number is None:
            number = self.classes[key] = len(self.keys)
            self.keys.append(key)
            self.fixed.append(sum([raw * plugin.weight for raw, plugin in zip(key, self.scorers, strict=True)
                                   if not plugin.relative]))
        return number

    def sample(self, start: int) -> Sample:
        """From `start` on, the nodes that fit, as many as are enough."""
        order = self.cycle.cache.order
        total, wanted = len(order), nodes_to_find(len(order))
        pinned = self.cycle.shape.pinned
        if pinned is not None:
            nodes = self.cycle.cache.nodes
            named = sorted(nodes[name].position for name in pinned if name in nodes and nodes[name].node is not None)
            self.not_asked = total - len(named)
            self._search([order[position] for position in named], 0, wanted)
            return Sample(self.fit, self.fit_class, start)
        if self.volatile:
            return self._search(order, start % total, wanted)
        if not self.complete:
            self._search(order, 0, total)
            self.complete = True
        fit, classes = self.fit, self.fit_class
        if len(fit) <= wanted and (len(fit) < wanted or wanted == total):
            return Sample(fit, classes, start)
        first = bisect_left(fit, start)
        last = first + wanted
        positions, chosen = fit[first:last], classes[first:last]
        if last > len(fit):
            positions += fit[:last - len(fit)]
            chosen += classes[:last - len(fit)]
        return Sample(positions, chosen, (positions[-1] + 1) % total)

    def only(self, name: str, start: int) -> Sample | None:
        """This node alone, if it fits."""
        node = self.cycle.cache.nodes.get(name)
        if node is None or node.node is None or self.reject_with_nominated(node) is not None:
            return None
        return Sample([node.position], [self._class_of(node)], start)

    def _search(self, order: list[NodeInfo], start: int, wanted: int) -> Sample:
        """Try node after node until enough fit."""
        found: dict[int, int] = {}
        place = start
        for step in range(len(order)):
            place = (start + step) % len(order)
            node = order[place]
            rejection = self.reject_with_nominated(node) if node.nominated else self.reject(node)
            if rejection is not None:
                self.rejections[node.position] = rejection
                continue
            found[node.position] = self._class_of(node)
            if len(found) == wanted:
                break
        self.fit = sorted(found)
        self.fit_class = [found[one] for one in self.fit]
        return Sample(self.fit, self.fit_class, (place + 1) % max(1, len(order)))

    nominated_key, nominated_priority = "", 0

    def reject_with_nominated(self, node: NodeInfo) -> Rejection | None:
        """Room that a pod of at least this priority waits for is not free: judged with and without those pods."""
        waiting = [pod for key, pod in node.nominated.items()
                   if key != self.nominated_key and pod.priority >= self.nominated_priority]
        if waiting:
            crowded = node.copy()
            for pod in waiting:
                crowded.add(pod)
            rejection = self.reject(crowded)
            if rejection is not None:
                return rejection
        return self.reject(node)

    def totals(self, sample: Sample) -> dict[int, int]:
        """The points of each class of the sample, less those that all have in common."""
        self.cycle.sampled = len(sample.positions)
        numbers = sorted(set(sample.classes))
        fixed = self.fixed
        totals = [fixed[number] for number in numbers]
        for i, plugin in self.relative:
            column = [self.keys[number][i] for number in numbers]
            distinct = dict.fromkeys(column)
            if len(distinct) > 1:
                scores = self._normalized(i, plugin, distinct, sample)
                totals = [total + scores[raw] for total, raw in zip(totals, column, strict=True)]
        return dict(zip(numbers, totals, strict=True))

    def table(self, sample: Sample) -> dict[int, dict[str, int]]:
        """The points of each class by plugin, weighted: for the explanation."""
        numbers = sorted(set(sample.classes))
        rows: dict[int, dict[str, int]] = {number: {} for number in numbers}
        for i, plugin in enumerate(self.scorers):
            distinct = dict.fromkeys(self.keys[number][i] for number in numbers)
            scores = self._normalized(i, plugin, distinct, sample)
            for number in numbers:
                rows[number][plugin.name] = scores[self.keys[number][i]]
        return rows

    def _normalized(self, i: int, plugin: Plugin, distinct: dict[Any, Any], sample: Sample) -> dict[Any, int]:
        """Raw value → weighted score."""
        def sizes() -> list[int]:
            counted = dict.fromkeys(distinct, 0)
            for number in sorted(set(sample.classes)):
                counted[self.keys[number][i]] += sample.classes.count(number)
            return list(counted.values())

        weight = plugin.weight
        scores = plugin.normalize(self.cycle, list(distinct), sizes)
        return {raw: score * weight for raw, score in zip(distinct, scores, strict=True)}
