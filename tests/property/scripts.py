"""Random command scripts: what people might do to a cluster, from a seed, as plain data.

Run as a program it plays scripts and prints their state hashes, one a line: `python -m tests.property.scripts 0 50`.
Two such processes with different hash seeds must print the same. What a script applies stands in `manifests.py`.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from typing import Any

from cluster_sim import Cluster, FaultError
from tests.property.manifests import Object, deployment, manifest, path_of, scene

APPS = "/apis/apps/v1/namespaces/default"
PODS = "/api/v1/namespaces/default/pods"
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
# Faults with options that hurt; those that are not named here are injected as they come.
OPTIONS: dict[str, Object] = {"slow": {"ms": 300}, "lossy": {"percent": 30}, "disk-full": {"percent": 97},
                              "memory-pressure": {"availableMi": 20}, "clock-skew": {"seconds": -400}}
Step = list[Any]


def write(seed: int, length: int = 14) -> list[Step]:
    """A script: creates, scales, new images, deletes, kills, crashes, faults and their undoing, time between."""
    draw = random.Random(seed)
    script: list[Step] = []
    for number in range(length):
        name = draw.choice(["web", "shop", "mail"])
        what = draw.randrange(12)
        if what == 0 or number == 0:
            script.append(["create", name, draw.randint(1, 5), draw.choice(["nginx:1.29", "redis:7", "crasher:1", "web:nope"])])
        elif what == 1:
            script.append(["scale", name, draw.randint(0, 6)])
        elif what == 2:
            script.append(["image", name, draw.choice(["nginx:1.30", "redis:8", "worker:1"])])
        elif what == 3:
            script.append(["delete", name, draw.choice(["Background", "Foreground", "Orphan"])])
        elif what in (4, 5):
            script.append(["kill", draw.randrange(8)])
        elif what in (6, 7):
            script.append(["fault", draw.choice(["stop", "power-off", "cut", "crash", "slow", "partition", "lossy", "hang",
                                                 "disk-full", "memory-pressure", "clock-skew", "expired-token", "break"]),
                           draw.randrange(40)])
        elif what == 8:
            script.append(["undo-fault", draw.randrange(3)])
        elif what == 9:
            script.append(["apply", draw.choice(["StatefulSet", "DaemonSet", "Job", "PodDisruptionBudget", "CronJob"]),
                           "other", draw.randint(1, 4), "nginx:1.29"])
        elif what == 10:
            script.append([draw.choice(["cordon", "uncordon", "drain"]), draw.randrange(4)])
        else:
            script.append(["patch", draw.randrange(8), draw.choice(["a", "b"])])
        script.append(["advance", draw.choice([0, 0.0005, 0.003, 0.02, 0.4, 2, 11, 45])])
    return [*script, ["advance", 30]]


def play(cluster: Cluster, script: list[Step]) -> None:
    """Carry a script out. What cannot be done is refused by the cluster, and that is part of the run."""
    for kind, *rest in script:
        STEPS[kind](cluster, *rest)


def change(cluster: Cluster, kind: str, name: str, patch: Object, content_type: str = MERGE) -> None:
    """Patch an object; whoever asks does not wait."""
    cluster.submit("PATCH", path_of(kind, name), patch, content_type=content_type)


def create(cluster: Cluster, name: str, replicas: int, image: str) -> None:
    """POST a Deployment."""
    cluster.request("POST", f"{APPS}/deployments", deployment(name, replicas, image))


def apply(cluster: Cluster, kind: str, name: str, replicas: int, image: str) -> None:
    """kubectl apply."""
    cluster.apply(json.dumps(manifest(kind, name, replicas, image)))


def scale(cluster: Cluster, name: str, replicas: int, kind: str = "Deployment") -> None:
    """kubectl scale."""
    change(cluster, kind, name, {"spec": {"replicas": replicas}})


def image(cluster: Cluster, name: str, wanted: str, kind: str = "Deployment") -> None:
    """kubectl set image."""
    change(cluster, kind, name, {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": wanted}]}}}}, STRATEGIC)


def rollout_undo(cluster: Cluster, name: str) -> None:
    """kubectl rollout undo: the template of the last ReplicaSet but one."""
    old = [one for one in cluster.objects("replicasets", "default") if one["metadata"]["name"].startswith(f"{name}-")]
    old.sort(key=lambda one: int(one["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", 0)))
    if len(old) > 1:
        image(cluster, name, old[-2]["spec"]["template"]["spec"]["containers"][0]["image"])


def pause(cluster: Cluster, name: str, paused: bool) -> None:
    """kubectl rollout pause and resume."""
    change(cluster, "Deployment", name, {"spec": {"paused": paused or None}})


def delete(cluster: Cluster, name: str, policy: str, kind: str = "Deployment") -> None:
    """kubectl delete."""
    cluster.submit("DELETE", f"{path_of(kind, name)}?propagationPolicy={policy}")


def pod_names(cluster: Cluster) -> list[str]:
    """Pods people can point at."""
    return [pod["metadata"]["name"] for pod in cluster.objects("pods", "default")]


def kill(cluster: Cluster, number: int, grace: int | None = None) -> None:
    """Delete some pod."""
    names = pod_names(cluster)
    if names:
        query = "" if grace is None else f"?gracePeriodSeconds={grace}"
        cluster.submit("DELETE", f"{PODS}/{names[number % len(names)]}{query}")


def relabel(cluster: Cluster, number: int, value: str) -> None:
    """Take some pod out of its owner's hands, or into them."""
    names = pod_names(cluster)
    if names:
        change(cluster, "Pod", names[number % len(names)], {"metadata": {"labels": {"app": value}}})


