"""The scheduling framework: what a plugin is, and what it is told in one scheduling cycle.

A plugin may reject nodes (`filter`) and may prefer some (`raw`, then `normalize` to 0–100 over the nodes that
passed). Extension points we have no use for (Permit, Reserve, QueueSort as plugins) are plain code in
`scheduler.py`. Source: kubernetes pkg/scheduler/framework/interface.go, runtime/framework.go.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from cluster_sim.api.pod_requests import pod_requests
from cluster_sim.scheduler.cache import Cache
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape

Object = dict[str, Any]
MAX_SCORE = 100


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a node (or, from `prepare`, every node) is out. Unresolvable: no preemption could change it."""

    plugin: str
    reasons: tuple[str, ...]
    unresolvable: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a node, a pod or a volume: its kind, and the object before and after."""

    kind: str
    old: Object | None = None
    new: Object | None = None


def own_changes(old: Object, new: Object) -> list[str]:
    """The kinds of events that a change of a waiting pod is (framework/events.go, PodSchedulingPropertiesChange)."""
    kinds = []
    if old["metadata"].get("labels") != new["metadata"].get("labels"):
        kinds.append("own-label")
    if old["spec"] != new["spec"]:
        after = pod_requests(new["spec"])
        if any(amount > after.get(name, 0) for name, amount in pod_requests(old["spec"]).items()):
            kinds.append("own-scale-down")
        if old["spec"].get("tolerations") != new["spec"].get("tolerations"):
            kinds.append("own-toleration")
        kinds = kinds or ["own"]
    return kinds


class Lister(Protocol):
    """What plugins read other objects from: an informer."""

    def get(self, key: str) -> Object | None:
        """The object of that key."""

    def list(self, namespace: str | None = None) -> list[Object]:
        """All objects (of a namespace)."""


class Cycle:
    """One pod's scheduling: its shape, the picture of the cluster, and what plugins have prepared."""

    def __init__(self, shape: PodShape, cache: Cache, listers: dict[str, Lister]) -> None:
        self.shape = shape
        self.cache = cache
        self.listers = listers
        self.data: dict[str, Any] = {}
        self.sampled = 0  # nodes that passed and are scored


class Plugin:
    """Base of all plugins. A plugin keeps nothing between cycles but what stands in `cycle.data`."""

    name: ClassVar[str] = ""
    weight: ClassVar[int] = 0
    relative: ClassVar[bool] = False  # whether `normalize` compares nodes; else the raw value is the score
    # Events after which a pod that this plugin turned away may be worth another try (its queueing hints).
    wakes: ClassVar[tuple[str, ...]] = ()

    def helps(self, shape: PodShape, event: Event) -> bool:
        """Whether the event may change this plugin's mind about pods of the shape (QueueingHintFn)."""
        return True

    def filters(self, cycle: Cycle) -> bool:
        """Whether it has anything to say about this pod when filtering."""
        return True

    def scores(self, cycle: Cycle) -> bool:
        """Whether it has anything to say about this pod when scoring."""
        return self.weight > 0

    def looks_beyond(self, cycle: Cycle) -> bool:
        """Whether its answer about one node depends on others: then nothing is kept from one pod to the next."""
        return False

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """PreFilter and PreScore: look at the pod and the cluster once; a rejection is one for all nodes."""
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """None: the pod may go there."""
        return None

    def raw(self, cycle: Cycle, node: NodeInfo) -> Hashable:
        """What is to be compared between nodes."""
        return 0

    def normalize(self, cycle: Cycle, raws: list[Any], sizes: Callable[[], list[int]]) -> list[int]:
        """Scores of 0 to 100 for the distinct raw values; `sizes` says how many nodes have each."""
        return raws


def spread_to_100(raws: list[int], reverse: bool = False) -> list[int]:
    """Scale so that the greatest is 100 (reverse: so that it is 0): helper/normalize_score.go."""
    top = max(raws)
    if top == 0:
        return [MAX_SCORE if reverse else 0] * len(raws)
    if reverse:
        return [MAX_SCORE - MAX_SCORE * raw // top for raw in raws]
    return [MAX_SCORE * raw // top for raw in raws]
