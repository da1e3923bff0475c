"""A process dies and stays down: one of the control plane's, one of a node's, or the registry outside.

What it knew in memory is lost, what is on its disk stays. systemd would start it again within seconds; here it stays
down until somebody starts it, which is what a lesson needs.
"""

from __future__ import annotations

from cluster_sim.faults.fault import Fault, Options, heard_again, silence
from cluster_sim.kernel import Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.stop": "You stop {process} on {node}",
    "fault.start": "You start {process} on {node}",
    "fault.stopped": "{process} on {node} is gone; what it knew in memory is lost",
    "fault.started": "{process} on {node} runs again and asks the API server for everything it watches",
    "fault.started-server": "{process} on {node} runs again",
}, file="cluster_sim/faults/processes.py")

SERVERS = ("kube-apiserver", "etcd", "container-runtime", "registry")  # they are asked and ask nobody

PROCESSES = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager", "kubelet", "container-runtime",
             "kube-proxy")


def processes(kernel: Kernel) -> list[str]:
    """Part ids of every process that runs, the registry, and a load balancer if there is one."""
    return [part for part in kernel.components
            if (part.rpartition("/")[2] in PROCESSES or part in ("registry", "load-balancer")) and kernel.is_running(part)]


def names(part: str) -> Options:
    """What phrases need to know of a part."""
    return {"node": part.partition("/")[0], "process": part.rpartition("/")[2]}


def stop(kernel: Kernel, fault: str, part: str, options: Options, cause: int) -> None:
    """The process dies."""
    span = kernel.work(part, cause, verb="stopped", subject=part, phrase="fault.stopped", args=names(part))
    kernel.stop(part, span)
    silence(kernel, fault, part, span)


def start(kernel: Kernel, fault: str, part: str, options: Options, cause: int) -> None:
    """It starts again, unless its machine has no power: then it starts with the machine."""
    heard_again(kernel, fault, part)
    if part not in kernel.components or f"{part.rpartition('/')[0]}/" in kernel.stopped:
        return
    phrase = "fault.started-server" if part.rpartition("/")[2] in SERVERS else "fault.started"
    span = kernel.work(part, cause, verb="started", subject=part, phrase=phrase, args=names(part))
    if not kernel.is_running(part):
        kernel.run(part, span)
    node, _, process = part.rpartition("/")
    if process in kernel.machines.get(node, {}).get("manifests", {}) and kernel.is_running(f"{node}/kubelet"):
        kernel.timer(f"{node}/kubelet", 0, "static-look", process, cause=span)  # its static pod runs again


FAULTS = (
    Fault("stop", "A process dies and stays down", processes, {}, stop, start, "fault.stop", "fault.start"),
)
