"""The network between machines: cut, partitioned, slow, lossy.

Almost everything in a cluster talks over TCP, so a lossy link loses nothing for good: what is lost is sent again after
200 ms, then 400 ms and so on, and what was sent later waits for it. Loss is therefore felt as delay, up to time-outs;
only a cut keeps messages away.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.faults.fault import Fault, FaultError, Options, heard_again, silence, whole_number
from cluster_sim.faults.machines import machines
from cluster_sim.kernel import MS, Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.cut": "You cut {node} off from the network",
    "fault.heal": "You heal the cut: {node} hears and is heard again",
    "fault.partition": "You part {target} from {others}",
    "fault.join": "You join what was parted: {target} and {others} hear each other again",
    "fault.slow": "You slow every message of {node} by {ms} ms",
    "fault.fast": "You take the delay off {node}",
    "fault.lossy": "You make the network of {node} lose {percent} % of its packets",
    "fault.sound": "You mend the network of {node}: no packet is lost any more",
}, file="cluster_sim/faults/links.py")


def places(kernel: Kernel) -> list[str]:
    """What can be parted: machines, zones (`zone/NAME`), the registry, and single processes."""
    zones = dict.fromkeys(f"zone/{machine['zone']}" for machine in kernel.machines.values() if machine.get("zone"))
    processes = [part for part in kernel.components if machine_of(kernel, part)]
    return [*kernel.machines, *zones, *outside(kernel), *processes]


def outside(kernel: Kernel) -> list[str]:
    """What stands beside the machines: the registry, and a load balancer if there is one."""
    return [part for part in ("registry", "load-balancer") if part in kernel.components]


def machine_of(kernel: Kernel, part: str) -> str:
    """The machine a part runs on; "" for what stands outside."""
    head = part.rpartition("/")[0]
    return head if head in kernel.machines else ""


def _expand(kernel: Kernel, names: list[str]) -> list[str]:
    """Zones as their machines."""
    found: dict[str, bool] = {}
    for name in names:
        if name.startswith("zone/"):
            found.update({machine: True for machine, what in kernel.machines.items() if f"zone/{what.get('zone')}" == name})
        else:
            found[name] = True
    return list(found)


def _split(target: str) -> list[str]:
    return [name.strip() for name in target.split(",") if name.strip()]


def _listed(value: Any) -> list[str]:
    return _split(value) if isinstance(value, str) else [str(one) for one in value or ()]


def _sides(kernel: Kernel, target: str, options: Options) -> tuple[list[str], list[str]]:
    one = _expand(kernel, _split(target))
    other = _expand(kernel, _listed(options["from"]))
    inside = [machine_of(kernel, part) for part in one]
    return one, other or [name for name in [*kernel.machines, *outside(kernel)] if name not in one and name not in inside]


def _known(kernel: Kernel, target: str, options: Options) -> None:
    known = places(kernel)
    unknown = [name for name in [*_split(target), *_listed(options["from"])] if name not in known]
    if unknown or not _split(target):
        raise FaultError(f"There is no {', '.join(unknown) or 'place'} to part. There are {', '.join(known[:12])}"
                         f"{' …' if len(known) > 12 else ''}.")
    one, other = _sides(kernel, target, options)
    both = [name for name in one if name in other]
    if both:
        raise FaultError(f"{', '.join(both)} cannot be on both sides of a partition.")


def _cut(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    others = _listed(options["from"]) or [other for other in [*kernel.machines, *outside(kernel)] if other != node]
    kernel.network.cut(fault, [node], others)
    silence(kernel, fault, node, cause)


def _partition(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    one, other = _sides(kernel, target, options)
    kernel.network.cut(fault, one, other, bool(options["oneWay"]))
    for place in one:
        silence(kernel, fault, place, cause)


def _join(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    kernel.mend(fault, cause)
    for place in _expand(kernel, _split(target)):
        heard_again(kernel, fault, place)


def _slow(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    kernel.network.slow(fault, node, int(options["ms"]) * MS)


def _lossy(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    kernel.network.lossy(fault, node, int(options["percent"]))


def mend(kernel: Kernel, fault: str, node: str, options: Options, cause: int) -> None:
    """Undo a cut, a slow or a lossy link."""
    kernel.mend(fault, cause)
    heard_again(kernel, fault, node)


FAULTS = (
    Fault("cut", "A machine is cut off from the others (option `from`: only from these)", machines, {"from": []}, _cut,
          mend, "fault.cut", "fault.heal"),
    Fault("partition", "Machines, zones or processes (a comma between them) are parted from all others, or from those in "
          "option `from`; option `oneWay`: only what they send is lost", places, {"from": [], "oneWay": False}, _partition,
          _join, "fault.partition", "fault.join", accepts=lambda kernel, target: "," in target, check=_known),
    Fault("slow", "Messages of a machine take longer (option `ms`)", machines, {"ms": 500}, _slow, mend, "fault.slow",
          "fault.fast", check=whole_number("ms", 1, 600_000)),
    Fault("lossy", "A machine's network loses packets (option `percent`): TCP sends them again, so that all comes late",
          machines, {"percent": 20}, _lossy, mend, "fault.lossy", "fault.sound", check=whole_number("percent", 1, 99)),
)
