"""Random command scripts: what people might do to a cluster, from a seed, as plain data.

Run as a program it plays scripts and prints their state hashes, one a line: `python -m tests.property.scripts 0 50`.
Two such processes with different hash seeds must print the same.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from cluster_sim import Cluster, FaultError

APPS = "/apis/apps/v1/namespaces/default/deployments"
PODS = "/api/v1/namespaces/default/pods"
Step = list[Any]


def scene(workers: int) -> dict[str, Any]:
    """A small cluster."""
    return {"apiVersion": "podium.dev/v1", "kind": "Scene",
            "spec": {"workers": workers, "managedControlPlane": True, "addons": []}}


def deployment(name: str, replicas: int, image: str) -> dict[str, Any]:
    """A Deployment's manifest."""
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels},
                                  "spec": {"containers": [{"name": "c", "image": image}]}}}}


def workload(kind: str, name: str, replicas: int, image: str) -> dict[str, Any]:
    """The manifest of a StatefulSet, DaemonSet, Job or Service."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": image}]}}
    spec: dict[str, Any] = {"selector": {"matchLabels": labels}, "template": template}
    if kind == "StatefulSet":
        spec |= {"replicas": replicas, "serviceName": name}
    elif kind == "Job":
        spec = {"completions": replicas, "parallelism": 2, "backoffLimit": 100,
                "template": {**template, "spec": {**template["spec"], "restartPolicy": "OnFailure"}}}
    elif kind == "Service":
        spec = {"selector": labels, "ports": [{"port": 80}]}
    version = {"Service": "v1", "Job": "batch/v1"}.get(kind, "apps/v1")
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def write(seed: int, length: int = 14) -> list[Step]:
    """A script: creates, scales, new images, deletes, kills, crashes, faults and their undoing, time between."""
    draw = random.Random(seed)
    script: list[Step] = []
    for number in range(length):
        name = draw.choice(["web", "shop", "mail"])
        what = draw.randrange(9)
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
        elif what == 6:
            script.append(["fault", draw.choice(["stop", "power-off", "cut", "crash", "slow"]), draw.randrange(40)])
        elif what == 7:
            script.append(["undo-fault", draw.randrange(3)])
        else:
            script.append(["patch", draw.randrange(8), draw.choice(["a", "b"])])
        script.append(["advance", draw.choice([0, 0.0005, 0.003, 0.02, 0.4, 2, 11, 45])])
    return [*script, ["advance", 30]]


def play(cluster: Cluster, script: list[Step]) -> None:
    """Carry a script out. What cannot be done is refused by the cluster, and that is part of the run."""
    for step in script:
        kind, rest = step[0], step[1:]
        if kind == "advance":
            cluster.advance(rest[0])
        elif kind == "create":
            cluster.request("POST", APPS, deployment(*rest))
        elif kind == "apply":
            cluster.apply(json.dumps(workload(*rest)))
        elif kind == "scale":
            cluster.submit("PATCH", f"{APPS}/{rest[0]}", {"spec": {"replicas": rest[1]}},
                           content_type="application/merge-patch+json")
        elif kind == "image":
            patch = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": rest[1]}]}}}}
            cluster.submit("PATCH", f"{APPS}/{rest[0]}", patch, content_type="application/strategic-merge-patch+json")
        elif kind == "delete":
            cluster.submit("DELETE", f"{APPS}/{rest[0]}?propagationPolicy={rest[1]}")
        elif kind in ("kill", "patch"):
            names = [pod["metadata"]["name"] for pod in cluster.objects("pods", "default")]
            if names and kind == "kill":
                cluster.submit("DELETE", f"{PODS}/{names[rest[0] % len(names)]}")
            elif names:
                cluster.submit("PATCH", f"{PODS}/{names[rest[0] % len(names)]}", {"metadata": {"labels": {"app": rest[1]}}},
                               content_type="application/merge-patch+json")
        elif kind == "fault":
            targets = cluster.faults()["available"][rest[0]]["targets"]
            if targets:
                try:
                    cluster.fault(rest[0], targets[rest[1] % len(targets)])
                except FaultError:
                    pass  # it is stopped already: refused, and nothing has changed
        elif kind == "undo-fault":
            active = list(cluster.faults()["active"])
            if active:
                cluster.undo_fault(active[rest[0] % len(active)])


def run(seed: int) -> Cluster:
    """The cluster a script leads to."""
    cluster = Cluster.open(scene(2 + seed % 3), seed=seed)
    play(cluster, write(seed))
    return cluster


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(first, first + count):
        print(json.dumps([number, run(number).state_hash()]))
