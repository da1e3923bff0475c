"""A pod worker: what one kubelet knows of one pod, and the next thing to do about it.

A worker is plain data. `next_steps` looks at the pod's spec and at what is known of its containers and says what to
do: that is the whole plan, made anew after each answer, so a kubelet that forgot everything and asked the runtime
what is there goes on from the same place. Source: kubernetes pkg/kubelet/kuberuntime (kuberuntime_manager.go
computePodActions), pkg/kubelet/pod_workers.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cluster_sim.api.pod_requests import pod_requests
from cluster_sim.node.pod_status import is_sidecar, will_restart
from cluster_sim.node.restart_backoff import FORGIVEN_AFTER, go_duration, restart_delay

Object = dict[str, Any]
Step = tuple[str, Object]  # ("sandbox" | "start" | "restart", container)


def new_worker(pod: Object) -> Object:
    """A worker for a pod that was just seen.

    "sandbox" is its id once made, "making" while it is; "stopping" once the pod is to end, with "outcome" if it ends
    by itself; "gone" when nothing of it runs; "final" {phase, reason, message} is then what is reported.
    """
    meta = pod["metadata"]
    return {
        "key": f"{meta['namespace']}/{meta['name']}",
        "uid": meta["uid"],
        "sandbox": None,
        "ip": "",
        "making": False,
        "containers": {},
        "requests": {**pod_requests(pod["spec"])},
        "sources": None,
        "stopping": False,
        "grace": None,
        "outcome": None,
        "gone": False,
        "final": None,
        "reporting": False, "told": "",
        "dirty": False,
        "deleting": False,
    }


def new_row() -> Object:
    """What is known of a container that has not started yet. "step": what is asked for: pull, create, start."""
    return {"state": "waiting", "reason": "", "message": "", "id": "", "started": None, "finished": None, "code": None,
            "why": "", "restarts": 0, "last": {}, "ready": False, "started_ok": False, "step": "", "failures": 0,
            "streak": 0, "until": 0, "asked": None}


def next_steps(pod: Object, worker: Object, now: int) -> list[Step]:
    """What to do now. Init containers run one after the other, the others together."""
    if worker["stopping"] or worker["final"]:
        return []
    if worker["sandbox"] is None:
        return [] if worker["making"] or now < worker.get("until", 0) else [("sandbox", {})]
    known = worker["containers"]
    if any(row["step"] for row in known.values()):
        return []  # one container after the other: until this one has started (or could not), the next waits
    for container in pod["spec"].get("ephemeralContainers") or ():
        if container["name"] not in known:
            return [("start", container)]
    for container in pod["spec"].get("initContainers") or ():
        row = known.get(container["name"])
        if is_sidecar(container):
            if row is not None and row["state"] == "running" and row["started_ok"]:
                continue
            if any(known.get(each["name"]) for each in pod["spec"]["containers"]):
                continue  # restarted beside the others, below
        elif row is not None and row["state"] == "exited" and row["code"] == 0:
            continue
        return _container_steps(container, pod, row, now)
    steps: list[Step] = []
    for container in [*filter(is_sidecar, pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]]:
        steps += _container_steps(container, pod, known.get(container["name"]), now)
    return steps


def _container_steps(container: Object, pod: Object, row: Object | None, now: int) -> list[Step]:
    if row is None:
        return [("start", container)]
    if row["step"] or row["state"] == "running":
        return []
    if row["state"] == "exited":
        return [("restart", container)] if will_restart(container, pod, row) else []
    return [("start", container)] if now >= row["until"] else []


def exited(row: Object, code: int, reason: str, started: int | None, finished: int) -> Object:
    """The row of a container that has ended. What its probes had found was about that container."""
    kept = {name: value for name, value in row.items() if name not in ("startup", "readiness", "liveness")}
    return {
        **kept,
        "state": "exited",
        "code": code,
        "why": reason,
        "started": started if started is not None else finished,
        "finished": finished,
        "ready": False,
        "started_ok": False,
        "step": "",
        "asked": None,
    }


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
    row = {**row, "state": "waiting", "last": last, "streak": streak + 1, "restarts": row["restarts"] + 1,
           "until": row["finished"] + delay, **(waiting if delay else {"reason": "", "message": ""})}
    if row.get("again"):  # its definition changed: no back-off
        row.update(until=row["finished"], reason="", message="")
    return row


def pull_policy(container: Object) -> str:
    """The container's imagePullPolicy (the API server has set the default)."""
    return str(container.get("imagePullPolicy") or "IfNotPresent")


def must_pull(container: Object, images: dict[str, int]) -> bool:
    """Whether the image must be asked for."""
    policy = pull_policy(container)
    return policy == "Always" or (policy != "Never" and container["image"] not in images)


def ends_with(pod: Object, worker: Object) -> str | None:
    """The terminal phase, if every container has ended for good; None while the pod goes on."""
    known = worker["containers"]
    for container in pod["spec"].get("initContainers") or ():
        row = known.get(container["name"])
        if row and row["state"] == "exited" and row["code"] != 0 and not will_restart(container, pod, row):
            return "Failed"
    codes = []
    for container in pod["spec"]["containers"]:
        row = known.get(container["name"])
        if row is None or row["state"] != "exited" or will_restart(container, pod, row):
            return None
        codes.append(row["code"])
    return "Succeeded" if all(code == 0 for code in codes) else "Failed"


def to_stop(pod: Object | None, worker: Object) -> list[str]:
    """The containers to stop now: all that run, but sidecars only when the others have ended, the last one first."""
    running = [name for name, row in worker["containers"].items() if row["state"] == "running"]
    sidecars = [each["name"] for each in (pod or {"spec": {}})["spec"].get("initContainers") or () if is_sidecar(each)]
    regular = [name for name in running if name not in sidecars]
    return regular or [name for name in sidecars if name in running][-1:]


def has_probe(container: Object, kind: str) -> bool:
    """Whether the container has a startup, readiness or liveness probe."""
    return bool(container.get(f"{kind}Probe"))


def container_spec(pod: Object, name: str) -> Object:
    """The container of that name, in the pod's spec."""
    spec = pod["spec"]
    every = [*spec["containers"], *(spec.get("initContainers") or ()), *(spec.get("ephemeralContainers") or ())]
    return next(each for each in every if each["name"] == name)


def field_path(pod: Object, name: str) -> str:
    """How Events name a container of a pod."""
    kind = next((kind for kind in ("initContainers", "ephemeralContainers")
                 if kind in pod["spec"] and any(each["name"] == name for each in pod["spec"][kind] or ())), "containers")
    return _field_path(kind, name)


@lru_cache(maxsize=1_024)
def _field_path(kind: str, name: str) -> str:
    return f"spec.{kind}{{{name}}}"
