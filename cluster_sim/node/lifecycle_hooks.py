"""Lifecycle hooks: a command, a request or a pause, after a container's start (postStart) or before its end (preStop).

postStart holds up the containers after it and, if it fails, ends its own; preStop runs within the grace period, and its
failure is only told. Source: kubernetes pkg/kubelet/lifecycle/handlers.go, kuberuntime_container.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

Object = dict[str, Any]


def of(container: Object, when: str) -> Object:
    """The hook of a container: `when` is postStart or preStop; {} without one."""
    hook: Object = (container.get("lifecycle") or {}).get(when) or {}
    return hook


def run(kubelet: Kubelet, worker: Object, container: Object, when: str, seconds: int, span: int) -> None:
    """Run it; `on_hooked` (preStop) or `on_post_started` goes on, at the latest after so many seconds."""
    hook, name = of(container, when), container["name"]
    number = worker["containers"][name]["id"]
    then = "hooked" if when == "preStop" else "post_started"
    if "exec" in hook:
        call = {"container": number, "command": hook["exec"].get("command") or [], "timeout": seconds * SECOND}
        kubelet.runtime("ExecSync", call, then, worker["uid"], name, span, subject=name)
    elif "httpGet" in hook:
        ports = {port["name"]: port["containerPort"] for port in container.get("ports") or () if "name" in port}
        probe = {"httpGet": hook["httpGet"], "timeoutSeconds": seconds}
        kubelet.runtime("Probe", {"container": number, "probe": probe, "ports": ports}, then, worker["uid"], name, span,
                        subject=name)
    else:
        pause = min((hook.get("sleep") or {}).get("seconds", 0), seconds)
        kubelet.kernel.timer(kubelet.part, pause * SECOND, "hooked", [worker["uid"], name, number, then], cause=span)


def failed(answer: Object) -> bool:
    """Whether the hook ended, and not well. One that is still running when its time is over has not failed."""
    return not answer.get("late") and (bool(answer.get("code")) or answer.get("success") is False or "error" in answer)


def over(kubelet: Kubelet, which: list[str], span: int) -> None:
    """A hook that only waits has waited."""
    uid, name, number, then = which
    worker = kubelet.workers.get(uid)
    if worker is None or worker["containers"][name]["id"] != number:
        return
    room = kubelet.ending if then == "hooked" else kubelet.start_up
    getattr(room, f"on_{then}")(kubelet.pod_of(worker), worker, name, {}, span)