def evict(cluster: Cluster, name: str) -> None:
    """Ask for an eviction; a budget may refuse it."""
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": "default"}}
    cluster.submit("POST", f"{PODS}/{name}/eviction", body)


def cordon(cluster: Cluster, number: int, unschedulable: bool = True) -> None:
    """kubectl cordon and uncordon."""
    nodes = [node["metadata"]["name"] for node in cluster.objects("nodes")]
    if nodes:
        change(cluster, "Node", nodes[number % len(nodes)], {"spec": {"unschedulable": unschedulable or None}})


def drain(cluster: Cluster, number: int) -> None:
    """kubectl drain: cordon, then evict everything but a DaemonSet's pods; nobody comes back to ask again."""
    nodes = [node["metadata"]["name"] for node in cluster.objects("nodes")]
    if nodes:
        cordon(cluster, number)
        node = nodes[number % len(nodes)]
        for pod in cluster.objects("pods", "default"):
            owners = [owner["kind"] for owner in pod["metadata"].get("ownerReferences", ())]
            if pod["spec"].get("nodeName") == node and "DaemonSet" not in owners:
                evict(cluster, pod["metadata"]["name"])


def fault(cluster: Cluster, name: str, number: int) -> None:
    """Break something, unless it is broken already."""
    targets = cluster.faults()["available"][name]["targets"]
    if targets:
        try:
            cluster.fault(name, targets[number % len(targets)], **OPTIONS.get(name, {}))
        except FaultError:
            pass  # refused, and nothing has changed


def undo_fault(cluster: Cluster, number: int) -> None:
    """Repair something that is broken."""
    active = list(cluster.faults()["active"])
    if active:
        cluster.undo_fault(active[number % len(active)])


STEPS: dict[str, Callable[..., None]] = {
    "advance": lambda cluster, seconds: cluster.advance(seconds), "create": create, "apply": apply, "scale": scale,
    "image": image, "delete": delete, "kill": kill, "patch": relabel, "fault": fault, "undo-fault": undo_fault,
    "change": change, "rollout-undo": rollout_undo, "pause": pause, "drain": drain, "cordon": cordon,
    "uncordon": lambda cluster, number: cordon(cluster, number, False),
}


def run(seed: int) -> Cluster:
    """The cluster a script leads to."""
    cluster = Cluster.open(scene(2 + seed % 3), seed=seed)
    play(cluster, write(seed))
    return cluster


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(first, first + count):
        print(json.dumps([number, run(number).state_hash()]))
