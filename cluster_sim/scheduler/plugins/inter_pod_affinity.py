"""InterPodAffinity: near some pods, away from others; also as those others ask it of this one.

Near means: on nodes with the same value of a label (the topology key). Required terms filter, preferred terms
score. Anti-affinity is symmetric: a pod already placed that wants no such neighbour keeps one away.

Source: pkg/scheduler/framework/plugins/interpodaffinity (filtering.go, scoring.go).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api import selectors
from cluster_sim.scheduler.framework import MAX_SCORE, Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo, ScheduledPod
from cluster_sim.scheduler.pod_shape import REQUIRED, PodShape

Object = dict[str, Any]
Domains = dict[tuple[str, str], int]  # (topology key, value) → count or weight
HARD_AFFINITY_WEIGHT = 1  # what others' required affinity counts for, when scoring


class InterPodAffinity(Plugin):
    """Filter by required terms, score by preferred ones."""

    name = "InterPodAffinity"
    weight = 2
    relative = True
    wakes = ("node-add", "node-label", "pod-add", "pod-delete", "pod-label", "own-label")
    NO_NEIGHBOUR = Rejection("InterPodAffinity", ("node(s) didn't match pod affinity rules",), unresolvable=True)
    BAD_NEIGHBOUR = Rejection("InterPodAffinity", ("node(s) didn't match pod anti-affinity rules",))
    UNWANTED = Rejection("InterPodAffinity", ("node(s) didn't satisfy existing pods anti-affinity rules",))

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A node with a label that matters; a neighbour that came for company, or an unwelcome one that went.

        Terms that select namespaces by label are taken to be about every namespace: here one look too many does no harm.
        """
        if event.kind.startswith("node"):
            wanted = [term["topologyKey"] for term in (*shape.required_affinity, *shape.required_anti_affinity)]
            before, after = ((node or {"metadata": {}})["metadata"].get("labels") or {} for node in (event.old, event.new))
            return not wanted or any(key in after and before.get(key) != after[key] for key in wanted) or any(
                key in before and key not in after for key in wanted)
        came = event.new is not None and bool(shape.required_affinity) and all(
            _may_mean(term, shape, event.new) for term in shape.required_affinity)
        went = event.old is not None and (
            any(_may_mean(term, shape, event.old) for term in shape.required_anti_affinity) or has_anti_affinity(event.old))
        return came or went

    def filters(self, cycle: Cycle) -> bool:
        """If the pod, or one that is there, has terms about the other."""
        return cycle.shape.has_affinity or bool(self._interested(cycle))

    scores = looks_beyond = filters

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Count, per domain, the pods that matter, once for all nodes."""
        shape = cycle.shape
        unwanted: Domains = {}
        for entry, node in self._interested(cycle):
            for term in entry.shape.required_anti_affinity:
                if matches(cycle, term, entry.shape, shape):
                    _count(unwanted, term, node)
        near, against = {}, {}  # type: Domains, Domains
        weights: Domains = {}
        if shape.has_affinity:
            self._look_around(cycle, near, against, weights)
        itself = all(matches(cycle, term, shape, shape) for term in shape.required_affinity)
        cycle.data[self.name] = {"unwanted": unwanted, "near": near, "against": against, "itself": itself,
                                 "weights": self._weights(cycle, weights)}
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Neighbours that must be, that must not be, and that don't want this pod."""
        shape, data = cycle.shape, cycle.data[self.name]
        for term in shape.required_affinity:
            value = node.labels.get(term["topologyKey"])
            # The first of a group that wants to be together may go anywhere.
            first = not data["near"] and data["itself"]
            if value is None or not (first or data["near"].get((term["topologyKey"], value))):
                return self.NO_NEIGHBOUR
        for term in shape.required_anti_affinity:
            value = node.labels.get(term["topologyKey"])
            if value is not None and data["against"].get((term["topologyKey"], value)):
                return self.BAD_NEIGHBOUR
        if any(node.labels.get(key) == value for key, value in data["unwanted"]):
            return self.UNWANTED
        return None

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """The weights of all terms fulfilled in the node's domains."""
        return sum(weight for (key, value), weight in cycle.data[self.name]["weights"].items()
                   if node.labels.get(key) == value)

    def normalize(self, cycle: Cycle, raws: list[int], sizes: Callable[[], list[int]]) -> list[int]:
        """The lowest gets 0, the highest 100; in floating point as upstream, so that 29 of 100 makes 28."""
        least, most = min(raws), max(raws)
        if most == least:
            return [0] * len(raws)
        return [int(float(MAX_SCORE) * ((raw - least) / (most - least))) for raw in raws]

    def _look_around(self, cycle: Cycle, near: Domains, against: Domains, weights: Domains) -> None:
        """Count the pods that the pod's own terms are about; what terms say of one pod holds for all of its shape."""
        known: dict[str, list[tuple[Domains, Object, int]]] = {}
        for node in cycle.cache.order:
            for entry in node.pods.values():
                meant = known.get(entry.shape.key)
                if meant is None:
                    meant = known[entry.shape.key] = self._meant(cycle, entry.shape, near, against, weights)
                for domains, term, weight in meant:
                    _count(domains, term, node, weight)

    def _meant(self, cycle: Cycle, other: PodShape, near: Domains, against: Domains,
               weights: Domains) -> list[tuple[Domains, Object, int]]:
        """What each pod of the other shape adds, and where: of the required terms for neighbours all must hold, or none does."""
        shape = cycle.shape
        wanted = shape.required_affinity
        found = [(near, term, 1) for term in wanted] if all(matches(cycle, term, shape, other) for term in wanted) else []
        found += [(against, term, 1) for term in shape.required_anti_affinity if matches(cycle, term, shape, other)]
        found += [(weights, term, weight) for weight, term in shape.preferred_affinity if matches(cycle, term, shape, other)]
        return found

    def _weights(self, cycle: Cycle, weights: Domains) -> Domains:
        """With what the pods that are there say of the pod."""
        shape = cycle.shape
        for entry, node in self._interested(cycle):
            terms = [(HARD_AFFINITY_WEIGHT, term) for term in entry.shape.required_affinity]
            for weight, term in [*terms, *entry.shape.preferred_affinity]:
                if matches(cycle, term, entry.shape, shape):
                    _count(weights, term, node, weight)
        return weights

    def _interested(self, cycle: Cycle) -> list[tuple[ScheduledPod, NodeInfo]]:
        """Placed pods with any term that is about pods like this one."""
        found = []
        known: dict[str, bool] = {}
        for key, name in cycle.cache.with_affinity.items():
            node = cycle.cache.nodes[name]
            other = node.pods[key].shape
            if other.key not in known:
                terms = [*other.required_affinity, *other.required_anti_affinity,
                         *(term for _, term in other.preferred_affinity)]
                known[other.key] = any(matches(cycle, term, other, cycle.shape) for term in terms)
            if known[other.key]:
                found.append((node.pods[key], node))
        return found


