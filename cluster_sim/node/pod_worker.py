"""A pod worker: what one kubelet knows of one pod, and the next thing to do about it.

A worker is plain data. `next_steps` looks at the pod's spec and at what is known of its containers and says what to
ask the runtime for: that is the whole plan, made anew after each answer, so a kubelet that forgot everything and
asked the runtime what is there goes on from the same place. Source: kubernetes pkg/kubelet/kuberuntime
(kuberuntime_manager.go computePodActions), pkg/kubelet/pod_workers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.node.pod_status import is_sidecar, restarts
from cluster_sim.node.restart_backoff import FORGIVEN_AFTER, go_duration, restart_delay

Object = dict[str, Any]
Step = tuple[str, Object]  # ("sandbox" | "pull" | "restart-later", container)


def new_worker(pod: Object) -> Object:
    """A worker for a pod that was just seen."""
    meta = pod["metadata"]
    return {"key": f"{meta['namespace']}/{meta['name']}", "uid": meta["uid"], "sandbox": None, "ip": "", "gone": False,
            "making": False, "stopping": False, "containers": {}, "final_phase": None, "final_reason": "",
            "final_message": "", "reporting": False, "dirty": False, "ending": False}


def new_row(reason: str = "") -> Object:
    """What is known of a container that has not started yet."""
    return {"state": "waiting", "reason": reason, "message": "", "id": "", "started": None, "finished": None, "code": None,
            "why": "", "restarts": 0, "last": {}, "ready": False, "started_ok": False, "busy": False, "failures": 0,
            "streak": 0, "until": 0}


def next_steps(pod: Object, worker: Object, now: int) -> list[Step]:
    """What to ask for now. Init containers run one after the other, the others together."""
    if worker["stopping"] or worker["final_phase"]:
        return []
    if worker["sandbox"] is None:
        return [] if worker["making"] else [("sandbox", {})]
    known = worker["containers"]
    steps: list[Step] = []
    for container in pod["spec"].get("initContainers", ()):
        row = known.get(container["name"])
        if row is not None and row["state"] == "exited" and row["code"] == 0 and not is_sidecar(container):
            continue
        if row is not None and row["state"] == "running":
            if is_sidecar(container) and row["started_ok"]:
                continue
            return steps
        steps += _container_steps(container, pod, row, now)
        return steps
    for container in pod["spec"]["containers"]:
        steps += _container_steps(container, pod, known.get(container["name"]), now)
    return steps


def _container_steps(container: Object, pod: Object, row: Object | None, now: int) -> list[Step]:
    if row is None:
        return [("pull", container)]
    if row["busy"] or row["state"] == "running":
        return []
    if row["state"] == "exited":
        return [("restart", container)] if restarts(container, pod, row["code"]) else []
    return [("pull", container)] if now >= row["until"] else []


def exited(row: Object, code: int, reason: str, started: int | None, finished: int) -> Object:
    """The row of a container that has ended."""
    return {**row, "state": "exited", "code": code, "why": reason, "started": started if started is not None else finished,
            "finished": finished, "ready": False, "started_ok": False, "busy": False}


def to_restart(row: Object, pod: Object, container: Object) -> Object:
    """The row of a container that ended and will start again, at once or after its back-off."""
    ran_long = row["finished"] - row["started"] > FORGIVEN_AFTER
    streak = 0 if ran_long else row["streak"]
    last = {name: row[name] for name in ("code", "why", "started", "finished", "id")}
    delay = restart_delay(streak)
    meta = pod["metadata"]
    place = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    waiting = {"reason": "CrashLoopBackOff", "message":
               f"back-off {go_duration(delay)} restarting failed container={container['name']} pod={place}"}
    return {**row, "state": "waiting", "last": last, "streak": streak + 1, "restarts": row["restarts"] + 1,
            "until": row["finished"] + delay, **(waiting if delay else {"reason": "", "message": ""})}


def pull_policy(container: Object) -> str:
    """The container's imagePullPolicy (the API server has set the default)."""
    return str(container.get("imagePullPolicy") or "IfNotPresent")


def ends_with(pod: Object, worker: Object) -> str | None:
    """The terminal phase, if every container has ended for good; None while the pod goes on."""
    known = worker["containers"]
    for container in pod["spec"].get("initContainers", ()):
        row = known.get(container["name"])
        if row and row["state"] == "exited" and row["code"] != 0 and not restarts(container, pod, row["code"]):
            return "Failed"
    codes = []
    for container in pod["spec"]["containers"]:
        row = known.get(container["name"])
        if row is None or row["state"] != "exited" or restarts(container, pod, row["code"]):
            return None
        codes.append(row["code"])
    return "Succeeded" if all(code == 0 for code in codes) else "Failed"


def has_probe(container: Object, kind: str) -> bool:
    """Whether the container has a startup, readiness or liveness probe."""
    return bool(container.get(f"{kind}Probe"))
