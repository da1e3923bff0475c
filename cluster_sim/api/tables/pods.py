"""Pods as `kubectl get pods` shows them: the one place that knows what stands under STATUS.

Upstream: kubernetes/pkg/printers/internalversion/printers.go, printPod. The word is computed, not stored: the phase,
then whatever says more — a gate, an init container, a container's reason — and at last whether it is being deleted.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import conditions

from .ages import since

Object = dict[str, Any]
NONE = "<none>"
TERMINAL = ("Succeeded", "Failed")


def _status(pod: Object) -> Object:
    return pod.get("status") or {}


def _spec(pod: Object) -> Object:
    return pod.get("spec") or {}


def _state(container: Object, name: str) -> Object | None:
    found = (container.get("state") or {}).get(name)
    return found if isinstance(found, dict) else None


def _sidecars(pod: Object) -> list[str]:
    """Init containers that restart always: they run beside the others."""
    return [c["name"] for c in _spec(pod).get("initContainers") or () if c.get("restartPolicy") == "Always"]


def _ended(terminated: Object, prefix: str = "") -> str:
    """Why a container ended: its reason, or the signal, or the exit code."""
    if terminated.get("reason"):
        return f"{prefix}{terminated['reason']}"
    if terminated.get("signal"):
        return f"{prefix}Signal:{terminated['signal']}"
    return f"{prefix}ExitCode:{terminated.get('exitCode', 0)}"


def _initializing(pod: Object) -> str | None:
    """The word of the first init container that is not done; None when all are, or none has been reported."""
    sidecars = _sidecars(pod)
    for place, container in enumerate(_status(pod).get("initContainerStatuses") or ()):
        terminated, waiting = _state(container, "terminated"), _state(container, "waiting")
        if terminated is not None and terminated.get("exitCode", 0) == 0:
            continue
        if container.get("name") in sidecars and container.get("started"):
            continue
        if terminated is not None:
            return _ended(terminated, "Init:")
        if waiting is not None and waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{place}/{len(_spec(pod).get('initContainers') or ())}"
    return None


def _past_initializing(pod: Object, word: str | None) -> bool:
    return word is None or conditions.is_true(_status(pod).get("conditions"), "Initialized")


def _containers_say(pod: Object, reason: str) -> str:
    """Containers from last to first, each overwriting."""
    running = False
    for container in reversed(_status(pod).get("containerStatuses") or ()):
        waiting, terminated = _state(container, "waiting"), _state(container, "terminated")
        if waiting is not None and waiting.get("reason"):
            reason = waiting["reason"]
        elif terminated is not None:
            reason = _ended(terminated)
        elif container.get("ready") and _state(container, "running") is not None:
            running = True
    if reason == "Completed" and running:
        return "Running" if conditions.is_true(_status(pod).get("conditions"), "Ready") else "NotReady"
    return reason


def pod_status(pod: Object) -> str:
    """The word under STATUS."""
    status = _status(pod)
    phase = status.get("phase", "")
    reason = status.get("reason") or phase
    scheduled = conditions.find_condition(status.get("conditions"), "PodScheduled")
    if scheduled is not None and scheduled.get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    word = _initializing(pod)
    if word is not None:
        reason = word
    if _past_initializing(pod, word):
        reason = _containers_say(pod, reason)
    if (pod.get("metadata") or {}).get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            return "Unknown"
        if phase not in TERMINAL:
            return "Terminating"
    return str(reason)


def _counts(pod: Object) -> tuple[int, int]:
    sidecars = _sidecars(pod)
    total = len(_spec(pod).get("containers") or ()) + len(sidecars)
    ready = 0
    for container in _status(pod).get("initContainerStatuses") or ():
        terminated = _state(container, "terminated")
        if terminated is not None and terminated.get("exitCode", 0) == 0:
            continue
        if container.get("name") not in sidecars or not container.get("started"):
            break
        ready += bool(container.get("ready"))
    if _past_initializing(pod, _initializing(pod)):
        for container in _status(pod).get("containerStatuses") or ():
            quiet = not (_state(container, "waiting") or {}).get("reason") and _state(container, "terminated") is None
            ready += bool(container.get("ready") and _state(container, "running") is not None and quiet)
    return ready, total


def pod_ready(pod: Object) -> str:
    """ "1/2" under READY: containers that run and are ready, of all that should."""
    ready, total = _counts(pod)
    return f"{ready}/{total}"


def pod_restarts(pod: Object, now: int) -> str:
    """ "3 (2m ago)" under RESTARTS."""
    sidecars, word = _sidecars(pod), _initializing(pod)
    counted: list[Object] = []
    for container in _status(pod).get("initContainerStatuses") or ():
        if not _past_initializing(pod, word) or container.get("name") in sidecars:
            counted.append(container)
        terminated = _state(container, "terminated")
        done = terminated is not None and terminated.get("exitCode", 0) == 0
        if not done and not (container.get("name") in sidecars and container.get("started")):
            break
    if _past_initializing(pod, word):
        counted += _status(pod).get("containerStatuses") or ()
    restarts = sum(container.get("restartCount", 0) for container in counted)
    ends = [((container.get("lastState") or {}).get("terminated") or {}).get("finishedAt") for container in counted]
    last = max((end for end in ends if end), default=None)
    return f"{restarts} ({since(last, now)} ago)" if restarts and last else str(restarts)


def _gates(pod: Object) -> str:
    gates = _spec(pod).get("readinessGates") or ()
    if not gates:
        return NONE
    passed = sum(conditions.is_true(_status(pod).get("conditions"), gate.get("conditionType", "")) for gate in gates)
    return f"{passed}/{len(gates)}"


def pod_cells(pod: Object, now: int) -> list[Any]:
    status, metadata = _status(pod), pod.get("metadata") or {}
    addresses = status.get("podIPs") or ([{"ip": status["podIP"]}] if status.get("podIP") else [])
    return [
        metadata.get("name", ""),
        pod_ready(pod),
        pod_status(pod),
        pod_restarts(pod, now),
        since(metadata.get("creationTimestamp"), now),
        addresses[0].get("ip") or NONE if addresses else NONE,
        _spec(pod).get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _gates(pod),
    ]


_MESSAGES = {"Succeeded": "The pod has completed successfully.", "Failed": "The pod failed."}


def pod_row_conditions(pod: Object) -> list[Object]:
    """A finished pod's row is marked, so that kubectl may grey it out."""
    phase = _status(pod).get("phase")
    if phase not in TERMINAL:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": _MESSAGES[phase]}]
