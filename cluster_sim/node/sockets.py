"""What listens on a machine, read off the containers that really run there.

The operating system knows its processes without being told: a connection is accepted when a process has the port open,
whatever kubelet, runtime or API server believe. The containers of one pod share its address; a pod with the host's
network shares the machine's.
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps
from cluster_sim.node.container_time import elapsed, hangs

Object = dict[str, Any]


def sandbox_at(runtime: Object, ip: str) -> Object | None:
    """The pod that has this address on a machine; `runtime` is the state of its container runtime."""
    uid = runtime["addresses"].get(ip)
    if uid is None:
        return None
    return next((one for one in runtime["sandboxes"].values() if one["uid"] == uid and one["ip"] == ip and one["ready"]), None)


def runs(container: Object, now: int) -> bool:
    """Whether its process lives (a runtime that is down has not noticed every end)."""
    over = container["exits_at"] is not None and container["exits_at"] < now and not hangs(container)
    return bool(container["state"] == "running" and not over)


def listener(runtime: Object, sandbox: Object, port: int, now: int) -> Object | None:
    """The container of a pod that has the port open."""
    for container in runtime["containers"].values():
        if container["sandbox"] == sandbox["id"] and _accepts(runtime, container, port, now):
            found: Object = container
            return found
    return None


def host_listener(runtime: Object, port: int, now: int) -> tuple[Object, Object] | None:
    """(sandbox, container) of a pod with the host's network that has the port open."""
    for sandbox in runtime["sandboxes"].values():
        if sandbox["ready"] and sandbox.get("host_network"):
            container = listener(runtime, sandbox, port, now)
            if container is not None and container["program"]["ports"] is not None:
                return sandbox, container
    return None


def _accepts(runtime: Object, container: Object, port: int, now: int) -> bool:
    if not runs(container, now) or not container["program"]["serves"]:
        return False
    stopping = container["id"] in runtime["stopping"]
    return apps.listens(container["program"], port, elapsed(container, now), stopping)


def shown(runtime: Object, now: int) -> list[Object]:
    """What really runs on a machine, for pages: a row for each container."""
    rows = []
    for row in runtime["containers"].values():
        over = row["state"] == "running" and not runs(row, now)
        told = {key: row[key] for key in ("id", "namespace", "pod", "uid", "name", "image", "attempt", "code")}
        rows.append({**told, "state": "exited" if over else row["state"], "stopping": row["id"] in runtime["stopping"],
                     **({"hung": True} if row["state"] == "running" and hangs(row) else {})})
    return rows
