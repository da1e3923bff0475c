"""A pod as it is drawn: its look (outline and mark), its containers' marks, its word.

The word is what `kubectl get pods` prints under STATUS; 'not ready' is added when its READY column is short.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_sim.api import pod_requests, tables
from lessons.stage.mirror import Mirror
from lessons.stage.names import short

# STATUS → look. A look is a mark in static/icons.svg, a container mark c-…, and an outline in pods.css.
LOOKS: dict[str, str] = {
    "Pending": "pending",
    "SchedulingGated": "pending",
    "ContainerCreating": "creating",
    "PodInitializing": "creating",
    "Running": "running",
    "Terminating": "terminating",
    "CrashLoopBackOff": "crash",
    "Error": "crash",
    "OOMKilled": "crash",
    "RunContainerError": "crash",
    "CreateContainerError": "crash",
    "CreateContainerConfigError": "crash",
    "ContainerCannotRun": "crash",
    "StartError": "crash",
    "DeadlineExceeded": "crash",
    "Failed": "crash",
    "PostStartHookError": "crash",
    "ImagePullBackOff": "image",
    "ErrImagePull": "image",
    "InvalidImageName": "image",
    "ErrImageNeverPull": "image",
    "Completed": "completed",
    "Succeeded": "completed",
    "Evicted": "evicted",
    "Preempting": "evicted",
    "NodeAffinity": "evicted",
    "NodeShutdown": "evicted",
    "Unknown": "unknown",
    "ContainerStatusUnknown": "unknown",
    "NodeLost": "unknown",
}
PLAIN_LOOKS = ("pending", "terminating", "completed", "evicted", "unknown", "image")  # the same for all its containers
CONTAINERS_SHOWN = 4
REALLY = {"runs": "still runs", "gone": "is gone"}  # where its word says otherwise


def look_of(status: str, is_ready: bool = True) -> str:
    """The look for a STATUS."""
    if status.startswith("Init:"):
        return LOOKS.get(status.removeprefix("Init:"), "creating")
    if status.startswith(("ExitCode:", "Signal:")):
        return "crash"
    look = LOOKS.get(status, "unknown")
    return "notready" if look == "running" and not is_ready else look


@dataclass(frozen=True, slots=True)
class Facts:
    """What a pod's object says, worked out once per object: STATUS, READY, the look, the CPU it requests in m, and
    whether it counts as ready for its owner (the condition; containers on a silent node stay ready in READY)."""

    status: str
    ready: str
    look: str
    cpu: int
    counts: bool


def facts(pod: Any, mirror: Mirror) -> Facts:
    """The facts of a pod. Objects never change in place, so what was worked out for one holds."""
    uid = pod["metadata"]["uid"]
    known = mirror.worked_out.get(uid)
    if known is not None and known[0] is pod:
        found: Facts = known[1]
        return found
    status, ready = tables.pod_status(pod), tables.pod_ready(pod)
    have, _, want = ready.partition("/")
    cpu = int(pod_requests.pod_requests(pod["spec"]).get("cpu", 0))
    conditions = pod.get("status", {}).get("conditions", ())
    counts = any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
    found = Facts(status, ready, look_of(status, have == want), cpu, counts)
    mirror.worked_out[uid] = (pod, found)
    return found


def fields(pod: Any, mirror: Mirror, now: float, place: Mapping[str, str]) -> dict[str, str]:
    """The fields of a pod's element; `place` says where on the floor it is."""
    meta = pod["metadata"]
    known = facts(pod, mirror)
    status, ready, look = known.status, known.ready, known.look
    word = f"{status}, not ready" if look == "notready" else status
    really = mirror.really.get(meta["uid"], "")
    node = pod["spec"].get("nodeName") or ""
    where = f", on {node}" if node else ", no node yet"
    return {
        "name": meta["name"],
        "namespace": meta.get("namespace", "default"),
        "uid": meta["uid"],
        "@data-status": status,
        "@data-look": look,
        "@data-really": really,
        "spoken": f"Pod {meta['name']}, {word}{where}{', really ' + REALLY[really] if really else ''}",
        **place,
        "#mark": look,
        "@data-several": "1" if len(pod["spec"].get("containers", ())) > 1 else "",
        "@data-long": _long(short(pod)),
        "short": short(pod),
        "*containers": _containers(pod, look),
        "note": REALLY[really] if really else _note(pod, look, ready),
        "word": word + _seconds_left(pod, status, mirror, now),
    }


def _long(name: str) -> str:
    """How much smaller a name has to be written: '' for what fits beside the mark."""
    return "" if len(name) <= 9 else "1" if len(name) <= 11 else "2"


def _containers(pod: Any, look: str) -> str:
    specs = pod["spec"].get("containers", ())
    statuses = {item["name"]: item for item in pod.get("status", {}).get("containerStatuses", ())}
    marks = [look if look in PLAIN_LOOKS else _container_look(statuses.get(spec["name"]), look) for spec in specs]
    return " ".join(f"c-{mark}" for mark in marks[:CONTAINERS_SHOWN])


def _container_look(status: Any, look: str) -> str:
    state = (status or {}).get("state") or {}
    if "running" in state:
        return "running" if status.get("ready") else "notready"
    reason = (state.get("waiting") or state.get("terminated") or {}).get("reason", "")
    return look_of(reason) if reason in LOOKS else "creating" if look in ("running", "notready") else look


def _note(pod: Any, look: str, ready: str) -> str:
    status = pod.get("status", {})
    restarts = sum(item.get("restartCount", 0) for item in status.get("containerStatuses", ()))
    if look == "pending":
        return "no node yet" if not pod["spec"].get("nodeName") else ""
    if look == "image":
        return str(pod["spec"]["containers"][0].get("image", ""))
    if restarts and look != "terminating":
        return f"{restarts} restart{'s' if restarts > 1 else ''}"
    if look == "notready":
        return f"{ready} ready"
    return str(status.get("podIP", ""))


def _seconds_left(pod: Any, status: str, mirror: Mirror, now: float) -> str:
    until = mirror.seconds(pod["metadata"].get("deletionTimestamp"))
    left = 0 if until is None or status != "Terminating" else int(until - now + 0.999)
    return f" {left} s" if left > 0 else ""
