"""What a kubelet reports of a pod: container states, phase and conditions, from what its worker knows.

Pure rules. A worker's containers are dicts {"state": waiting|running|exited, "reason", "message", "id", "started",
"finished", "code", "restarts", "last", "ready", "started_ok"}. Times are µs since the scene opened; `stamp` turns
them into RFC 3339. Source: kubernetes pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Object = dict[str, Any]
Stamp = Callable[[int], str]


def restarts(container: Object, pod: Object, code: int | None) -> bool:
    """Whether a container that exited with `code` is started again."""
    policy = container.get("restartPolicy") or pod["spec"].get("restartPolicy", "Always")
    return policy == "Always" or (policy == "OnFailure" and code != 0)


def is_sidecar(container: Object) -> bool:
    """An init container that stays: restartPolicy Always."""
    return container.get("restartPolicy") == "Always"


def initialized(pod: Object, known: Object) -> bool:
    """Whether every init container has done its part (a sidecar: has started)."""
    return all(_init_done(container, known.get(container["name"])) for container in pod["spec"].get("initContainers", ()))


def _init_done(container: Object, row: Object | None) -> bool:
    if row is None:
        return False
    if is_sidecar(container):
        return row["state"] == "running"
    return row["state"] == "exited" and row["code"] == 0


def phase(pod: Object, known: Object) -> str:
    """Pending, Running, Succeeded or Failed; the first rule that fits (getPhase)."""
    for container in pod["spec"].get("initContainers", ()):
        row = known.get(container["name"])
        if row and row["state"] == "exited" and row["code"] != 0 and not restarts(container, pod, row["code"]):
            return "Failed"
    if not initialized(pod, known):
        return "Pending"
    rows = [(container, known.get(container["name"])) for container in pod["spec"]["containers"]]
    if any(row is None or (row["state"] == "waiting" and not row["last"]) for _, row in rows):
        return "Pending"
    if any(row is not None and row["state"] == "running" for _, row in rows):
        return "Running"
    codes = [(container, row["code"] if row["state"] == "exited" else row["last"].get("code"))
             for container, row in rows if row is not None]
    if any(restarts(container, pod, code) for container, code in codes):
        return "Running"
    return "Succeeded" if all(code == 0 for _, code in codes) else "Failed"


def container_status(container: Object, row: Object | None, stamp: Stamp, waiting: str) -> Object:
    """One entry of containerStatuses; `waiting` is the reason before the first start."""
    row = row or {"state": "waiting", "reason": waiting, "message": "", "restarts": 0, "last": {}, "ready": False,
                  "id": "", "started_ok": False}
    status: Object = {"name": container["name"], "image": container["image"], "imageID": "", "ready": row["ready"],
                      "restartCount": row["restarts"], "started": row["state"] == "running" and row["started_ok"],
                      "state": _state(row, stamp, waiting), "lastState": {}}
    if row["last"]:
        status["lastState"] = {"terminated": _terminated(row["last"], stamp)}
    if row["id"]:
        status["containerID"] = f"containerd://{row['id']}"
        status["imageID"] = f"{container['image']}"
    return status


def _state(row: Object, stamp: Stamp, waiting: str) -> Object:
    if row["state"] == "running":
        return {"running": {"startedAt": stamp(row["started"])}}
    if row["state"] == "exited":
        return {"terminated": _terminated(row, stamp)}
    state = {"reason": row["reason"] or waiting}
    return {"waiting": {**state, "message": row["message"]} if row["message"] else state}


def _terminated(row: Object, stamp: Stamp) -> Object:
    return {"exitCode": row["code"], "reason": row["why"], "startedAt": stamp(row["started"]),
            "finishedAt": stamp(row["finished"]), "containerID": f"containerd://{row['id']}"}


def conditions(pod: Object, known: Object, sandbox: bool, current_phase: str) -> list[tuple[str, str, str, str]]:
    """(type, status, reason, message) of the five conditions, in the kubelet's order."""
    spec = pod["spec"]
    regular = [container["name"] for container in spec["containers"]]
    regular += [container["name"] for container in spec.get("initContainers", ()) if is_sidecar(container)]
    unready = [name for name in regular if not (known.get(name) or {}).get("ready")]
    done = initialized(pod, known) or any((known.get(name) or {}).get("id") for name in regular)
    incomplete = [container["name"] for container in spec.get("initContainers", ())
                  if not _init_done(container, known.get(container["name"]))]
    rows = [("PodReadyToStartContainers", "True" if sandbox else "False", "", "")]
    if done:
        finished = current_phase == "Succeeded"
        rows.append(("Initialized", "True", "PodCompleted" if finished else "", ""))
    else:
        rows.append(("Initialized", "False", "ContainersNotInitialized",
                     f"containers with incomplete status: [{' '.join(incomplete)}]"))
    reason, message = "", ""
    if current_phase == "Succeeded":
        reason = "PodCompleted"
    elif current_phase == "Failed":
        reason = "PodFailed"
    elif unready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    ready = "False" if reason else "True"
    gates = [gate["conditionType"] for gate in spec.get("readinessGates", ())]
    have = {item["type"]: item["status"] for item in pod.get("status", {}).get("conditions", ())}
    closed = [gate for gate in gates if have.get(gate) != "True"]
    if ready == "True" and closed:
        names = "; ".join(f'corresponding condition of pod readiness gate "{gate}" does not exist.' for gate in closed)
        rows.append(("Ready", "False", "ReadinessGatesNotReady", names))
    else:
        rows.append(("Ready", ready, reason, message))
    rows.append(("ContainersReady", ready, reason, message))
    rows.append(("PodScheduled", "True", "", ""))
    return rows


def report(pod: Object, worker: Object, stamp: Stamp, now: int, host_ip: str) -> Object:
    """The whole status, on top of what is there: a condition keeps its transition time while its status stays."""
    known = worker["containers"]
    before = {item["type"]: item for item in pod.get("status", {}).get("conditions", ())}
    current = worker.get("final_phase") or phase(pod, known)
    items = []
    for kind, status, reason, message in conditions(pod, known, bool(worker["ip"]) and not worker["gone"], current):
        old = before.pop(kind, None)
        item: Object = {"type": kind, "observedGeneration": pod["metadata"].get("generation", 1), "status": status,
                        "lastProbeTime": None,
                        "lastTransitionTime": old["lastTransitionTime"] if old and old["status"] == status
                        and old.get("lastTransitionTime") else stamp(now)}
        if reason:
            item["reason"] = reason
        if message:
            item["message"] = message
        items.append(item)
    spec = pod["spec"]
    first = "PodInitializing" if spec.get("initContainers") else "ContainerCreating"
    status: Object = {
        **pod.get("status", {}), "phase": current, "conditions": [*items, *before.values()], "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}], "startTime": pod.get("status", {}).get("startTime") or stamp(now),
        "observedGeneration": pod["metadata"].get("generation", 1),
        "containerStatuses": [container_status(each, known.get(each["name"]), stamp, first)
                              for each in spec["containers"]],
    }
    if spec.get("initContainers"):
        status["initContainerStatuses"] = [container_status(each, known.get(each["name"]), stamp, "PodInitializing")
                                           for each in spec["initContainers"]]
    if worker["ip"]:
        status["podIP"], status["podIPs"] = worker["ip"], [{"ip": worker["ip"]}]
    for name in ("reason", "message"):
        if worker.get(f"final_{name}"):
            status[name] = worker[f"final_{name}"]
    return status
