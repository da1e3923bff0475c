"""From one Deployment to so many running pods, and what a lesson's cluster costs at rest.

Each is a process of its own (`python -m tests.bench.pods 100 3000`), as a host would run a big scene: without the
garbage collector's full passes, without a trace.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from cluster_sim import Cluster

LESSON = Path(__file__).resolve().parents[2] / "lessons/content/kill-a-pod/scene.yaml"
PATIENCE = 600  # virtual seconds


def scene(nodes: int) -> dict[str, Any]:
    """So many workers, nothing else."""
    return {"apiVersion": "podium.dev/v1", "kind": "Scene",
            "spec": {"workers": nodes, "managedControlPlane": True, "addons": []}}


def deployment(pods: int) -> dict[str, Any]:
    """A Deployment that asks for little."""
    labels = {"app": "web"}
    container = {"name": "web", "image": "nginx:1.29", "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": pods, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}}


def create(nodes: int, pods: int) -> dict[str, Any]:
    """Wall seconds from the Deployment's creation until its status counts every pod ready."""
    gc.disable()
    cluster = Cluster.open(scene(nodes), seed=1, recording=False)
    cluster.advance(5)
    events, begun, started = cluster.position.after, cluster.now, time.perf_counter()
    answer = cluster.request("POST", "/apis/apps/v1/namespaces/default/deployments", deployment(pods))
    assert answer.status == 201, answer.body
    while not _ready(cluster, pods):
        assert cluster.now < begun + PATIENCE, cluster.get("deployments", "web")
        cluster.advance(0.25)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "events": cluster.position.after - events, "virtual": cluster.now - begun,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def at_rest(virtual: float = 2_000) -> dict[str, Any]:
    """Wall seconds for so many virtual seconds of the first lesson's cluster, heartbeats running, trace recorded."""
    cluster = Cluster.open(LESSON, seed=1)
    cluster.advance(60)
    started = time.perf_counter()
    cluster.advance(virtual)
    return {"seconds": time.perf_counter() - started, "virtual": virtual}


def _ready(cluster: Cluster, pods: int) -> bool:
    found = cluster.get("deployments", "web")
    return found is not None and found.get("status", {}).get("readyReplicas", 0) == pods


if __name__ == "__main__":
    print(json.dumps(at_rest() if sys.argv[1] == "rest" else create(int(sys.argv[1]), int(sys.argv[2]))))
