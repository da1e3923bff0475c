"""When a machine has no memory left the operating system ends a process: the one it misses least.

Each process has a score: the share of the machine's memory it uses, in thousandths, plus what the kubelet wrote into
oom_score_adj by the pod's quality of service (BestEffort 1000, Guaranteed −997, between them the more the less it asked
for). The highest dies, with 137, OOMKilled. That comes at once and from below the kubelet, which only hears of it; its
own evictions look each 10 s and are kinder, if they come in time.

A container above its own limit is another matter: only its own processes are looked at (`ContainerRuntime`).
Source: Linux mm/oom_kill.c; kubernetes pkg/kubelet/qos/policy.go, pkg/kubelet/oom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim import apps
from cluster_sim.apps import usage
from cluster_sim.apps.images import base_name
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import machine_stats
from cluster_sim.node.container_time import elapsed

if TYPE_CHECKING:
    from cluster_sim.node.container_runtime import ContainerRuntime

register_phrases({
    "runtime.no-memory-left": "{node} has no memory left: its operating system kills {container} of {pod}",
}, file="cluster_sim/node/out_of_memory.py")

Object = dict[str, Any]


def score_adjustment(qos: str, request: int, capacity: int, critical: bool) -> int:
    """oom_score_adj of a container (GetContainerOOMScoreAdjust)."""
    if critical or qos == "Guaranteed":
        return -997
    if qos == "BestEffort":
        return 1000
    return min(max(1000 - 1000 * request // capacity, 3), 999)


def watch(runtime: ContainerRuntime, span: int) -> None:
    """Look now; and if something grows, when the memory would be used up at the earliest."""
    now, state = runtime.kernel.now, runtime.state
    machine = runtime.kernel.machines[runtime.node]
    while True:
        has, used = machine_stats.memory(state, machine, runtime.kernel.world, now)
        rows = machine_stats.running(state)
        if used <= has or not rows:
            break
        victim = max(rows, key=lambda row: _score(row, has, now))
        _kill(runtime, victim, span)
    rate = sum([usage.grows(row["usage"]["memory"], elapsed(row, now)) for row in rows])
    if rate and used <= has:
        after = max(SECOND // 10, (has - used) * SECOND // rate + 1)
        due = state.get("memory_check")
        if due is None or due <= now or due > now + after:
            state["memory_check"] = now + after
            runtime.kernel.timer(runtime.part, after, "machine-changed", None, background=True)


def _score(row: Object, capacity: int, now: int) -> tuple[int, int]:
    used = machine_stats.memory_of(row, now)
    return used * 1000 // capacity + int(row.get("oom_score_adj", 0)), used


def _kill(runtime: ContainerRuntime, row: Object, span: int) -> None:
    kernel = runtime.kernel
    span = kernel.work(runtime.part, span, verb="kill", subject=row["name"], phrase="runtime.no-memory-left",
                       args={"node": runtime.node, "container": row["name"], "pod": row["pod"]})
    kernel.send(runtime.part, f"{runtime.node}/kubelet", "system-oom", {"process": _process(row), "pid": _pid(row)},
                span, verb="tell", subject="system OOM")
    runtime.ended(row, apps.SIGKILL_CODE, "OOMKilled", span)


def _process(row: Object) -> str:
    """The name of its process: the command's, or the program's in its image."""
    words = [*row["command"], *row["args"]] if row["command"] else []
    return words[0].rpartition("/")[2] if words else base_name(row["image"])


def _pid(row: Object) -> int:
    """A process id that follows from the container's id, as good as any other."""
    return 2000 + int(row["id"][:6], 16) % 60_000
