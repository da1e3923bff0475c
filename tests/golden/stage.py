"""One opened, quiet cluster; each case gets a fork of it, which costs next to nothing.

The cluster is the recordings' own (README.md, Precondition): a managed control plane, no nodes, no add-ons.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from cluster_sim import Cluster
from tests.golden import compare

HERE = Path(__file__).parent
PASSING = HERE / "passing.txt"
SCENE = {
    "apiVersion": "podium.dev/v1",
    "kind": "Scene",
    "spec": {"controlPlanes": 1, "managedControlPlane": True, "workers": 0, "addons": []},
}
QUIET = 30  # virtual seconds in which the control plane comes to rest
STEP = 0.25  # how often a waiting case looks


def cases() -> list[dict[str, Any]]:
    """Every recorded case, by area."""
    return [json.loads(line) for file in sorted((HERE / "cases").glob("*.jsonl")) for line in file.open() if line.strip()]


def passing() -> list[str]:
    """The cases that hold. The list may only grow."""
    return [line for line in PASSING.read_text().split() if line] if PASSING.exists() else []


@cache
def base() -> Cluster:
    """The cluster every case starts from."""
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(QUIET)
    return cluster


def check(case: dict[str, Any]) -> list[str]:
    """The differences between what this cluster and the real one answered; empty is good."""
    cluster = base().fork()

    def request(verb: str, path: str, body: Any, user: str | None, content_type: str | None) -> tuple[int, Any]:
        if verb == "GET" and content_type:  # recorded as the media type asked for
            response = cluster.request(verb, path, body, user=user or "admin", headers={"Accept": content_type})
        else:
            response = cluster.request(verb, path, body, user=user or "admin", content_type=content_type)
        return response.status, response.body

    def wait(seconds: float, done: Any) -> None:
        end = cluster.now + seconds
        while not done() and cluster.now < end:
            cluster.advance(min(STEP, end - cluster.now))

    differences: list[str] = compare.check(case, request, wait)
    return differences
