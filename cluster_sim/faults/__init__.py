"""Everything that can go wrong, by name, each with its undo. See `fault.py` for what a fault is.

One file for each place where things break: processes, machines, links, containers, credentials, images.
"""

from __future__ import annotations

from cluster_sim.faults import containers, credentials, disks, images, links, machines, processes
from cluster_sim.faults.fault import Fault, FaultError, Options
from cluster_sim.kernel import Kernel

FAULTS: dict[str, Fault] = {fault.name: fault for room in (
    processes, machines, disks, links, containers, credentials, images) for fault in room.FAULTS}
SHOWN = 12  # targets named in an error


def names(target: str, options: Options | None = None) -> Options:
    """What phrases need to know of a target."""
    words = target.split("/")
    known: Options = {"target": target, "node": words[0], "process": words[-1]}
    if words[0] == "pod" and len(words) == 4:
        known = {"target": target, "pod": words[2], "container": words[3], "node": ""}
    others = (options or {}).get("from")
    return {**known, "others": (others if isinstance(others, str) else ", ".join(others)) if others else "the others"}


def find(kernel: Kernel, name: str, target: str, options: Options) -> tuple[Fault, Options]:
    """The fault of that name, checked against the cluster as it is; → (fault, options with defaults)."""
    fault = FAULTS.get(name)
    if fault is None:
        raise FaultError(f"There is no fault {name!r}. There are {', '.join(FAULTS)}.")
    unknown = [option for option in options if option not in fault.options]
    if unknown:
        allowed = ", ".join(fault.options) or "no options"
        raise FaultError(f"Fault {name!r} does not know {', '.join(unknown)}; it knows {allowed}.")
    if target in kernel.stopped or f"{target}/" in kernel.stopped:
        raise FaultError(f"{target} is down already: there is nothing left to break.")
    targets = fault.targets(kernel)
    if target not in targets and not (fault.accepts is not None and fault.accepts(kernel, target)):
        raise FaultError(f"Fault {name!r} cannot hit {target!r}. It can hit {', '.join(targets[:SHOWN]) or 'nothing now'}"
                         f"{' …' if len(targets) > SHOWN else ''}.")
    options = {**fault.options, **options}
    if fault.check is not None:
        fault.check(kernel, target, options)
    return fault, options


def check_undo(kernel: Kernel, name: str, target: str) -> None:
    """Raises FaultError if a fault cannot be undone as things are."""
    refuses = FAULTS[name].refuses_undo
    why = refuses(kernel, target) if refuses is not None else ""
    if why:
        raise FaultError(why)


__all__ = ["FAULTS", "Fault", "FaultError", "check_undo", "find", "names"]
