"""A small cluster to break, and what can be asked of it."""

from __future__ import annotations

from typing import Any

from cluster_sim import Cluster

PODS = "/api/v1/namespaces/default/pods"
PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5}
SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene",
         "spec": {"controlPlanes": 1, "managedControlPlane": True, "addons": [],
                  "workers": [{"name": "worker-1", "zone": "a"}, {"name": "worker-2", "zone": "b"}]}}


def a_pod(name: str, node: str = "worker-1", image: str = "nginx:1.27", **container: Any) -> dict[str, Any]:
    """A pod on a certain node."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"nodeName": node, "containers": [{"name": "c", "image": image, **container}]}}


def open_cluster(*pods: dict[str, Any], seed: int = 1) -> Cluster:
    """The cluster at rest; by default with a web server on each worker, the first with probes."""
    pods = pods or (a_pod("web", readinessProbe=PROBE, livenessProbe=PROBE), a_pod("other", "worker-2"))
    cluster = Cluster.open([SCENE, *pods], seed=seed)
    cluster.advance(30)
    return cluster


def condition(cluster: Cluster, resource: str, name: str, kind: str) -> tuple[str, str]:
    """(status, reason) of a condition."""
    for one in (cluster.get(resource, name) or {}).get("status", {}).get("conditions", []):
        if one["type"] == kind:
            return one["status"], one.get("reason", "")
    return "", ""


def container(cluster: Cluster, name: str = "web") -> dict[str, Any]:
    """The first container's status."""
    return ((cluster.get("pods", name) or {}).get("status", {}).get("containerStatuses") or [{}])[0]


def state(cluster: Cluster, name: str = "web") -> str:
    """The reason its first container waits or has ended for, or `running`."""
    word, what = next(iter(container(cluster, name).get("state", {"": {}}).items()))
    return str(what.get("reason", word))


def events(cluster: Cluster, name: str) -> list[tuple[str, str]]:
    """(reason, message) of the Events about an object."""
    return [(one["reason"], one["message"]) for one in cluster.objects("events") if one["involvedObject"]["name"] == name]


def ready(cluster: Cluster, node: str = "worker-1") -> str:
    """The node's Ready condition."""
    return condition(cluster, "nodes", node, "Ready")[0]
