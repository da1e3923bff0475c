"""Find: things of the cluster by name, label (`app=web`), kind or node. Runs on the pacing thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cluster_sim.api import resources, tables

SEARCHED = ("pods", "nodes", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs", "services",
            "configmaps", "secrets", "persistentvolumeclaims", "horizontalpodautoscalers", "poddisruptionbudgets",
            "networkpolicies", "namespaces")
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Found:
    """One thing; `query` is what the inspector is asked for it."""

    kind: str
    name: str
    more: str
    query: str


def find(cluster: Any, text: str) -> list[Found]:
    """The best matches: all words of `text` must fit. A whole name first, then its beginning, then anywhere."""
    words = text.lower().split()
    if not words:
        return []
    rows = [row for plural in SEARCHED for row in _objects(cluster, plural, words)] + _parts(cluster, words)
    rows.sort(key=lambda row: row[0])
    return [found for _, found in rows[:SHOWN]]


def _objects(cluster: Any, plural: str, words: list[str]) -> list[tuple[tuple[int, str], Found]]:
    resource = resources.by_plural(plural)
    if resource is None:
        return []
    rows = []
    for obj in cluster.objects(plural):
        meta = obj["metadata"]
        name, namespace, node = meta["name"], meta.get("namespace", ""), obj.get("spec", {}).get("nodeName", "")
        labels = [f"{key}={value}".lower() for key, value in (meta.get("labels") or {}).items()]
        kinds = {resource.singular, plural, *resource.short_names}
        rank = _rank(words, name, [*labels, node, namespace], kinds)
        if rank is None:
            continue
        more = " · ".join(word for word in (
            tables.pod_status(obj) if plural == "pods" else "", f"on {node}" if node else "",
            namespace if namespace not in ("", "default") else "") if word)
        ref = f"{plural}/{namespace}/{name}" if namespace else f"{plural}/{name}"
        query = {"ref": ref, "uid": meta.get("uid", "")}
        rows.append(((rank, name), Found(resource.kind, name, more, json.dumps(query))))
    return rows


def _parts(cluster: Any, words: list[str]) -> list[tuple[tuple[int, str], Found]]:
    rows = []
    for part, view in cluster.parts().items():
        if part.startswith("user/") or part.endswith("/network") or part == "network":
            continue
        rank = _rank(words, part, [view.get("node") or ""], {"process"})
        if rank is not None:
            more = "stopped" if view.get("state") == "stopped" else ""
            rows.append(((rank, part), Found("process", part, more, json.dumps({"part": part}))))
    return rows


def _rank(words: list[str], name: str, around: list[str], kinds: set[str]) -> int | None:
    """0: its very name; 1: begins so; 2: part of the name; 3: label, node or kind; None: some word fits nothing."""
    worst = 0
    for word in words:
        if name == word:
            rank = 0
        elif name.startswith(word):
            rank = 1
        elif word in name:
            rank = 2
        elif word in kinds or any(word == each or ("=" in word and each.startswith(word)) for each in around):
            rank = 3
        else:
            return None
        worst = max(worst, rank)
    return worst
