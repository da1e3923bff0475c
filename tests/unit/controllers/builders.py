"""Objects for the controllers' tests: only what a rule looks at."""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import timestamps

Object = dict[str, Any]
EPOCH = timestamps.parse("2026-01-01T00:00:00Z")
SECOND = 1_000_000


def at(seconds: int) -> str:
    """A timestamp so many seconds after the epoch of these tests."""
    return timestamps.rfc3339(EPOCH + seconds * SECOND)


def a_pod(name: str = "web-1", *, phase: str = "Running", ready: int | None = None, node: str = "worker-1",
          created: int = 0, deleting: bool = False, labels: dict[str, str] | None = None,
          annotations: dict[str, str] | None = None, restarts: int = 0, owner: Object | None = None,
          finalizers: list[str] | None = None) -> Object:
    """A pod; `ready` says since which second."""
    meta: Object = {"name": name, "namespace": "default", "uid": f"uid-{name}", "creationTimestamp": at(created),
                    "labels": labels or {}, "annotations": annotations or {}}
    if deleting:
        meta["deletionTimestamp"] = at(0)
    if owner:
        meta["ownerReferences"] = [{"kind": owner["kind"], "name": owner["metadata"]["name"], "controller": True,
                                    "apiVersion": owner["apiVersion"], "uid": owner["metadata"]["uid"]}]
    if finalizers:
        meta["finalizers"] = finalizers
    condition = {"type": "Ready", "status": "False" if ready is None else "True", "lastTransitionTime": at(ready or 0)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"nodeName": node} if node else {},
            "status": {"phase": phase, "conditions": [condition],
                       "containerStatuses": [{"name": "c", "restartCount": restarts}]}}


def a_replicaset(name: str, replicas: int, *, available: int | None = None, created: int = 0,
                 annotations: dict[str, str] | None = None, template: Object | None = None, **status: Any) -> Object:
    """A ReplicaSet; all of its pods are available unless told."""
    given = replicas if available is None else available
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": name, "namespace": "default", "uid": f"uid-{name}", "creationTimestamp": at(created),
                         "annotations": annotations or {}, "generation": 1},
            "spec": {"replicas": replicas, "template": template or {"metadata": {"labels": {"app": "web"}}},
                     "selector": {"matchLabels": {"app": "web"}}},
            "status": {"replicas": replicas, "availableReplicas": given, "readyReplicas": given,
                       "observedGeneration": 1, **status}}


def a_deployment(replicas: int, *, surge: int | str | None = None, unavailable: int | str | None = None,
                 strategy: str = "RollingUpdate", status: Object | None = None, **spec: Any) -> Object:
    """A Deployment; both fenceposts are 25% unless told."""
    given = {"maxSurge": surge, "maxUnavailable": unavailable}
    rolling = {key: value for key, value in given.items() if value is not None}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "default", "uid": "uid-web", "generation": 1},
            "spec": {"replicas": replicas, "strategy": {"type": strategy, "rollingUpdate": rolling},
                     "selector": {"matchLabels": {"app": "web"}},
                     "template": {"metadata": {"labels": {"app": "web"}}}, **spec}, "status": status or {}}


def a_node(name: str = "worker-1", *, ready: str | None = "True", labels: dict[str, str] | None = None,
           taints: list[Object] | None = None, unschedulable: bool = False, **conditions: str) -> Object:
    """A node with its Ready condition, and others by keyword."""
    given = {**({"Ready": ready} if ready else {}), **conditions}
    spec: Object = {"taints": taints} if taints else {}
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "uid": f"uid-{name}", "labels": labels or {}, "creationTimestamp": at(0)},
            "spec": {**spec, "unschedulable": True} if unschedulable else spec,
            "status": {"conditions": [{"type": kind, "status": status} for kind, status in given.items()]}}
