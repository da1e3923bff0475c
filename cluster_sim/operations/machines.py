"""Machines that come and go: their entries, their processes, what a load balancer knows of them."""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity
from cluster_sim.kernel import Kernel
from cluster_sim.load_balancer import PART as LOAD_BALANCER
from cluster_sim.load_balancer import LoadBalancer
from cluster_sim.operations.operation import OperationError, Options

Object = dict[str, Any]
ORDER = ("kubelet", "kube-proxy", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")


def fresh_name(kernel: Kernel, prefix: str) -> str:
    """The first of worker-1, worker-2, … that no machine has."""
    number = 1
    while f"{prefix}-{number}" in kernel.machines:
        number += 1
    return f"{prefix}-{number}"


def checked(kernel: Kernel, prefix: str, options: Options) -> Options:
    """The options of a new machine, with a name; raises OperationError."""
    name = options["name"] or fresh_name(kernel, prefix)
    if not isinstance(name, str) or not name.replace("-", "").replace(".", "").isalnum() or name != name.lower():
        raise OperationError(f"{name!r} is no node name: lower case letters, digits, '-' and '.'.")
    if name in kernel.machines:
        raise OperationError(f"There is a machine {name!r} already. Take another name, or none: one is found then.")
    for option in ("cpu", "memory"):
        try:
            quantity.value(str(options[option]))
        except ValueError as error:
            raise OperationError(f"{option} {options[option]!r} is no quantity, such as 2 or 4Gi.") from error
    pods = options["pods"]
    if isinstance(pods, bool) or not isinstance(pods, int) or pods < 1:
        raise OperationError(f"pods must be a whole number above 0, not {pods!r}.")
    return {**options, "name": name, "cpu": str(options["cpu"]), "memory": str(options["memory"])}


def add(kernel: Kernel, options: Options, role: str) -> str:
    """A new machine in the rack, with an operating system and a container runtime that runs; → its name."""
    from cluster_sim import assembly

    name = str(options["name"])
    index = 1 + max(machine["index"] for machine in kernel.machines.values())
    kernel.machines[name] = {"name": name, "zone": options["zone"], "cpu": options["cpu"], "memory": options["memory"],
                             "pods": options["pods"], "role": role, "node": True, "index": index, "joining": True}
    for part in assembly.node_parts(name):
        install(kernel, part)
    return name


def install(kernel: Kernel, part: str) -> None:
    """The process is there, and does not run yet."""
    from cluster_sim import assembly

    kernel.stopped[part] = True
    assembly.build(kernel, part)


def joined(kernel: Kernel, node: str) -> None:
    """The machine is a full member: its kubelet may use the API server of its own machine."""
    from cluster_sim import assembly

    kernel.machines[node] = {key: value for key, value in kernel.machines[node].items() if key != "joining"}
    kubelet: Any = kernel.components[f"{node}/kubelet"]
    kubelet.server = assembly.door_of(kernel, kubelet.part)


def take_away(kernel: Kernel, node: str, cause: int) -> None:
    """The machine leaves the rack; what was on its way to it is lost."""
    for part in [part for part in kernel.components if part.rpartition("/")[0] == node and not part.endswith("/kubeadm")]:
        stop(kernel, part, cause)
        lose_power = getattr(kernel.components[part], "lose_power", None)
        if lose_power is not None:  # no container stays
            lose_power()
        kernel.remove(part)
    kernel.machines.pop(node, None)
    kernel.stopped.pop(f"{node}/", None)
    kernel.silenced.pop(node, None)


def stop(kernel: Kernel, part: str, cause: int) -> None:
    """A process ends, if it runs."""
    if kernel.is_running(part):
        kernel.stop(part, cause)


def has_power(kernel: Kernel, node: str) -> bool:
    """Whether the machine is on."""
    return f"{node}/" not in kernel.stopped


def masters(kernel: Kernel) -> list[str]:
    """The control plane's machines."""
    return [name for name, machine in kernel.machines.items() if machine["role"] == "control-plane"]


def balancer(kernel: Kernel) -> LoadBalancer | None:
    """The load balancer, if there is one."""
    found = kernel.components.get(LOAD_BALANCER)
    return found if isinstance(found, LoadBalancer) else None
