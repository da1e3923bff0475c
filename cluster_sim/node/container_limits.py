"""A container's limits at the runtime: what it may use, and what happens to it when it wants more.

More CPU than its limit only makes it slower; more memory kills it (exit code 137, reason OOMKilled), at the moment at
which its program's line of memory crosses the limit. Source: cri-api LinuxContainerResources; Linux control groups.
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps
from cluster_sim.api import quantity
from cluster_sim.apps import usage
from cluster_sim.node.container_time import elapsed

Object = dict[str, Any]


def of(spec: Object, call: Object) -> Object:
    """What CreateContainer sets: bytes and thousandths, None without a limit; how gladly it is killed."""
    return {**_limits(spec.get("resources")), "oom_score_adj": call.get("oom_score_adj", 0)}


def _limits(resources: Object | None) -> Object:
    limits = (resources or {}).get("limits") or {}
    return {"memory_limit": quantity.value(limits["memory"]) if "memory" in limits else None,
            "cpu_limit": quantity.milli(limits["cpu"]) if "cpu" in limits else None}


def started(container: Object, program: Object, now: int) -> Object:
    """The row of a container whose program begins now."""
    words = [*container["command"], *container["args"]]
    uses = usage.usage_of(container["image"], words, container["env"], program, container["memory_limit"])
    row = {**container, "state": "running", "program": program, "usage": uses, "started_at": now}
    return {**row, "exits_at": _end(row, now)}


def resized(container: Object, resources: Object, now: int) -> Object:
    """The row of a running container that got other limits."""
    row = {**container, **_limits(resources)}
    return {**row, "exits_at": _end(row, now)}


def _end(row: Object, now: int) -> int | None:
    """When it ends by itself or for want of memory, in µs since the scene opened; None: it does not."""
    after = [at for at in (row["program"]["endsAfter"], _killed_after(row)) if at is not None]
    return max(now, now - elapsed(row, now) + min(after)) if after else None


def _killed_after(row: Object) -> int | None:
    limit = row["memory_limit"]
    return None if limit is None else usage.reaches(row["usage"]["memory"], limit)


def outcome(row: Object) -> tuple[int, str]:
    """(code, reason) of a container that has come to its end."""
    program, killed = row["program"], _killed_after(row)
    if killed is not None and (program["endsAfter"] is None or killed < program["endsAfter"]):
        return apps.SIGKILL_CODE, "OOMKilled"
    return program["code"], apps.reason_of(program, program["code"])
