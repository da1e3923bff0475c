"""PodTopologySpread: pods that belong together are spread over zones, nodes, or any label of nodes.

A pod's own constraints with DoNotSchedule filter, those with ScheduleAnyway score. A pod without any that belongs to
a Service, ReplicaSet or StatefulSet is spread by default: over nodes (skew 3) and zones (skew 5), as a preference.

Source: pkg/scheduler/framework/plugins/podtopologyspread (filtering.go, scoring.go, plugin.go).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cluster_sim.api import selectors
from cluster_sim.api.node_affinity import matches_required
from cluster_sim.api.taints import find_untolerated
from cluster_sim.scheduler.framework import MAX_SCORE, Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import ZONE, NodeInfo
from cluster_sim.scheduler.plugins.default_selector import default_selector
from cluster_sim.scheduler.pod_shape import REQUIRED, PodShape
from cluster_sim.scheduler.selector_counter import SelectorCounter

Object = dict[str, Any]
HOSTNAME = "kubernetes.io/hostname"
DEFAULTS = ((HOSTNAME, 3), (ZONE, 5))
UNIT = 10**15  # parts of one: as fine as the doubles that upstream counts in
KNOWN = 1_000  # results kept


class Constraint:
    """One constraint with the count of pods it is about."""

    def __init__(self, cycle: Cycle, key: str, skew: int, chosen: list[Object], source: Object) -> None:
        shape = cycle.shape
        self.key, self.skew = key, skew
        self.min_domains = source.get("minDomains") or 1
        self.honor_affinity = source.get("nodeAffinityPolicy", "Honor") == "Honor"
        self.honor_taints = source.get("nodeTaintsPolicy") == "Honor"
        required = ((shape.spec.get("affinity") or {}).get("nodeAffinity") or {}).get(REQUIRED)
        self.everywhere = not self.honor_taints and not (self.honor_affinity and (shape.spec.get("nodeSelector") or required))
        self.counter: SelectorCounter
        if not any(one.get("matchLabels") or one.get("matchExpressions") for one in chosen):
            self.counter = cycle.cache.counter("none", shape.namespace, lambda labels: False)
            self.counts_itself = True  # an empty selector means the pod itself, but nobody counts with it
            return
        self.counter = cycle.cache.counter(
            repr(chosen), shape.namespace, lambda labels: all(selectors.matches(one, labels) for one in chosen))
        self.counts_itself = self.counter.matches(shape)

    def includes(self, cycle: Cycle, node: NodeInfo) -> bool:
        """Whether the pods of this node count at all."""
        if self.everywhere:
            return True
        if self.honor_affinity and not matches_required(cycle.shape.spec, node.labels, node.name):
            return False
        return not (self.honor_taints and find_untolerated(node.taints, cycle.shape.tolerations))


class PodTopologySpread(Plugin):
    """Filter by hard constraints, score by soft ones."""

    name = "PodTopologySpread"
    weight = 2
    relative = True
    wakes = ("node-add", "node-label", "node-taint", "node-delete", "pod-add", "pod-delete", "pod-label", "own-label")
    SKEWED = Rejection("PodTopologySpread", ("node(s) didn't match pod topology spread constraints",))
    MISSING = Rejection("PodTopologySpread",
                        ("node(s) didn't match pod topology spread constraints (missing required label)",), True)

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node with all the labels; a pod that the constraints are about, or was."""
        hard = [one for one in shape.constraints if one.get("whenUnsatisfiable") != "ScheduleAnyway"]
        given = [one for one in (event.old, event.new) if one is not None]
        if event.kind.startswith("node"):
            return any(all(one["topologyKey"] in (node["metadata"].get("labels") or {}) for one in hard) for node in given)
        meant = [[selectors.matches(one.get("labelSelector"), pod["metadata"].get("labels") or {}) for one in hard]
                 for pod in given if pod["metadata"].get("namespace") == shape.namespace]
        if event.kind == "pod-label":
            return len(meant) == 2 and meant[0] != meant[1]
        return any(any(one) for one in meant)

    def filters(self, cycle: Cycle) -> bool:
        """Only with hard constraints."""
        return any(one.get("whenUnsatisfiable") != "ScheduleAnyway" for one in cycle.shape.constraints)

    def looks_beyond(self, cycle: Cycle) -> bool:
        """A hard constraint compares a node with all others."""
        return self.filters(cycle)

    def scores(self, cycle: Cycle) -> bool:
        """With soft constraints, or with the defaults."""
        shape = cycle.shape
        if shape.constraints:
            return any(one.get("whenUnsatisfiable") == "ScheduleAnyway" for one in shape.constraints)
        return default_selector(cycle) is not None

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Constraints with their counts; for hard ones the pods of each domain, too."""
        own = cycle.shape.constraints
        hard = [self._explicit(cycle, one) for one in own if one.get("whenUnsatisfiable") != "ScheduleAnyway"]
        if own:
            soft = [self._explicit(cycle, one) for one in own if one.get("whenUnsatisfiable") == "ScheduleAnyway"]
        else:
            chosen = default_selector(cycle) or []
            soft = [Constraint(cycle, key, skew, chosen, {}) for key, skew in DEFAULTS] if chosen else []
        domains = [self._domains(cycle, one, hard) for one in hard]
        fewest = [0 if len(found) < one.min_domains else min(found.values(), default=0)
                  for one, found in zip(hard, domains, strict=True)]
        cycle.data[self.name] = {
            "hard": hard, "soft": soft, "domains": list(zip(hard, domains, fewest, strict=True)), "needs all": bool(own),
            "beyond": [i for i, one in enumerate(soft) if one.key != HOSTNAME], "known": {}}
        return None

    def _explicit(self, cycle: Cycle, source: Object) -> Constraint:
        selector = source.get("labelSelector")  # none selects nothing; an empty one counts nothing
        chosen = [selector] if selector is not None else [{"matchLabels": {"": ""}}]
        same = {key: cycle.shape.labels[key] for key in source.get("matchLabelKeys") or () if key in cycle.shape.labels}
        if same:
            chosen = [*chosen, {"matchLabels": same}]
        return Constraint(cycle, source["topologyKey"], source["maxSkew"], chosen, source)

    def _domains(self, cycle: Cycle, constraint: Constraint, hard: list[Constraint]) -> dict[str, int]:
        if constraint.everywhere and all(one.key == constraint.key for one in hard):
            return constraint.counter.track(constraint.key, cycle.cache.nodes)
        found: dict[str, int] = {}
        for node in cycle.cache.order:
            if all(one.key in node.labels for one in hard) and constraint.includes(cycle, node):
                value = node.labels[constraint.key]
                found[value] = found.get(value, 0) + constraint.counter.by_node.get(node.name, 0)
        return found

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """With the pod here, would its domain be ahead of the emptiest by more than the skew?"""
        data = cycle.data[self.name]
        for constraint, domains, fewest in data["domains"]:
            value = node.labels.get(constraint.key)
            if value is None:
                return self.MISSING
            if domains.get(value, 0) + constraint.counts_itself - fewest > constraint.skew:
                return self.SKEWED
        return None

    def raw(self, cycle: Cycle, node: NodeInfo) -> Any:
        """Per constraint: the pods on this node, or the domain in which it lies. None: the node doesn't take part."""
        data = cycle.data[self.name]
        found: list[Any] = []
        for constraint in data["soft"]:
            value = node.labels.get(constraint.key)
            if value is None and data["needs all"]:
                return None
            if constraint.key == HOSTNAME and value is not None:
                found.append(constraint.counter.by_node.get(node.name, 0))
            else:
                found.append(value)
        return tuple(found)

    def normalize(self, cycle: Cycle, raws: list[Any], sizes: Callable[[], list[int]]) -> list[int]:
        """Σ count × ln(domains + 2), then the emptiest is best: MAX_SCORE × (max + min − s) ÷ max."""
        data = cycle.data[self.name]
        for raw in raws:
            if raw is None or any(raw[i] is not None for i in data["beyond"]):
                return self._scores(cycle, raws, sizes)
        # Spread over nodes alone: the scores follow from these values, which come again and again.
        key = (cycle.sampled, *raws)
        found: list[int] | None = data["known"].get(key)
        if found is None:
            if len(data["known"]) >= KNOWN:
                data["known"].clear()
            found = data["known"][key] = self._scores(cycle, raws, sizes)
        return found

    def _scores(self, cycle: Cycle, raws: list[Any], sizes: Callable[[], list[int]]) -> list[int]:
        soft: list[Constraint] = cycle.data[self.name]["soft"]
        taking_part = [raw for raw in raws if raw is not None]
        if not taking_part:
            return [0] * len(raws)
        totals = [0] * len(taking_part)
        for i, constraint in enumerate(soft):
            values = {raw[i]: 0 for raw in taking_part if raw[i] is not None}
            if constraint.key == HOSTNAME:
                nodes = cycle.sampled
                if len(taking_part) < len(raws):
                    nodes = sum(size for raw, size in zip(raws, sizes(), strict=True) if raw is not None)
                weight, counts = log_weight(nodes), {value: value for value in values}
            elif values:
                weight, counts = log_weight(len(values)), self._sums(cycle, constraint)
            else:
                continue
            base = (constraint.skew - 1) * UNIT
            points = {value: counts.get(value, 0) * weight + base for value in values}
            points[None] = 0
            totals = [total + points[raw[i]] for total, raw in zip(totals, taking_part, strict=True)]
        rounded = [(total + UNIT // 2) // UNIT for total in totals]
        least, most = min(rounded), max(rounded)
        if most == 0:
            scores = [MAX_SCORE] * len(rounded)
        else:
            scores = [MAX_SCORE * (most + least - one) // most for one in rounded]
        if len(scores) == len(raws):
            return scores
        rest = iter(scores)
        return [0 if raw is None else next(rest) for raw in raws]

    def _sums(self, cycle: Cycle, constraint: Constraint) -> dict[str, int]:
        """Matching pods per value of the label, over all nodes that take part."""
        spec = cycle.shape.spec
        if (
            not constraint.honor_taints
            and not spec.get("nodeSelector")
            and not (spec.get("affinity") or {}).get("nodeAffinity")
        ):
            return constraint.counter.track(constraint.key, cycle.cache.nodes)
        sums: dict[str, int] = {}
        for node in cycle.cache.order:
            value = node.labels.get(constraint.key)
            if value is not None and constraint.includes(cycle, node):
                sums[value] = sums.get(value, 0) + constraint.counter.by_node.get(node.name, 0)
        return sums


@lru_cache(maxsize=1024)
def log_weight(domains: int) -> int:
    """ln(domains + 2) in parts of UNIT: the more domains, the less often two pods meet by chance."""
    return int((Decimal(domains + 2).ln() * UNIT).to_integral_value())
