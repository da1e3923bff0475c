"""What goes wrong inside a container: it exits, takes too much memory, hangs, or cannot start any more.

Add-ons are pods like any other: stopping CoreDNS or the metrics server for good is the fault `break` on their
containers, for a pod that is merely deleted comes back.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.faults.fault import Fault, Options, whole_number
from cluster_sim.kernel import Component, Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.crash": "You make {container} in pod {pod} exit with code {code}",
    "fault.oom": "You make {container} in pod {pod} take more memory than there is for it",
    "fault.hang": "You make {container} in pod {pod} hang: it runs, and does nothing",
    "fault.go-on": "You let {container} in pod {pod} go on",
    "fault.break": "You break {target}: its containers exit with code {code} whenever they start",
    "fault.repaired": "You repair {target}: its containers run again when they are started next",
}, file="cluster_sim/faults/containers.py")


def runtimes(kernel: Kernel) -> list[Component]:
    """The container runtimes, in the order of their machines."""
    return [component for part, component in kernel.components.items() if part.endswith("/container-runtime")]


def containers(kernel: Kernel) -> list[str]:
    """`pod/NS/NAME/CONTAINER` of every running container, as the runtimes really have them."""
    return [f"pod/{row['namespace']}/{row['pod']}/{row['name']}" for runtime in runtimes(kernel)
            for row in runtime.view().get("containers", []) if row.get("state") == "running"]


def programs(kernel: Kernel) -> list[str]:
    """`NS/CONTAINER`: containers of one name in one namespace, such as `kube-system/coredns`."""
    return list(dict.fromkeys(f"{row['namespace']}/{row['name']}" for runtime in runtimes(kernel)
                              for row in runtime.view().get("containers", [])))


def _tell(kernel: Kernel, target: str, kind: str, more: dict[str, Any], cause: int) -> None:
    """Let the runtime that has the container do it, in its own time, at this moment."""
    _, namespace, pod, container = target.split("/")
    for runtime in runtimes(kernel):
        for row in runtime.view().get("containers", []):
            if (row["namespace"], row["pod"], row["name"], row["state"]) == (namespace, pod, container, "running"):
                runtime.receive(kind, {"id": row["id"], **more}, cause)
                return


def _crash(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    _tell(kernel, target, "crash", {"code": int(options["code"])}, cause)


def _oom(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    _tell(kernel, target, "oom", {}, cause)


def _hang(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    _tell(kernel, target, "hang", {}, cause)


def _go_on(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    _tell(kernel, target, "go-on", {}, cause)


def _break(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    kernel.world.setdefault("broken", {}).setdefault(target, {})[fault] = int(options["code"])
    for part in containers(kernel):
        _, namespace, _, name = part.split("/")
        if f"{namespace}/{name}" == target:
            _tell(kernel, part, "crash", {"code": int(options["code"])}, cause)


def _repair(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    broken = kernel.world["broken"]
    broken[target].pop(fault)
    if not broken[target]:
        del broken[target]
    if not broken:
        del kernel.world["broken"]


_CODE = whole_number("code", 0, 255)

FAULTS = (
    Fault("crash", "A container's process exits (option `code`)", containers, {"code": 1}, _crash, None, "fault.crash",
          check=_CODE),
    Fault("oom", "A container takes more memory than there is for it: the operating system kills it", containers, {}, _oom,
          None, "fault.oom"),
    Fault("hang", "A container hangs: it takes connections and answers nothing, not even SIGTERM", containers, {}, _hang,
          _go_on, "fault.hang", "fault.go-on"),
    Fault("break", "All containers of one name in a namespace exit whenever they start (option `code`): an add-on such as "
          "kube-system/coredns is stopped for good", programs, {"code": 1}, _break, _repair, "fault.break",
          "fault.repaired", check=_CODE),
)
