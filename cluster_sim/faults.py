"""Everything that can go wrong, by name, each with its undo.

A fault changes reality (a process dies, a machine loses power, a link is cut), never an object in etcd: what the
control plane then believes, and when, is the cluster's own doing. The person who injected it is the root of the
chain that follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster_sim.kernel import MS, Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.stop": "You stop {process} on {node}",
    "fault.start": "You start {process} on {node}",
    "fault.stopped": "{process} on {node} is gone; what it knew in memory is lost",
    "fault.started": "{process} on {node} runs again and asks the API server for everything it watches",
    "fault.power-off": "You switch {node} off",
    "fault.power-on": "You switch {node} on",
    "fault.cut": "You cut {node} off from the network",
    "fault.heal": "You heal the cut: {node} hears and is heard again",
    "fault.slow": "You slow every message of {node} by {ms} ms",
    "fault.fast": "You take the delay off {node}",
    "fault.crash": "You make {container} in pod {pod} exit with code {code}",
}, file="cluster_sim/faults.py")

PROCESSES = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager", "kubelet", "container-runtime",
             "kube-proxy")
# In this order: what a machine starts first stands first.
STARTING_ORDER = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "container-runtime", "kubelet",
                  "kube-proxy")


class FaultError(ValueError):
    """No such fault, target or option; the text says what there is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. `apply` and `undo` get (kernel, fault id, target, options, cause); undo None: it passes."""

    name: str
    words: str
    targets: Callable[[Kernel], list[str]]
    options: dict[str, Any]
    apply: Callable[[Kernel, str, str, dict[str, Any], int], None]
    undo: Callable[[Kernel, str, str, dict[str, Any], int], None] | None
    phrase: str
    undo_phrase: str = ""


def processes(kernel: Kernel) -> list[str]:
    """Part ids of every process that runs, and the registry."""
    return [part for part in kernel.components
            if (part.rpartition("/")[2] in PROCESSES or part == "registry") and kernel.is_running(part)]


def machines(kernel: Kernel) -> list[str]:
    """Names of the machines."""
    return list(kernel.machines)


def powered(kernel: Kernel) -> list[str]:
    """Names of the machines that are on."""
    return [name for name in kernel.machines if f"{name}/" not in kernel.stopped]


def containers(kernel: Kernel) -> list[str]:
    """`pod/NS/NAME/CONTAINER` of every running container, as the runtimes really have them."""
    found = []
    for part, component in kernel.components.items():
        if part.endswith("/container-runtime"):
            for row in component.view().get("containers", []):
                if row.get("state") == "running":
                    found.append(f"pod/{row['namespace']}/{row['pod']}/{row['name']}")
    return found


def _stop(kernel: Kernel, fault: str, part: str, options: dict[str, Any], cause: int) -> None:
    span = kernel.work(part, cause, verb="stopped", subject=part, phrase="fault.stopped", args=names(part))
    kernel.stop(part, span)
    kernel.silenced.setdefault(part, {})[fault] = span


def _start(kernel: Kernel, fault: str, part: str, options: dict[str, Any], cause: int) -> None:
    _heard_again(kernel, fault, part)
    if f"{part.rpartition('/')[0]}/" in kernel.stopped:
        return  # its machine has no power: it starts with the machine
    span = kernel.work(part, cause, verb="started", subject=part, phrase="fault.started", args=names(part))
    kernel.run(part, span)


def _power_off(kernel: Kernel, fault: str, node: str, options: dict[str, Any], cause: int) -> None:
    kernel.stopped[f"{node}/"] = True
    kernel.silenced.setdefault(node, {})[fault] = cause
    for process in STARTING_ORDER:
        part = f"{node}/{process}"
        if part in kernel.components:
            lose_power = getattr(kernel.components[part], "lose_power", None)
            if part not in kernel.stopped:
                kernel.stop(part, cause, silent=True)
            if lose_power is not None:
                lose_power()


def _power_on(kernel: Kernel, fault: str, node: str, options: dict[str, Any], cause: int) -> None:
    kernel.stopped.pop(f"{node}/", None)
    _heard_again(kernel, fault, node)
    for process in STARTING_ORDER:
        part = f"{node}/{process}"
        if part in kernel.components:
            kernel.run(part, cause)


def _cut(kernel: Kernel, fault: str, node: str, options: dict[str, Any], cause: int) -> None:
    others = options.get("from") or [other for other in [*kernel.machines, "registry"] if other != node]
    kernel.network.cut(fault, [node], list(others))
    kernel.silenced.setdefault(node, {})[fault] = cause


def _slow(kernel: Kernel, fault: str, node: str, options: dict[str, Any], cause: int) -> None:
    kernel.network.slow(fault, node, int(options["ms"]) * MS)


def _mend(kernel: Kernel, fault: str, node: str, options: dict[str, Any], cause: int) -> None:
    kernel.mend(fault, cause)
    _heard_again(kernel, fault, node)


def _heard_again(kernel: Kernel, fault: str, place: str) -> None:
    """The fault no longer explains that nothing comes from there."""
    kernel.silenced.get(place, {}).pop(fault, None)
    if not kernel.silenced.get(place):
        kernel.silenced.pop(place, None)


def _crash(kernel: Kernel, fault: str, target: str, options: dict[str, Any], cause: int) -> None:
    _, namespace, pod, container = target.split("/")
    for part, component in kernel.components.items():
        if part.endswith("/container-runtime"):
            for row in component.view().get("containers", []):
                if (row["namespace"], row["pod"], row["name"], row["state"]) == (namespace, pod, container, "running"):
                    component.receive("crash", {"id": row["id"], "code": int(options["code"])}, cause)
                    return


FAULTS = {fault.name: fault for fault in (
    Fault("stop", "A process dies and stays down", processes, {}, _stop, _start, "fault.stop", "fault.start"),
    Fault("power-off", "A machine loses power: its processes and containers are gone", powered, {}, _power_off,
          _power_on, "fault.power-off", "fault.power-on"),
    Fault("cut", "A machine is cut off from the others (option `from`: only from these)", machines, {"from": []}, _cut,
          _mend, "fault.cut", "fault.heal"),
    Fault("slow", "Messages of a machine take longer (option `ms`)", machines, {"ms": 500}, _slow, _mend, "fault.slow",
          "fault.fast"),
    Fault("crash", "A container's process exits (option `code`)", containers, {"code": 1}, _crash, None, "fault.crash"),
)}


def names(target: str) -> dict[str, Any]:
    """What phrases need to know of a target."""
    words = target.split("/")
    if words[0] == "pod":
        return {"pod": words[2], "container": words[3], "node": ""}
    return {"node": words[0], "process": words[-1]}


def find(kernel: Kernel, name: str, target: str, options: dict[str, Any]) -> tuple[Fault, dict[str, Any]]:
    """The fault of that name, checked against the cluster as it is; → (fault, options with defaults)."""
    fault = FAULTS.get(name)
    if fault is None:
        raise FaultError(f"There is no fault {name!r}. There are {', '.join(FAULTS)}.")
    unknown = [option for option in options if option not in fault.options]
    if unknown:
        allowed = ", ".join(fault.options) or "no options"
        raise FaultError(f"Fault {name!r} does not know {', '.join(unknown)}; it knows {allowed}.")
    targets = fault.targets(kernel)
    if target in kernel.stopped or f"{target}/" in kernel.stopped:
        raise FaultError(f"{target} is down already: there is nothing left to break.")
    if target not in targets:
        raise FaultError(f"Fault {name!r} cannot hit {target!r}. It can hit {', '.join(targets[:12])}"
                         f"{' …' if len(targets) > 12 else ''}.")
    return fault, {**fault.options, **options}
