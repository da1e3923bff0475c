"""What the tools' panels show: made on the pacing thread, returned as plain values for templates."""

from __future__ import annotations

import json
import re
from typing import Any

from cluster_sim.api import meta, resources
from lessons.hosting.hosted import Hosted
from lessons.hosting.tools import revisions
from lessons.stage.gallery import manifests

PANELS = ("add", "deploy", "scale", "traffic", "break")
WORKLOADS = ("deployments", "statefulsets", "replicasets")
ROWS_SHOWN = 60
TARGETS_SHOWN = 300
SIZES = (("small", "Small: 1 CPU, 2 GiB", "1", "2Gi"), ("medium", "Medium: 2 CPU, 4 GiB", "2", "4Gi"),
         ("large", "Large: 4 CPU, 8 GiB", "4", "8Gi"))
UNDONE_BY_BUTTON = ("power-off", "stop", "cut", "partition")
RATES = (1, 5, 10, 50)


def panel(hosted: Hosted, name: str) -> dict[str, Any]:
    """The context of one panel."""
    return {"add": _add, "deploy": _deploy, "scale": _scale, "traffic": _traffic, "break": _break}[name](hosted.cluster)


def _add(cluster: Any) -> dict[str, Any]:
    machines, work = cluster.machines(), cluster.operations()
    zones = sorted({str(machine["zone"]) for machine in machines.values() if machine.get("zone")})
    may_leave = set(work["available"]["reset-node"]["targets"])
    rows = [{"name": name, "role": machine["role"].replace("-", " "), "zone": machine.get("zone") or "",
             "size": f"{machine['cpu']} CPU, {machine['memory']}", "power": machine["power"], "may_leave": name in may_leave}
            for name, machine in list(machines.items())[-ROWS_SHOWN:]]
    under_way = [{"about": each["about"], "steps": [{"name": str(step).replace("_", " "), "done": place < each["step"],
                                                    "now": place == each["step"]} for place, step in enumerate(each["steps"])]}
                 for each in work["active"].values()]
    return {"zones": zones, "sizes": SIZES, "machines": rows, "under_way": under_way}


def _deploy(cluster: Any) -> dict[str, Any]:
    return {"manifests": manifests()}


def _scale(cluster: Any) -> dict[str, Any]:
    rows = []
    for plural in WORKLOADS:
        for obj in cluster.objects(plural):
            if plural == "replicasets" and meta.controller_of(obj):
                continue
            rows.append(_workload(cluster, plural, obj))
    rows.sort(key=lambda row: (row["namespace"] == "kube-system", row["namespace"], row["name"]))
    return {"workloads": rows[:ROWS_SHOWN], "more": len(rows) - ROWS_SHOWN}


def _workload(cluster: Any, plural: str, obj: Any) -> dict[str, Any]:
    resource = resources.by_plural(plural)
    assert resource is not None
    name, namespace, status = obj["metadata"]["name"], obj["metadata"]["namespace"], obj.get("status", {})
    path, replicas = resources.path(resource, namespace, name), obj["spec"].get("replicas", 1)
    containers = obj["spec"]["template"]["spec"]["containers"]
    found = {
        "kind": resource.kind, "plural": plural, "name": name, "namespace": namespace, "path": path, "replicas": replicas,
        "ready": status.get("readyReplicas", 0), "fewer": max(0, replicas - 1), "more": replicas + 1,
        "key": f"{plural}-{namespace}-{name}", "typed": f"kubectl scale {resource.singular}/{name} --replicas=…",
        "paused": bool(obj["spec"].get("paused")), "container": containers[0]["name"], "image": containers[0].get("image", ""),
        "rolls": plural != "replicasets", "pauses": plural == "deployments", "revisions": [],
        "image_body": json.dumps({"spec": {"template": {"spec": {"containers": [
            {"name": containers[0]["name"], "image": "{image}"}]}}}}),
    }
    if plural != "replicasets":
        found["revisions"] = sorted(revisions(cluster, plural, obj))[:-1][-4:]
    return found


