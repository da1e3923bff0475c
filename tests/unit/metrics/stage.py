"""A cluster with the metrics server, and what can be asked of it."""

from __future__ import annotations

from typing import Any

from cluster_sim import Cluster

METRICS = "/apis/metrics.k8s.io/v1beta1"


def open_cluster(*manifests: dict[str, Any], workers: int = 2, addons: tuple[str, ...] = ("metrics",)) -> Cluster:
    """The cluster, up."""
    scene = {"apiVersion": "podium.dev/v1", "kind": "Scene",
             "spec": {"workers": workers, "managedControlPlane": True, "addons": [*addons]}}
    return Cluster.open([scene, *manifests], seed=1)


def available(cluster: Cluster) -> tuple[str, str, str]:
    """(status, reason, message) of the APIService's condition."""
    found = cluster.get("apiservices", "v1beta1.metrics.k8s.io")
    one = ((found or {}).get("status") or {}).get("conditions", [{}])[0]
    return one.get("status", ""), one.get("reason", ""), one.get("message", "")


def is_available(cluster: Cluster) -> bool:
    """Whether the group is served."""
    return available(cluster)[0] == "True"
