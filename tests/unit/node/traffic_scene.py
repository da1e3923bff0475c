"""Clusters with clients, for tests of traffic. Services have fixed addresses, so that no name need be looked up."""

from __future__ import annotations

from typing import Any

from cluster_sim import Cluster

IP = "10.96.0.50"


def a_service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"clusterIP": IP, "selector": {"app": "web"}, "ports": [{"port": 80}], **spec}}


def a_pod(name: str, node: str, image: str = "web:1", args: tuple[str, ...] = (), app: str = "web", pod: Any = None,
          **container: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": app}},
            "spec": {"nodeName": node, "terminationGracePeriodSeconds": 5, **(pod or {}),
                     "containers": [{"name": "c", "image": image, "args": [*args], **container}]}}


def a_client(name: str = "client", node: str = "worker-1", url: str = f"http://{IP}", rate: float = 50, *more: str) -> dict[str, Any]:
    args = (f"--url={url}", f"--rate={rate:g}", "--timeout=1s", *more)
    return a_pod(name, node, "podium/client:1", args, app=name)


def open_cluster(*manifests: dict[str, Any], zones: tuple[str | None, ...] = (None, None), seed: int = 1, rest: float = 8,
                 addons: tuple[str, ...] = ()) -> Cluster:
    workers = [{"zone": zone} if zone else {} for zone in zones]
    scene = {"apiVersion": "podium.dev/v1", "kind": "Scene",
             "spec": {"workers": workers, "managedControlPlane": True, "addons": [*addons]}}
    cluster = Cluster.open([scene, *manifests], seed=seed)
    cluster.advance(rest)
    return cluster


class Counting:
    """What a client counted since the last look."""

    def __init__(self, cluster: Cluster, client: str = "client") -> None:
        self.cluster, self.client = cluster, f"default/{client}"
        self.before = self._now()

    def _now(self) -> dict[str, Any]:
        ((_, counts),) = self.cluster.traffic()["clients"][self.client].items()
        return counts

    def over(self, seconds: float) -> dict[str, Any]:
        """Let time pass; → what changed: sent, ok, failed, endpoints, sameNode, …"""
        self.before = self._now()
        self.cluster.advance(seconds)
        now, changed = self._now(), {}
        for name, value in now.items():
            if isinstance(value, dict):
                changed[name] = {key: count - self.before[name].get(key, 0) for key, count in value.items()
                                 if count != self.before[name].get(key, 0)}
            elif isinstance(value, int):
                changed[name] = value - self.before[name]
        return changed


def delete(cluster: Cluster, pod: str, grace: int | None = None) -> None:
    query = "" if grace is None else f"?gracePeriodSeconds={grace}"
    assert cluster.request("DELETE", f"/api/v1/namespaces/default/pods/{pod}{query}").ok
