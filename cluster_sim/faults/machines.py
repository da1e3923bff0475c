"""A machine: it loses power, its clock goes wrong, its disk fills, its memory runs short."""

from __future__ import annotations

from cluster_sim.faults.fault import Fault, Options, heard_again, silence, whole_number
from cluster_sim.kernel import SECOND, Kernel
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import machine_stats

register_phrases({
    "fault.power-off": "You switch {node} off",
    "fault.power-on": "You switch {node} on",
    "fault.clock-skew": "You set the clock of {node} wrong by {seconds} s",
    "fault.clock-right": "You set the clock of {node} right",
    "fault.disk-full": "You fill the disk of {node}: {percent} % of it is taken",
    "fault.disk-freed": "You clear the disk of {node}",
    "fault.memory-pressure": "You start a process on {node}, outside every pod: it leaves {availableMi} MiB of memory",
    "fault.memory-freed": "You end the process on {node} that took its memory",
}, file="cluster_sim/faults/machines.py")

# In this order: what a machine starts first stands first.
STARTING_ORDER = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "container-runtime", "kubelet",
                  "kube-proxy")


def machines(kernel: Kernel) -> list[str]:
    """Names of the machines."""
    return list(kernel.machines)


def powered(kernel: Kernel) -> list[str]:
    """Names of the machines that are on."""
    return [name for name in kernel.machines if f"{name}/" not in kernel.stopped]


def nodes(kernel: Kernel) -> list[str]:
    """Names of the machines that run pods."""
    return [name for name, machine in kernel.machines.items() if machine["node"]]


def workers(kernel: Kernel) -> list[str]:
    """Names of the machines that only run pods (an API server's clock is the cluster's own time)."""
    return [name for name, machine in kernel.machines.items() if machine["role"] == "worker"]


def power_off(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    """Processes and containers are gone at once; nobody is told."""
    kernel.stopped[f"{node}/"] = True
    silence(kernel, fault, node, cause)
    for part in _parts(kernel, node):
        lose_power = getattr(kernel.components[part], "lose_power", None)
        if part not in kernel.stopped:
            kernel.stop(part, cause, silent=True)
        if lose_power is not None:
            lose_power()


def power_on(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    """Everything starts again but what a fault of its own keeps down."""
    kernel.stopped.pop(f"{node}/", None)
    heard_again(kernel, fault, node)
    for part in _parts(kernel, node):
        if not any(other not in kernel.network.state["cuts"] for other in kernel.silenced.get(part, ())):
            kernel.run(part, cause)


def _parts(kernel: Kernel, node: str) -> list[str]:
    """The machine's processes, in the order in which they start."""
    here = [part for part in kernel.components if part.rpartition("/")[0] == node]
    order = {f"{node}/{process}": place for place, process in enumerate(STARTING_ORDER)}
    return sorted(here, key=lambda part: order.get(part, len(order)))


def _set(kernel: Kernel, what: str, node: str, fault: str, value: int) -> None:
    kernel.world.setdefault(what, {}).setdefault(node, {})[fault] = value


def _unset(kernel: Kernel, what: str, node: str, fault: str) -> None:
    found = kernel.world.get(what, {})
    found.get(node, {}).pop(fault, None)
    if not found.get(node):
        found.pop(node, None)
    if not found:
        kernel.world.pop(what, None)


def _skew(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    _set(kernel, "skew", node, fault, int(options["seconds"]) * SECOND)


def _right(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    _unset(kernel, "skew", node, fault)


def _fill(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    has, used = machine_stats.disk(*_facts(kernel, node))
    _set(kernel, "disk", node, fault, max(0, has * int(options["percent"]) // 100 - used))
    _look(kernel, node, cause)


def _clear(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    _unset(kernel, "disk", node, fault)
    _look(kernel, node, cause)


def _take(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    has, used = machine_stats.memory(*_facts(kernel, node))
    _set(kernel, "memory", node, fault, max(0, has - (int(options["availableMi"]) << 20) - used))
    _look(kernel, node, cause)


def _free(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    _unset(kernel, "memory", node, fault)
    _look(kernel, node, cause)


def _facts(kernel: Kernel, node: str) -> tuple[Options, Options, Options, int]:
    """What `machine_stats` needs to know of a machine."""
    return kernel.components[f"{node}/container-runtime"].state, kernel.machines[node], kernel.world, kernel.now


def _look(kernel: Kernel, node: str, cause: int) -> None:
    """The machine's operating system and its kubelet, which looks every 10 s, have something to see from now on."""
    for process in ("container-runtime", "kubelet"):
        part = f"{node}/{process}"
        if kernel.is_running(part):
            kernel.timer(part, 0, "machine-changed", None, cause=cause)


FAULTS = (
    Fault("power-off", "A machine loses power: its processes and containers are gone", powered, {}, power_off, power_on,
          "fault.power-off", "fault.power-on"),
    Fault("clock-skew", "A node's clock is wrong (option `seconds`, negative: it is behind): what its kubelet writes "
          "carries the wrong time; nobody compares clocks, so the node stays Ready", workers, {"seconds": 300}, _skew,
          _right, "fault.clock-skew", "fault.clock-right", check=whole_number("seconds", -31_536_000, 31_536_000)),
    Fault("disk-full", "Something outside the pods fills a node's disk (to so many `percent`)", nodes, {"percent": 95}, _fill,
          _clear,
          "fault.disk-full", "fault.disk-freed", check=whole_number("percent", 1, 100)),
    Fault("memory-pressure", "A process outside the pods takes a node's memory (and leaves `availableMi`)", nodes,
          {"availableMi": 50}, _take, _free, "fault.memory-pressure", "fault.memory-freed",
          check=whole_number("availableMi", 0, 1 << 20)),
)
