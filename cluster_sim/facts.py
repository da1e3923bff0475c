"""Facts: named numbers over time, and the acts of people, in the order in which they happened.

What a goal asks for ("web never had fewer than 2 ready pods while the node was down") is a question about these, so
that it holds at any speed: a change between two frames is a fact as much as a long one. A fact is
`{"time": seconds, "name": …, "value": …}`. Names: `ready:NS/DEPLOYMENT`, `pods:NS/DEPLOYMENT` (not being deleted),
`pods:NS/DEPLOYMENT:REPLICASET` (of these, each ReplicaSet's: a rollout is one falling and one rising),
`desired:NS/DEPLOYMENT`, `restarts:NS/DEPLOYMENT` (of its containers, ever), `released:NS/DEPLOYMENT` (pods that were its
own and run on without an owner), `act` (value: what a person asked for) and `fault`. These are read off etcd's history.
Of requests that clients in the cluster send: `requests:NS/SERVICE` (sent, about once a second), `lost:NS/SERVICE` and
`lost:NS/SERVICE:REASON` (at each loss). Facts are not part of the cluster's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FACTS_KEPT = 50_000
PODS, REPLICASETS, DEPLOYMENTS = "/registry/pods/", "/registry/replicasets/", "/registry/deployments/"


class Facts:
    """The recorder: `follow` takes in new history."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        data = data or {}
        self.rows: list[dict[str, Any]] = data.get("rows", [])
        self.dropped: int = data.get("dropped", 0)
        self.revision: int = data.get("revision", 0)
        self.values: dict[str, int] = data.get("values", {})
        self.pods: dict[str, list[Any]] = data.get("pods", {})  # key → [deployment, counts as there, as ready, ReplicaSet]
        self.restarts: dict[str, int] = data.get("restarts", {})  # pod key → restarts of its containers
        self.released: dict[str, str] = data.get("released", {})  # pod key → the deployment it belonged to
        self.owners: dict[str, str] = data.get("owners", {})  # ReplicaSet ns/name → deployment ns/name

    def dump(self) -> dict[str, Any]:
        """Everything, as plain data."""
        return {"rows": self.rows, "dropped": self.dropped, "revision": self.revision, "values": self.values,
                "pods": self.pods, "restarts": self.restarts, "released": self.released, "owners": self.owners}

    def note(self, time: float, name: str, value: Any) -> None:
        """Record a fact."""
        self.rows.append({"time": time, "name": name, "value": value})
        if len(self.rows) > FACTS_KEPT:
            cut = len(self.rows) - FACTS_KEPT // 2
            self.dropped += cut
            del self.rows[:cut]

    def since(self, cursor: int) -> tuple[int, list[dict[str, Any]]]:
        """(new cursor, facts after `cursor`); the cursor counts all facts there ever were."""
        return self.dropped + len(self.rows), self.rows[max(0, cursor - self.dropped):]

    def follow(self, history: list[list[Any]], notes: Sequence[tuple[int, str, Any]] = ()) -> None:
        """Take in lines of etcd's history, [revision, op, key, value, previous, create revision, time µs], and notes of
        what happened beside it, (time µs, name, value), in the order of their times."""
        before = self.dropped + len(self.rows)
        self._history(history)
        for moment, name, value in notes:
            self._requests(name, value, moment / 1_000_000)
        if notes:
            place = max(0, before - self.dropped)
            self.rows[place:] = sorted(self.rows[place:], key=lambda row: float(row["time"]))

    def _requests(self, name: str, value: Any, time: float) -> None:
        target, what = value
        if name == "requests":
            self._set(f"requests:{target}", self.values.get(f"requests:{target}", 0) + what, time)
        elif name == "lost":
            for fact in (f"lost:{target}", f"lost:{target}:{what}"):
                self._set(fact, self.values.get(fact, 0) + 1, time)

    def _history(self, history: list[list[Any]]) -> None:
        for event in history:
            revision, _, key, value = event[:4]
            if revision <= self.revision:
                continue
            self.revision = revision
            time = event[6] / 1_000_000
            if key.startswith(PODS):
                self._pod(key.removeprefix(PODS), value, time)
            elif key.startswith(REPLICASETS):
                self._replicaset(key.removeprefix(REPLICASETS), value)
            elif key.startswith(DEPLOYMENTS):
                name = key.removeprefix(DEPLOYMENTS)
                self._set(f"desired:{name}", value["spec"].get("replicas", 1) if value else 0, time)

    def _replicaset(self, key: str, value: dict[str, Any] | None) -> None:
        owner = _controller(value, "Deployment") if value else None
        if owner:
            self.owners[key] = f"{key.partition('/')[0]}/{owner}"

    def _pod(self, key: str, value: dict[str, Any] | None, time: float) -> None:
        before = self.pods.pop(key, None)
        after: list[Any] | None = None
        if value is not None:
            owner = _controller(value, "ReplicaSet")
            deployment = self.owners.get(f"{key.partition('/')[0]}/{owner}") if owner else None
            if deployment:
                there = "deletionTimestamp" not in value["metadata"]
                conditions = value.get("status", {}).get("conditions", ())
                ready = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
                self.pods[key] = after = [deployment, there, ready and there, owner]
        if value is None:
            self.restarts.pop(key, None)
        elif after:
            self._restarted(key, after[0], value, time)
        lost_by = before[0] if before and not after and value is not None else None
        self._free(key, lost_by, ended=after is not None or value is None, time=time)
        if before != after:
            for deployment in {row[0]: True for row in (before, after) if row}:
                for name, column in (("pods", 1), ("ready", 2)):
                    change = sum(sign * bool(row[column]) for row, sign in ((before, -1), (after, 1))
                                 if row and row[0] == deployment)
                    if change:
                        fact = f"{name}:{deployment}"
                        self._set(fact, self.values.get(fact, 0) + change, time)
            self._of_replicaset(before, after, time)

    def _of_replicaset(self, before: list[Any] | None, after: list[Any] | None, time: float) -> None:
        changes: dict[str, int] = {}
        for row, sign in ((before, -1), (after, 1)):
            if row and row[1] and len(row) > 3:  # the rows of older snapshots do not say whose they are
                fact = f"pods:{row[0]}:{row[3]}"
                changes[fact] = changes.get(fact, 0) + sign
        for fact, change in changes.items():
            self._set(fact, max(0, self.values.get(fact, 0) + change), time)

    def _restarted(self, key: str, deployment: str, pod: dict[str, Any], time: float) -> None:
        count = sum(item.get("restartCount", 0) for item in pod.get("status", {}).get("containerStatuses", ()))
        more = count - self.restarts.get(key, 0)
        if more > 0:
            self.restarts[key] = count
            name = f"restarts:{deployment}"
            self._set(name, self.values.get(name, 0) + more, time)

    def _free(self, key: str, lost_by: str | None, ended: bool, time: float) -> None:
        """A pod whose deployment let go of it is free until it is gone or adopted."""
        deployment = self.released.get(key)
        if lost_by and deployment is None:
            self.released[key] = deployment = lost_by
        elif deployment and ended:
            del self.released[key]
        else:
            return
        self._set(f"released:{deployment}", sum(1 for each in self.released.values() if each == deployment), time)

    def _set(self, name: str, value: int, time: float) -> None:
        if self.values.get(name) != value:
            self.values[name] = value
            self.note(time, name, value)


def _controller(obj: dict[str, Any], kind: str) -> str | None:
    for owner in obj["metadata"].get("ownerReferences", ()):
        if owner.get("controller") and owner["kind"] == kind:
            name: str = owner["name"]
            return name
    return None
