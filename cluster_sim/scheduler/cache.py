"""The scheduler's picture of the cluster: nodes with the pods on them, those just promised included.

It is built from the informers' copies and the process's list of assumed pods, so it is no state of its own. Every
change of a node is noted in a log of positions; whoever keeps something per node (see `ranking.py`) reads on from
where it was and looks again at those nodes only.

Source: kubernetes pkg/scheduler/backend/cache (cache.go, node_tree.go).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from cluster_sim.scheduler.node_info import REGION, ZONE, NodeInfo, ScheduledPod
from cluster_sim.scheduler.pod_shape import PodShape, parts_of, shape_key
from cluster_sim.scheduler.selector_counter import SelectorCounter

Object = dict[str, Any]
COUNTERS = 64  # selectors whose pods are counted at a time
REMEMBERED = 512  # shapes found by their parts
LOG = 100_000  # changes remembered


class Cache:
    """Nodes by name and in the order in which they are tried."""

    def __init__(self) -> None:
        self.nodes: dict[str, NodeInfo] = {}
        self._order: list[NodeInfo] | None = None
        self.layout = 0  # grows when the order of nodes, or what all of them share, changes
        self.changes: list[int] = []  # positions of changed nodes
        self.pod_nodes: dict[str, str] = {}  # pod key → node name
        self.with_affinity: dict[str, str] = {}  # pods with pod (anti-)affinity → node name
        self.affinity_version = 0  # grows when these change
        self.nominated: dict[str, str] = {}
        self.counters: dict[str, SelectorCounter] = {}
        self.image_nodes: dict[str, int] = {}  # image → nodes that have it
        self._by_parts: dict[tuple[int, ...], tuple[list[Any], PodShape]] = {}  # ids of its parts → these, and the shape
        self._shapes: WeakValueDictionary[str, PodShape] = WeakValueDictionary()

    def shape(self, pod: Object) -> PodShape:
        """The shape of a pod, shared by all that are alike: found by what it is made of, else by how that reads."""
        parts = parts_of(pod)
        if parts is None:
            return self._shape(pod)
        same = tuple(map(id, parts))
        known = self._by_parts.get(same)
        if known is None:
            if len(self._by_parts) >= REMEMBERED:
                self._by_parts.clear()
            known = self._by_parts[same] = (parts, self._shape(pod))
        return known[1]

    def _shape(self, pod: Object) -> PodShape:
        key = shape_key(pod)
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = PodShape(pod, key)
        return found

    # Nodes

    @property
    def order(self) -> list[NodeInfo]:
        """Zone by zone in turn, so that the first nodes tried lie in different zones; within a zone by name."""
        if self._order is None:
            zones: dict[str, list[NodeInfo]] = {}
            for name in sorted(self.nodes):
                node = self.nodes[name]
                if node.node is not None:
                    place = f"{node.labels.get(REGION, '')}:{node.labels.get(ZONE, '')}"
                    zones.setdefault(place, []).append(node)
            lists = list(zones.values())
            self._order = [nodes[i] for i in range(max(map(len, lists), default=0)) for nodes in lists
                           if i < len(nodes)]
            for position, node in enumerate(self._order):
                node.position = position
            self.changes = []
        return self._order

    def set_node(self, name: str, node: Object | None) -> None:
        """A Node object came, changed or went."""
        info = self.nodes.get(name)
        if info is None:
            info = self.nodes[name] = NodeInfo(name)
        before, images = (info.node is None, info.labels), info.images
        info.set_node(node)
        if images != info.images:
            self._count_images(images, info.images)
        if before != (info.node is None, info.labels):
            self.layout += 1
            self._order = None
            for counter in self.counters.values():
                counter.forget_domains()
        else:
            self._changed(info)
        if info.node is None and not info.pods:
            del self.nodes[name]

    def _count_images(self, old: dict[str, int], new: dict[str, int]) -> None:
        for image in old:
            if image not in new:
                self.image_nodes[image] -= 1
        for image in new:
            if image not in old:
                self.image_nodes[image] = self.image_nodes.get(image, 0) + 1

    # Pods

    def add(self, key: str, pod: Object, node_name: str, shape: PodShape | None = None) -> None:
        """The pod is on the node, or promised to it (again, with new facts: it replaces what was known)."""
        self.remove(key)
        node = self.nodes.get(node_name)
        if node is None:
            node = self.nodes[node_name] = NodeInfo(node_name)
        entry = ScheduledPod(key, pod, shape or self.shape(pod))
        node.add(entry)
        self.pod_nodes[key] = node_name
        if entry.shape.has_affinity:
            self.with_affinity[key] = node_name
            self.affinity_version += 1
        for counter in self.counters.values():
            if counter.counts(entry):
                counter.change(node, 1)
        self._changed(node)

    def refresh(self, key: str, pod: Object, node_name: str) -> bool:
        """Take in a change that alters nothing for others; → False if it does alter something."""
        if self.pod_nodes.get(key) != node_name:
            return False
        entry = self.nodes[node_name].pods[key]
        old, new = entry.pod, pod
        if entry.deleting != ("deletionTimestamp" in new["metadata"]):
            return False
        if old["metadata"].get("labels") != new["metadata"].get("labels"):
            return False
        if old["spec"]["containers"] != new["spec"]["containers"]:
            return False
        entry.pod = pod
        return True

    def remove(self, key: str) -> bool:
        """The pod is gone, or the promise withdrawn."""
        name = self.pod_nodes.pop(key, None)
        if name is None:
            return False
        node = self.nodes[name]
        entry = node.remove(key)
        if self.with_affinity.pop(key, None) is not None:
            self.affinity_version += 1
        for counter in self.counters.values():
            if entry is not None and counter.counts(entry):
                counter.change(node, -1)
        self._changed(node)
        if node.node is None and not node.pods:
            del self.nodes[name]
        return True

    def nominate(self, key: str, pod: Object | None, node_name: str | None) -> None:
        """The pod waits for victims on the node to be gone (None: no longer)."""
        old = self.nodes.get(self.nominated.pop(key, ""))
        if old is not None:
            old.nominated.pop(key, None)
            self._changed(old)
        new = self.nodes.get(node_name or "")
        if new is not None and pod is not None:
            new.nominated[key] = ScheduledPod(key, pod, self.shape(pod))
            self.nominated[key] = new.name
            self._changed(new)

    def counter(self, name: str, namespace: str, matches: Callable[[dict[str, str]], bool]) -> SelectorCounter:
        """The running count of a namespace's pods that match; `name` identifies the selector."""
        key = f"{namespace} {name}"
        found = self.counters.get(key)
        if found is None:
            if len(self.counters) >= COUNTERS:
                del self.counters[next(iter(self.counters))]
                self.layout += 1  # whoever still counts with it must ask again
            found = self.counters[key] = SelectorCounter(namespace, matches)
            found.fill(self.nodes)
        return found

    def invalidate(self) -> None:
        """Something that all rankings build on has changed (a Service, an owner's selector)."""
        self.layout += 1

    def _changed(self, node: NodeInfo) -> None:
        if self._order is not None and node.node is not None:
            if len(self.changes) >= LOG:
                self.layout += 1
                self.changes = []
            self.changes.append(node.position)
