"""Decisions of the scheduler a second, on 5,000 nodes with half of their room promised, every default plugin at work.

`plain`: pods of a Deployment behind a Service, as most are. `all`: every pod has claims on the plugins: a hard constraint over
zones, terms for and against neighbours, tolerations, a node preference, a port of the node. A decision is filter, score,
choose and assume; nothing of the API server is in it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import Any

from cluster_sim.scheduler.decision import decide
from tests.unit.scheduler.builders import HOSTNAME, ZONE, ACluster, a_node, a_pod

Object = dict[str, Any]
NODES, PLACED, LABELS = 5_000, 2, {"app": "web"}
WANTED = {"plain": 2_000, "all": 40}  # how many decisions are measured
SERVICE = {"metadata": {"namespace": "default", "name": "web"}, "spec": {"selector": LABELS}}
SPREAD = [{"maxSkew": 5, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": LABELS}}]


def a_cluster() -> ACluster:
    """Nodes in three zones; every tenth is tainted for the soft, every fiftieth for good, and each holds pods."""
    nodes = []
    for i in range(NODES):
        effect = "NoSchedule" if i % 50 == 0 else "PreferNoSchedule" if i % 10 == 0 else None
        taints = [{"key": "dedicated", "value": "x", "effect": effect}] if effect else None
        nodes.append(a_node(f"node-{i}", "16", "32Gi", labels={ZONE: f"zone-{i % 3}", "disk": "ssd" if i % 4 else "hdd"},
                            taints=taints, images={"docker.io/library/app:1": 200 << 20} if i % 2 else None))
    cluster = ACluster(*nodes, services=[SERVICE])
    for i in range(NODES):
        cluster.place(f"node-{i}", *(a_pod(f"there-{i}-{j}", "4", "8Gi", labels={"app": f"other-{i % 20}"}) for j in range(PLACED)))
    return cluster


def the_pod(kind: str, number: int) -> Object:
    """The next pod to place."""
    if kind == "plain":
        return a_pod(f"web-{number}", "100m", "64Mi", labels=LABELS, owner="web", image="docker.io/library/app:1")
    selector = {"labelSelector": {"matchLabels": LABELS}, "topologyKey": HOSTNAME}
    preferred = [{"weight": 10, "podAffinityTerm": {**selector, "topologyKey": ZONE}}]
    pod = a_pod(f"web-{number}", "100m", "64Mi", labels=LABELS, image="docker.io/library/app:1", topologySpreadConstraints=SPREAD,
                tolerations=[{"key": "dedicated", "operator": "Exists", "effect": "PreferNoSchedule"}],
                affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [selector]},
                          "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred},
                          "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {
                              "matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}}]}})
    pod["spec"]["containers"][0]["ports"] = [{"containerPort": 80, "hostPort": 8080}]
    return pod


def decisions(kind: str) -> dict[str, Any]:
    """Wall seconds of so many decisions; the first, which makes the picture, is not counted."""
    gc.disable()
    cluster, start = a_cluster(), 0
    kept = cluster.ranking(the_pod(kind, 0))
    began = time.perf_counter()
    for number in range(WANTED[kind] + 1):
        pod = the_pod(kind, number)
        decision = decide(kept, start, lambda below: 0, explain=False)
        assert decision.node is not None
        start = decision.next_start
        cluster.cache.add(f"default/web-{number}", pod, decision.node)
        if number == 0:
            began = time.perf_counter()
    return {"seconds": time.perf_counter() - began, "decisions": WANTED[kind]}


if __name__ == "__main__":
    print(json.dumps(decisions(sys.argv[1])))
