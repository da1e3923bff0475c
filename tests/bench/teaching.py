"""The cluster of a class: three control planes, five workers. At rest, and as a snapshot; each in a process of its own.

Everything that beats is on: raft's heartbeats, Leases, probes, and the trace is recorded.
"""

from __future__ import annotations

import gc
import json
import time
from statistics import median
from typing import Any

from cluster_sim import Cluster
from tests.bench.pods import deployment

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 3, "workers": 5}}
ROUNDS = 5


def opened() -> Cluster:
    """The cluster with a Deployment, at rest."""
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(20)
    answer = cluster.request("POST", "/apis/apps/v1/namespaces/default/deployments", deployment(10))
    assert answer.status == 201, answer.body
    cluster.advance(60)
    return cluster


def measure(virtual: float = 200) -> dict[str, Any]:
    """Seconds of processor time for `virtual` seconds at rest; milliseconds of a snapshot and of its restore."""
    cluster = opened()
    gc.collect()
    gc.freeze()
    started = time.process_time()
    cluster.advance(virtual)
    seconds = time.process_time() - started
    snapshots, restores = [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        data = cluster.snapshot()
        between = time.process_time()
        restored = Cluster.restore(data)
        restores.append(time.process_time() - between)
        snapshots.append(between - started)
        assert restored.state_hash() == cluster.state_hash()
        del restored  # not in the next round's time
    return {"seconds": seconds, "virtual": virtual, "snapshot": 1e3 * median(snapshots), "restore": 1e3 * median(restores),
            "kilobytes": len(data) / 1024}


if __name__ == "__main__":
    print(json.dumps(measure()))
