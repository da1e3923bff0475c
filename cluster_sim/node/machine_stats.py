"""What a machine and its containers use: read off when somebody asks, from what each program declares.

The real kubelet's cAdvisor reads control groups and file systems every 10 s or so; here nothing is measured until a
question comes. A machine has one file system for everything (`nodefs` and `imagefs` are the same), of 100 GiB.
Source: kubernetes pkg/kubelet/stats, cadvisor.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity
from cluster_sim.apps import usage
from cluster_sim.node.container_time import elapsed

Object = dict[str, Any]
MI, GI = 1 << 20, 1 << 30
DISK = 100 * GI
SYSTEM_MEMORY = 160 * MI  # the operating system, the kubelet and the runtime
SYSTEM_DISK = 6 * GI
SYSTEM_CPU = 30  # thousandths


def running(state: Object) -> list[Object]:
    """The containers that use anything."""
    return [row for row in state["containers"].values() if row["state"] == "running" and row.get("usage")]


def memory(state: Object, machine: Object, world: Object, now: int) -> tuple[int, int]:
    """(bytes the machine has, bytes in use)."""
    used = SYSTEM_MEMORY + sum(world.get("memory", {}).get(machine["name"], {}).values())
    return quantity.value(machine["memory"]), used + sum([memory_of(row, now) for row in running(state)])


def disk(state: Object, machine: Object, world: Object, now: int) -> tuple[int, int]:
    """(bytes the disk has, bytes in use)."""
    used = SYSTEM_DISK + sum(world.get("disk", {}).get(machine["name"], {}).values()) + sum(state["images"].values())
    used += sum([disk_of(row, now) for row in state["containers"].values() if row.get("usage")])
    return DISK, min(used, DISK)


def memory_of(row: Object, now: int) -> int:
    """Bytes of memory that a running container uses."""
    return usage.level(row["usage"]["memory"], elapsed(row, now))


def disk_of(row: Object, now: int) -> int:
    """Bytes a container has written to its own layer and to emptyDir volumes; they stay until it is removed."""
    return 0 if row["started_at"] is None else usage.level(row["usage"]["disk"], elapsed(row, now))


def cpu_time_of(row: Object, now: int) -> int:
    """µs of CPU it has used since it started; never more than its limit allows."""
    ran = elapsed(row, now)
    used = usage.cpu_time(row["usage"], ran, row.get("served", 0))
    limit = row.get("cpu_limit")
    return used if limit is None else min(used, ran * limit // 1000)


def grows(state: Object, now: int) -> bool:
    """Whether anything will use more memory or disk later than now, without anybody's doing."""
    return any(usage.grows(row["usage"][what], elapsed(row, now)) for row in running(state) for what in ("memory", "disk"))


def stats(state: Object, machine: Object, world: Object, now: int) -> Object:
    """Everything at once, as the kubelet asks for it ("ContainerStats")."""
    rows = [{"uid": row["uid"], "namespace": row["namespace"], "pod": row["pod"], "name": row["name"],
             "cpu": cpu_time_of(row, now), "memory": memory_of(row, now), "disk": disk_of(row, now),
             "started_at": row["started_at"]} for row in running(state)]
    has, used = memory(state, machine, world, now)
    disk_has, disk_used = disk(state, machine, world, now)
    cpu = SYSTEM_CPU * now // 1000 + state.get("cpu_of_the_dead", 0) + sum([row["cpu"] for row in rows])
    return {"containers": rows, "cpu": cpu, "memory": [has, used], "disk": [disk_has, disk_used], "grows": grows(state, now),
            "images": {**state["images"]}, "in_use": list(dict.fromkeys(row["image"] for row in state["containers"].values()))}
