"""What the scheduler knows of a node: its room, what is promised of it, and the pods it holds.

A pod counts from the moment it is assumed here, before the API server has heard of it; so two pods are never
promised the same room. Source: kubernetes pkg/scheduler/framework/types.go (NodeInfo).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api.pod_requests import amounts
from cluster_sim.scheduler.pod_shape import PodShape

Object = dict[str, Any]
ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"


class ScheduledPod:
    """A pod on a node, as far as scheduling others needs it."""

    __slots__ = ("deleting", "key", "pod", "shape")

    def __init__(self, key: str, pod: Object, shape: PodShape) -> None:
        self.key = key
        self.pod = pod
        self.shape = shape
        self.deleting = "deletionTimestamp" in pod["metadata"]

    @property
    def priority(self) -> int:
        """Who may be preempted by whom."""
        return int(self.pod["spec"].get("priority") or 0)


class NodeInfo:
    """One node. `position` is its place in the order in which nodes are looked at."""

    __slots__ = ("alloc_cpu", "alloc_memory", "alloc_other", "alloc_pods", "cpu", "images", "labels", "memory", "name",
                 "node", "nominated", "other", "pods", "ports", "position", "prefer_no_schedule", "scored_cpu",
                 "scored_memory", "taints", "unschedulable")

    def __init__(self, name: str) -> None:
        self.name = name
        self.position = -1
        self.node: Object | None = None
        self.labels: dict[str, str] = {}
        self.taints: list[Object] = []
        self.prefer_no_schedule: list[Object] = []
        self.unschedulable = False
        self.images: dict[str, int] = {}
        self.alloc_cpu = self.alloc_memory = self.alloc_pods = 0
        self.alloc_other: dict[str, int] = {}
        self.cpu = self.memory = self.scored_cpu = self.scored_memory = 0
        self.other: dict[str, int] = {}
        self.pods: dict[str, ScheduledPod] = {}
        self.ports: dict[str, list[tuple[str, str, int]]] = {}
        self.nominated: dict[str, ScheduledPod] = {}  # pods that wait for victims here to be gone

    def set_node(self, node: Object | None) -> None:
        """The Node object as it is now (None: there is none)."""
        node = node or {"metadata": {"name": self.name}}
        self.node = node if "spec" in node or "status" in node else None
        spec, status = node.get("spec") or {}, node.get("status") or {}
        self.labels = node["metadata"].get("labels") or {}
        taints = spec.get("taints") or []
        self.taints = [taint for taint in taints if taint.get("effect") != "PreferNoSchedule"]
        self.prefer_no_schedule = [taint for taint in taints if taint.get("effect") == "PreferNoSchedule"]
        self.unschedulable = bool(spec.get("unschedulable"))
        allocatable = amounts(status.get("allocatable"))
        self.alloc_cpu = allocatable.pop("cpu", 0)
        self.alloc_memory = allocatable.pop("memory", 0)
        self.alloc_pods = allocatable.pop("pods", 0)
        self.alloc_other = allocatable
        self.images = {name: image.get("sizeBytes", 0) for image in status.get("images") or ()
                       for name in image.get("names") or ()}

    def add(self, pod: ScheduledPod) -> None:
        """The pod takes its share of the node."""
        shape = pod.shape
        self.pods[pod.key] = pod
        self.cpu += shape.cpu
        self.memory += shape.memory
        self.scored_cpu += shape.scored_cpu
        self.scored_memory += shape.scored_memory
        for name, amount in shape.other_requests:
            self.other[name] = self.other.get(name, 0) + amount
        if shape.ports:
            self.ports[pod.key] = shape.ports

    def remove(self, key: str) -> ScheduledPod | None:
        """The pod's share is free again."""
        pod = self.pods.pop(key, None)
        if pod is None:
            return None
        shape = pod.shape
        self.cpu -= shape.cpu
        self.memory -= shape.memory
        self.scored_cpu -= shape.scored_cpu
        self.scored_memory -= shape.scored_memory
        for name, amount in shape.other_requests:
            self.other[name] -= amount
        if shape.ports:
            del self.ports[key]
        return pod

    def copy(self) -> NodeInfo:
        """For trying out: what if these pods were gone?"""
        other = NodeInfo(self.name)
        for field in self.__slots__:
            setattr(other, field, getattr(self, field))
        other.pods, other.ports, other.other = {**self.pods}, {**self.ports}, {**self.other}
        return other
