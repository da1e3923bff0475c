"""What people do in tests of the host, in words."""

import time
from collections.abc import Callable
from typing import Any

from lessons import hosting
from lessons.hosting import Actor
from lessons.visitors import Visitor

PATIENCE = 20.0


def names(hosted: Any) -> list[str]:
    return [pod["metadata"]["name"] for pod in hosted.cluster.objects("pods", "default")]


def pods(cluster_id: str) -> list[str]:
    return hosting.ask_sync(cluster_id, names)


def hash_at(cluster_id: str) -> tuple[Any, str]:
    return hosting.ask_sync(cluster_id, lambda hosted: (hosted.cluster.position, hosted.cluster.state_hash()))


def until(cluster_id: str, condition: Callable[[Any], bool]) -> None:
    """Wait in wall time until the hosted cluster meets it."""
    deadline = time.monotonic() + PATIENCE
    while not hosting.ask_sync(cluster_id, condition):
        assert time.monotonic() < deadline, "it did not come to that"


def act(cluster_id: str, visitor: Visitor, **op: Any) -> hosting.Outcome:
    return hosting.command_sync(cluster_id, Actor(visitor.id), op)