def _may_mean(term: Object, owner: PodShape, pod: Object) -> bool:
    """Whether the term can be about this pod, as far as that is to be seen without namespaces' labels."""
    meta = pod["metadata"]
    inside = term.get("namespaceSelector") is not None or meta.get("namespace") in (term.get("namespaces") or [owner.namespace])
    return inside and selectors.matches(term.get("labelSelector"), meta.get("labels") or {})


def has_anti_affinity(pod: Object) -> bool:
    """It keeps others away."""
    return bool((((pod["spec"].get("affinity") or {}).get("podAntiAffinity")) or {}).get(REQUIRED))


def matches(cycle: Cycle, term: Object, owner: PodShape, other: PodShape) -> bool:
    """Whether the term, which `owner` has, is about pods like `other`."""
    namespaces, selector = term.get("namespaces"), term.get("namespaceSelector")
    if namespaces or selector is not None:
        inside = other.namespace in (namespaces or ())
        if not inside and selector is not None:
            namespace = cycle.listers["namespaces"].get(other.namespace) or {"metadata": {}}
            inside = selectors.matches(selector, namespace["metadata"].get("labels") or {})
    else:
        inside = other.namespace == owner.namespace
    return inside and selectors.matches(term.get("labelSelector"), other.labels)


def _count(domains: Domains, term: Object, node: NodeInfo, by: int = 1) -> None:
    value = node.labels.get(term["topologyKey"])
    if value is not None:
        place = (term["topologyKey"], value)
        domains[place] = domains.get(place, 0) + by
