"""Small clusters for the scheduler's rules, without any process around them."""

from __future__ import annotations

from typing import Any

from cluster_sim.scheduler.cache import Cache
from cluster_sim.scheduler.decision import Decision, decide
from cluster_sim.scheduler.framework import Cycle
from cluster_sim.scheduler.ranking import Ranking

Object = dict[str, Any]
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


def a_node(name: str, cpu: str = "4", memory: str = "8Gi", pods: int = 110, labels: Object | None = None,
           taints: list[Object] | None = None, images: Object | None = None, **spec: Any) -> Object:
    """A Node object."""
    status: Object = {"allocatable": {"cpu": cpu, "memory": memory, "pods": str(pods)}}
    if images:
        status["images"] = [{"names": [image], "sizeBytes": size} for image, size in images.items()]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {HOSTNAME: name, **(labels or {})}},
        "spec": {**spec, **({"taints": taints} if taints else {})},
        "status": status,
    }


def a_pod(name: str, cpu: str | None = None, memory: str | None = None, labels: Object | None = None,
          image: str = "app:1", owner: str | None = None, namespace: str = "default", **spec: Any) -> Object:
    """A Pod object of one container."""
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}
    meta: Object = {"name": name, "namespace": namespace, "uid": name, "labels": labels or {}}
    if owner:
        meta["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner, "uid": owner, "controller": True}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": {}, "spec": {
        "containers": [{"name": "c", "image": image, **({"resources": {"requests": requests}} if requests else {})}],
        **spec}}


class Listed:
    """A lister over given objects."""

    def __init__(self, *objects: Object) -> None:
        self.objects = {"/".join(filter(None, (one["metadata"].get("namespace"), one["metadata"]["name"]))): one
                        for one in objects}

    def get(self, key: str) -> Object | None:
        """By key."""
        return self.objects.get(key)

    def list(self, namespace: str | None = None) -> list[Object]:
        """All (of a namespace)."""
        return [one for one in self.objects.values() if namespace in (None, one["metadata"].get("namespace"))]


RESOURCES = (
    "services",
    "replicasets",
    "statefulsets",
    "replicationcontrollers",
    "namespaces",
    "persistentvolumeclaims",
    "persistentvolumes",
    "storageclasses",
    "csinodes",
    "csidrivers",
    "csistoragecapacities",
    "volumeattachments",
)


class ACluster:
    """Nodes with pods on them, and decisions about further pods."""

    def __init__(self, *nodes: Object, **objects: list[Object]) -> None:
        self.cache = Cache()
        self.listers = {name: Listed(*objects.get(name, [])) for name in RESOURCES}
        self.start = 0
        for node in nodes:
            self.cache.set_node(node["metadata"]["name"], node)

    def place(self, node: str, *pods: Object) -> ACluster:
        """These pods are on that node."""
        for pod in pods:
            self.cache.add(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}", pod, node)
        return self

    def ranking(self, pod: Object) -> Ranking:
        """A fresh ranking for pods like this."""
        return Ranking(Cycle(self.cache.shape(pod), self.cache, self.listers))

    def decide(self, pod: Object, draw: Any = lambda below: 0) -> Decision:
        """Where the pod goes; the first of equals unless `draw` says otherwise."""
        decision = decide(self.ranking(pod), self.start, draw)
        self.start = decision.next_start
        return decision

    def points(self, pod: Object, plugin: str) -> dict[str, int]:
        """Node → points of one plugin, weighted."""
        detail = self.decide(pod).detail
        assert detail is not None
        return {name: points[plugin] for name, _, points in sorted(detail["scores"]) if plugin in points}

    def reasons(self, pod: Object) -> dict[str, str]:
        """Node → why it was turned down."""
        ranking = self.ranking(pod)
        decide(ranking, 0, lambda below: 0)
        return {self.cache.order[position].name: ", ".join(one.reasons) for position, one in ranking.rejections.items()}
