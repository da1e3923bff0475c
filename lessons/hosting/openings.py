"""Openings: a scene played until it rests, once, for everybody who opens it.

A class of 500 opens the same lesson at the same time: the first opening is kept as a snapshot, the others start
from a copy. Each copy has a log of its own whose head is the same, so each can be replayed from the scene alone.
"""

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from cluster_sim import Cluster, Position
from lessons.hosting import limits

SEED = 1  # the same for all: what a class sees is the same on every screen
KEPT = 100


@dataclass(frozen=True, slots=True)
class Opening:
    """A scene at rest."""

    head: dict[str, Any]
    position: Position
    data: bytes
    made_at: float


class Openings:
    """The scenes opened lately, by their text. From any thread; the same scene is never opened twice at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._openings: dict[str, Future[Opening]] = {}

    def get(self, scene: str) -> Opening:
        """The scene at rest; raises SceneError."""
        with self._lock:
            known = self._openings.get(scene)
            fresh = known is None or (known.done() and not _is_current(known))
            if known is None or fresh:
                known = self._openings[scene] = Future()
                while len(self._openings) > KEPT:
                    del self._openings[next(iter(self._openings))]
        if fresh:
            try:
                known.set_result(_open(scene))
            except BaseException as error:
                known.set_exception(error)
        return known.result()

    def find(self, head: dict[str, Any]) -> Opening | None:
        """The opening a log with this head began with, if it is still here."""
        known = self._openings.get(head["scene"])
        if known is None or not known.done() or known.exception() is not None:
            return None
        return known.result() if known.result().head == head else None


def _is_current(opening: "Future[Opening]") -> bool:
    return opening.exception() is None and time.monotonic() - opening.result().made_at < limits.OPENING_KEPT


def _open(scene: str) -> Opening:
    cluster = Cluster.open(scene, SEED, epoch=int(time.time()) * 1_000_000)
    run_to_rest(cluster)
    return Opening(cluster.log(0)[0], cluster.position, cluster.snapshot(), time.monotonic())


def run_to_rest(cluster: Cluster) -> None:
    """Let the scene settle: until nothing but heartbeats is to come soon and every pod is ready, or for five
    minutes (a scene may be about something that never rests)."""
    limit = cluster.now + limits.REST_VIRTUAL
    settled = cluster.now + limits.REST_UNREADY
    while cluster.now < limit:
        due = cluster.next_due(background=False)
        if due is not None and due <= cluster.now + limits.REST_QUIET:
            cluster.run(min(due + 0.1, limit))
        elif cluster.now < settled and not all(_is_ready(pod) for pod in cluster.objects("pods")):
            cluster.run(cluster.now + 1.0)
        else:
            break


def _is_ready(pod: dict[str, Any]) -> bool:
    status = pod.get("status", {})
    if status.get("phase") in ("Succeeded", "Failed"):
        return True
    return any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions", ()))
