"""Whole decisions held against those of a real 1.36 scheduler: nodes, messages, events, victims and points.

Each line of `answers/*.jsonl` is a case: `do` (objects to create, requests, seconds to wait), `then` (what the pods are like
after it), `events`, and `scores` (pod → plugin → node → weighted points). `tie`: equals are drawn from, so any node is right.
The cluster has an API server and a scheduler and nothing else, so that only the scheduler acts.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cluster_sim import Cluster
from tests.golden.stage import SCENE

Object = dict[str, Any]
MERGE = "application/merge-patch+json"
PATHS = {"Node": "api/v1/nodes", "PersistentVolume": "api/v1/persistentvolumes", "StorageClass": "apis/storage.k8s.io/v1/storageclasses",
         "CSINode": "apis/storage.k8s.io/v1/csinodes", "CSIDriver": "apis/storage.k8s.io/v1/csidrivers",
         "PriorityClass": "apis/scheduling.k8s.io/v1/priorityclasses"}
INSIDE = {"Pod": "api/v1/pods", "Service": "api/v1/services", "PersistentVolumeClaim": "api/v1/persistentvolumeclaims",
          "ReplicaSet": "apis/apps/v1/replicasets", "PodDisruptionBudget": "apis/policy/v1/poddisruptionbudgets",
          "ServiceAccount": "api/v1/serviceaccounts", "CSIStorageCapacity": "apis/storage.k8s.io/v1/csistoragecapacities"}
CASES = [json.loads(line) for file in sorted((Path(__file__).parent / "answers").glob("*.jsonl")) for line in file.open()]
NAMESPACE = "stage"
PATIENCE = 3.0  # virtual seconds in which a pod must be decided about


@functools.cache
def base() -> Cluster:
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(30)
    cluster.fault("stop", "master-1/kube-controller-manager")
    cluster.advance(3)
    return cluster


class Play:
    """One case on a fork of the base."""

    def __init__(self, case: Object) -> None:
        self.case, self.cluster = json.loads(json.dumps(case).replace("{ns}", NAMESPACE)), base().fork()
        self.namespaces = [NAMESPACE, *(NAMESPACE + name for name in self.case.get("namespaces", ()))]

    def ask(self, verb: str, path: str, body: Any = None, content_type: str | None = None) -> Any:
        response = self.cluster.request(verb, path, copy.deepcopy(body), content_type=content_type)
        assert response.status in (200, 201), response.body
        return response.body

    def path(self, kind: str, namespace: str | None = None) -> str:
        if kind in PATHS:
            return f"/{PATHS[kind]}"
        group, _, resource = INSIDE[kind].rpartition("/")
        return f"/{group}/namespaces/{namespace or NAMESPACE}/{resource}"

    def run(self) -> tuple[Object, Object, Object]:
        labels = {NAMESPACE + name: value for name, value in self.case.get("namespaces", {}).items()}
        for name in self.namespaces:
            self.ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace",
                                                    "metadata": {"name": name, "labels": labels.get(name, {})}})
            self.create({"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}})
        for step in self.case["do"]:
            if isinstance(step, int | float):
                self.cluster.advance(step)
            elif isinstance(step, dict):
                self.create(step)
            else:
                self.ask(*step)
                self.cluster.advance(0.1)
        self.cluster.advance(self.case.get("end", 0.15))
        return self.pods(), self.events(), self.scores()

    def create(self, one: Object) -> None:
        kind, meta = one["kind"], one["metadata"]
        path = self.path(kind, meta.get("namespace"))
        group = path.split("/")
        whole = {"apiVersion": "v1" if group[1] == "api" else "/".join(group[2:4]), **one}
        if kind == "Pod":
            spec = {"terminationGracePeriodSeconds": 0, "containers": [{"name": "c", "image": "app:1"}], **one.get("spec", {})}
            whole = {**whole, "spec": spec}
        if kind == "Node":
            named = {"kubernetes.io/hostname": meta["name"], **meta.get("labels", {})}
            whole = {**whole, "metadata": {**meta, "labels": named}}
        self.ask("POST", path, whole)
        mine = f"{path}/{meta['name']}"
        if kind == "Node":  # admission calls every new node not ready
            self.ask("PATCH", mine, {"spec": {"taints": one.get("spec", {}).get("taints")}}, MERGE)
        elif one.get("status"):
            self.ask("PATCH", f"{mine}/status", {"status": one["status"]}, MERGE)
        if kind == "Pod" and not whole["spec"].get("nodeName"):
            self.cluster.advance_until(lambda _: self.decided(self.ask("GET", mine)), PATIENCE)
            self.cluster.advance(self.case.get("settle", 0.05))

    def decided(self, pod: Object) -> bool:
        given = pod.get("status", {}).get("conditions", [])
        return bool(pod["spec"].get("nodeName")) or any(one["type"] == "PodScheduled" for one in given)

    def listed(self, resource: str) -> list[Object]:
        return [one for name in self.namespaces for one in self.ask("GET", f"/api/v1/namespaces/{name}/{resource}")["items"]]

    def pods(self) -> Object:
        found: Object = {}
        for pod in self.listed("pods"):
            status = pod.get("status", {})
            row = {"node": pod["spec"].get("nodeName"), "nominated": status.get("nominatedNodeName"),
                   "deleting": "deletionTimestamp" in pod["metadata"] or None}
            for one in status.get("conditions", ()):
                if one["type"] in ("PodScheduled", "DisruptionTarget") and (one["type"], one["status"]) != ("PodScheduled", "True"):
                    row[one["type"]] = " | ".join(str(one.get(key)) for key in ("status", "reason", "message"))
                    row[f"{one['type']}-g"] = one.get("observedGeneration")
            found[pod["metadata"]["name"]] = {key: value for key, value in row.items() if value is not None}
        for kind in self.case.get("look", ()):
            for one in self.ask("GET", self.path(kind))["items"]:
                found[f"{kind}/{one['metadata']['name']}"] = volume_facts(one)
        return found

    def events(self) -> Object:
        names = {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in self.listed("pods")}
        found: Object = {}
        for event in self.listed("events"):
            if event.get("reportingComponent") == "default-scheduler" or event["source"].get("component") == "default-scheduler":
                text = f"{event['type']} {event['reason']}: {event['message']}"
                for uid, name in names.items():
                    text = text.replace(uid, f"<{name}>")
                found.setdefault(event["involvedObject"]["name"], {})[text] = True
        return {name: sorted(texts) for name, texts in found.items()}

    def scores(self) -> Object:
        found: Object = {}
        for span in self.cluster.trace():
            if str(span.subject).startswith(f"pod/{NAMESPACE}/") and span.detail and span.detail.get("scores"):
                table = found[span.subject.rpartition("/")[2]] = {}
                for name, _, points in span.detail["scores"]:
                    for plugin, value in points.items():
                        table.setdefault(plugin, {})[name] = value
        return found


def volume_facts(one: Object) -> Object:
    """Who has the volume, which volume the claim has, and where it is wanted."""
    spec = {key: value for key, value in one["spec"].items() if key in ("claimRef", "volumeName")}
    if "claimRef" in spec:
        spec["claimRef"] = {key: value for key, value in spec["claimRef"].items() if key not in ("uid", "resourceVersion")}
    notes = one["metadata"].get("annotations", {})
    return {"spec": spec, "ann": {key: value for key, value in notes.items() if "volume" in key or "storage" in key}}


def telling(scores: Object) -> Object:
    """Without the plugins that find all nodes alike: asked or not, they change nothing."""
    return {pod: {plugin: row for plugin, row in table.items() if len(set(row.values())) > 1} for pod, table in scores.items()}


def without_nodes(found: Object, events: Object) -> tuple[Object, Object]:
    """For a tie: that a node was found, not which."""
    rows = {name: {**row, "node": "any"} if "node" in row else row for name, row in found.items()}
    return rows, {name: [re.sub(r" to \S+$", "", text) for text in texts] for name, texts in events.items()}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_pod_fares_as_with_a_real_scheduler(case):
    play = Play(case)
    pods, events, scores = play.run()
    expected, told = play.case["then"], play.case["events"]
    if case.get("tie"):
        (pods, events), (expected, told) = without_nodes(pods, events), without_nodes(expected, told)
    assert pods == expected
    assert events == told
    assert telling(scores) == telling(play.case.get("scores", {}))
