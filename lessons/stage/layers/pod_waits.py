"""Why a pod does not go on: the first thing between it and being available, in words, with the machine's own message.

What the scheduler, the runtime and the kubelet say is quoted as it stands in the pod's conditions and container states.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta
from lessons.stage import names, pods
from lessons.stage.mirror import Mirror

IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
CONFIG = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


@dataclass(frozen=True, slots=True)
class PodWait:
    """`kind` groups pods that wait for the same; `short` fits a card; `say` is safe HTML."""

    kind: str
    short: str
    say: str


def why(pod: Any, mirror: Mirror, now: float, min_ready: int = 0) -> PodWait | None:
    """None: it is available, leaves, or has done its work."""
    if meta.is_deleting(pod) or pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
        return None
    name = f"<code>{escape(names.ending(pod))}</code>"
    if not pod["spec"].get("nodeName"):
        return _no_node(pod, name, mirror)
    return (_silent(pod, name, mirror) or _containers(pod, name) or _not_ready(pod, name, mirror)
            or _too_young(pod, name, mirror, now, min_ready))


def is_available(pod: Any, mirror: Mirror, now: float, min_ready: int = 0) -> bool:
    """Ready, for at least `min_ready` seconds, and not on its way out."""
    return pods.facts(pod, mirror).counts and not meta.is_deleting(pod) and \
        _too_young(pod, "", mirror, now, min_ready) is None


def stopped(mirror: Mirror, process: str) -> bool:
    """Whether every such process of the control plane is stopped, or its machine has no power."""
    parts = [(part, view) for part, view in mirror.parts.items() if part.endswith(f"/{process}")]
    return bool(parts) and all(
        view.get("state") == "stopped" or not mirror.machines.get(part.partition("/")[0], {}).get("power", True)
        for part, view in parts)


def _condition(pod: Any, kind: str) -> Any:
    return next((item for item in pod.get("status", {}).get("conditions", ()) if item["type"] == kind), {})


def _no_node(pod: Any, name: str, mirror: Mirror) -> PodWait:
    said = _condition(pod, "PodScheduled")
    if pod["spec"].get("schedulingGates"):
        gates = ", ".join(gate["name"] for gate in pod["spec"]["schedulingGates"])
        return PodWait("gated", "held back by a gate",
                       f"{name} is held back by its scheduling gates ({escape(gates)}): the scheduler does not look at it yet.")
    if stopped(mirror, "kube-scheduler"):
        return PodWait("scheduler", "the scheduler is stopped", f"{name} has no node: the scheduler is stopped.")
    if said.get("status") == "False" and said.get("message"):
        return PodWait("unschedulable", "no node can take it",
                       f"{name} fits on no node. The scheduler says: <q>{escape(said['message'])}</q>")
    return PodWait("scheduling", "waits for a node", f"{name} waits for the scheduler to choose a node.")


def _silent(pod: Any, name: str, mirror: Mirror) -> PodWait | None:
    """Its kubelet cannot be the one to go on."""
    node = pod["spec"]["nodeName"]
    if pods.facts(pod, mirror).counts or node not in mirror.machines:
        return None
    if not mirror.machines[node].get("power", True):
        return PodWait("off", f"{node} has no power", f"{name} is meant for {escape(node)}, which has no power.")
    if node in mirror.cuts:
        return PodWait("cut", f"{node} is cut off", f"{name} is meant for {escape(node)}, which nobody can reach.")
    if mirror.parts.get(f"{node}/kubelet", {}).get("state") == "stopped":
        return PodWait("kubelet", f"kubelet of {node} is stopped",
                       f"{name} is meant for {escape(node)}, whose kubelet is stopped: nobody starts or probes it.")
    return None


def _containers(pod: Any, name: str) -> PodWait | None:
    status = pod.get("status", {})
    for row in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        state = row.get("state") or {}
        waiting = state.get("waiting") or {}
        reason, message = waiting.get("reason", ""), str(waiting.get("message") or "")
        quoted = f" <q>{escape(message)}</q>" if message else ""
        if reason in IMAGE:
            return PodWait("image", reason, f"{name} cannot fetch <code>{escape(row.get('image', ''))}</code>: {reason}.{quoted}")
        if reason == "CrashLoopBackOff":
            return PodWait("crash", reason, f"{name} ends again and again; the kubelet waits before the next try.{quoted}")
        if reason in CONFIG:
            return PodWait("config", reason, f"{name} cannot be started: {reason}.{quoted}")
        if "terminated" in state and state["terminated"].get("exitCode"):
            return PodWait("crash", "a container ended",
                           f"A container of {name} ended with exit code {state['terminated']['exitCode']}.")
    return None


def _not_ready(pod: Any, name: str, mirror: Mirror) -> PodWait | None:
    known = pods.facts(pod, mirror)
    if known.counts:
        return None
    if known.status.startswith("Init:"):
        return PodWait("init", "init containers run", f"{name} runs its init containers first ({escape(known.status)}).")
    if known.look == "creating":
        return PodWait("creating", "containers are made", f"The kubelet of {escape(pod['spec']['nodeName'])} is making {name}.")
    gates = [gate["conditionType"] for gate in pod["spec"].get("readinessGates", ())]
    missing = [gate for gate in gates if _condition(pod, gate).get("status") != "True"]
    if missing:
        return PodWait("gate", "waits for a readiness gate",
                       f"{name} runs, and waits for its readiness gate <code>{escape(missing[0])}</code>.")
    if any("readinessProbe" in each for each in pod["spec"].get("containers", ())):
        return PodWait("probe", "not ready yet", f"{name} runs, and its readiness probe has not passed: it is not ready.")
    return PodWait("ready", "not ready yet", f"{name} is not ready yet.")


def _too_young(pod: Any, name: str, mirror: Mirror, now: float, min_ready: int) -> PodWait | None:
    since = mirror.seconds(_condition(pod, "Ready").get("lastTransitionTime")) if min_ready else None
    if since is None or now - since >= min_ready:
        return None
    return PodWait("young", "ready, not for long enough",
                   f"{name} is ready for {int(now - since)} s and counts as available after {min_ready} s (minReadySeconds).")