def _traffic(cluster: Any) -> dict[str, Any]:
    counted = cluster.traffic()["clients"]
    services = []
    for obj in cluster.objects("services"):
        name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        ports = obj["spec"].get("ports") or ()
        if namespace in ("kube-system",) or name == "kubernetes" or not ports:
            continue
        port = f":{ports[0]['port']}" if ports[0]["port"] != 80 else ""
        services.append({"name": name, "namespace": namespace, "client": f"traffic-{name}",
                         "body": _client(name, namespace, port), "path": f"/apis/apps/v1/namespaces/{namespace}/deployments"})
    clients = []
    for obj in cluster.objects("deployments"):
        container = obj["spec"]["template"]["spec"]["containers"][0]
        if container.get("image", "").rpartition("/")[2].partition(":")[0] != "client":
            continue
        name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
        mine = [targets for client, targets in counted.items() if client.startswith(f"{namespace}/{name}-")]
        words = " ".join([*container.get("command", ()), *container.get("args", ())][-2:])
        clients.append({"name": name, "namespace": namespace, "words": words, **_fared(mine),
                        "path": f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"})
    running = {client["name"] for client in clients}
    for service in services:
        service["running"] = service["client"] in running
    return {"services": services[:ROWS_SHOWN], "clients": clients[:ROWS_SHOWN], "rates": RATES}


def _fared(mine: list[Any]) -> dict[str, Any]:
    counts = [each for targets in mine for each in targets.values()]
    sent, good = sum(each["sent"] for each in counts), sum(each["ok"] for each in counts)
    reasons: dict[str, int] = {}
    for each in counts:
        for reason, number in each["failed"].items():
            reasons[reason] = reasons.get(reason, 0) + number
    failed = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items(), key=lambda row: -row[1])[:3])
    ended = good + sum(reasons.values())
    return {"sent": sent, "ok": good, "failed": failed, "share": f"{100 * good / ended:.1f} %" if ended else "no answer yet",
            "bad": bool(reasons)}


def _client(service: str, namespace: str, port: str) -> str:
    """What `kubectl create deployment` makes of it; {rate} is filled in."""
    name = f"traffic-{service}"
    labels = {"app": name}
    container = {"name": "client", "image": "client:1", "command": ["client", f"--url=http://{service}{port}", "--rate={rate}"]}
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace,
                       "labels": labels}, "spec": {"replicas": 1, "selector": {"matchLabels": labels},
                       "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}})


def _break(cluster: Any) -> dict[str, Any]:
    faults = cluster.faults()
    found = [{"name": name, "title": name.replace("-", " ").capitalize(), "words": each["words"].replace("`", ""),
              "short": re.split(r"[:;(]", each["words"])[0].strip().lower(),
              "targets": [*each["targets"]][:TARGETS_SHOWN], "more": max(0, len(each["targets"]) - TARGETS_SHOWN),
              "options": [_option(option, value) for option, value in each["options"].items()]}
             for name, each in faults["available"].items()]
    return {"faults": found, "broken": broken(faults["active"])}


def broken(active: Any) -> list[dict[str, str]]:
    """What is broken now, in words, the latest first."""
    rows = []
    for key, each in reversed(active.items()):
        options = {name: value for name, value in each["options"].items() if value not in (None, [], "", False)}
        across = options.pop("from", None)
        across = ", ".join(across) if isinstance(across, list) else across
        more = ", ".join(f"{name} {value}" for name, value in options.items())
        rows.append({"id": key, "title": each["name"].replace("-", " "), "target": each["target"],
                     "words": "; ".join(word for word in (f"from {across}" if across else "", more) if word)})
    return rows


def _option(name: str, value: Any) -> dict[str, Any]:
    kind = "checkbox" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "text"
    return {"name": name, "kind": kind, "value": "" if isinstance(value, list) else value,
            "hint": "several with a comma; empty: all others" if isinstance(value, list) else ""}
