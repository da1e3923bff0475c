"""A rollout as three numbers over virtual time: the pods of the old templates, of the new one, and how many are ready.

Read off the cluster's facts, which have every change with its moment, so that the plot is the same at any speed. It is
of the Deployment that changed last since the followed act, and stays until the next act.
"""

from __future__ import annotations

import json
from typing import Any

from cluster_sim.api import meta
from lessons.stage.element import View, put
from lessons.stage.layers import budgets
from lessons.stage.mirror import Mirror

POINTS = 150  # moments kept of one rollout; the newest
REVISION = "deployment.kubernetes.io/revision"


class Rollouts:
    """Follows the facts from the followed act on."""

    def __init__(self) -> None:
        self.cursor: int | None = None
        self.root: int | None = None
        self.values: dict[str, dict[str, int]] = {}  # deployment → ReplicaSet (or 'ready') → how many
        self.points: dict[str, list[tuple[int, dict[str, int]]]] = {}  # deployment → (µs, values then)
        self.last = ""  # the deployment of which two ReplicaSets had pods last

    def follow(self, cluster: Any, root: int | None, spans: Any) -> None:
        """Take in new facts; a new act begins a new plot."""
        self.cursor, facts = cluster.facts(self.cursor)
        if root != self.root:
            self.root, self.points, self.last = root, {}, ""
        begun = spans[root].time if root in spans else 0.0
        for fact in facts:
            kind, _, about = fact["name"].partition(":")
            name, _, replicaset = about.partition(":")
            if (kind == "pods" and replicaset) or kind == "ready":
                values = self.values.setdefault(name, {})
                before = dict(values)
                values[replicaset or "ready"] = fact["value"]
                if fact["time"] >= begun and root is not None:
                    self._point(name, fact["time"], before, values, begun)

    def _point(self, name: str, time: float, before: dict[str, int], values: dict[str, int], begun: float) -> None:
        points = self.points.setdefault(name, [(round(begun * 1e6), before)])
        at = round(time * 1e6)
        if points[-1][0] == at:
            points.pop()
        points.append((at, dict(values)))
        del points[:-POINTS]
        if sum(1 for key, count in values.items() if key != "ready" and count) > 1:
            self.last = name

    def draw(self, view: View, mirror: Mirror) -> None:
        """Put the plot into the view, as JSON; empty while nothing rolls out."""
        deployment = mirror.deployments.get(self.last)
        text = "" if deployment is None else json.dumps(self._plot(deployment, mirror), separators=(",", ":"))
        put(view, "rollout", "earlier-box", "rollout", {"@data-plot": text})

    def _plot(self, deployment: Any, mirror: Mirror) -> dict[str, Any]:
        """`points` are [µs since the scene opened, old, new, ready]."""
        newest = _newest(deployment, mirror)
        bounds = budgets.of_deployment(deployment)
        points = [[at, sum(count for key, count in values.items() if key not in ("ready", newest)), values.get(newest, 0),
                   values.get("ready", 0)] for at, values in self.points[self.last]]
        return {"name": meta.name(deployment), "most": bounds.most, "least": bounds.least, "points": points}


def _newest(deployment: Any, mirror: Mirror) -> str:
    """The ReplicaSet of the newest template."""
    mine = [each for each in mirror.replicasets.values()
            if (meta.controller_of(each) or {}).get("uid") == meta.uid(deployment)]
    latest = max(mine, key=lambda each: int(meta.annotations(each).get(REVISION, "0")), default=None)
    return "" if latest is None else meta.name(latest)
