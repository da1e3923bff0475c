"""Pods and what a kubelet knows of their containers, for the node's pure rules."""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import timestamps
from cluster_sim.node.pod_worker import new_row

Object = dict[str, Any]
SECOND = 1_000_000


def stamp(time: int) -> str:
    """Times of these tests, from 1970."""
    return timestamps.rfc3339(time)


def a_pod(*containers: str, init: tuple[str, ...] = (), sidecars: tuple[str, ...] = (), policy: str = "Always",
          status: Object | None = None, **spec: Any) -> Object:
    """A pod with containers of these names."""
    inits = [{"name": name, "image": f"{name}:1"} for name in init]
    inits += [{"name": name, "image": f"{name}:1", "restartPolicy": "Always"} for name in sidecars]
    return {
        "metadata": {"name": "web", "namespace": "default", "uid": "u", "generation": 1},
        "status": status or {},
        "spec": {
            "restartPolicy": policy,
            "containers": [{"name": name, "image": f"{name}:1"} for name in containers],
            **({"initContainers": inits} if inits else {}),
            **spec,
        },
    }


def waiting(reason: str = "", last: int | None = None, **more: Any) -> Object:
    """A container that does not run (any more, if it has a last exit code)."""
    ended = {} if last is None else {"code": last, "why": "Error", "started": 0, "finished": SECOND, "id": "old"}
    return {**new_row(), "reason": reason, "last": ended, **more}


def running(ready: bool = True, **more: Any) -> Object:
    """A container that runs."""
    return {**new_row(), "state": "running", "id": "i", "started": 0, "ready": ready, "started_ok": True, **more}


def exited(code: int, **more: Any) -> Object:
    """A container that has ended."""
    return {**new_row(), "state": "exited", "id": "i", "code": code, "why": "Completed" if code == 0 else "Error",
            "started": 0, "finished": SECOND, **more}
