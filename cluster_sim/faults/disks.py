"""An etcd member loses its disk: it ends at once, and cannot come back as who it was.

On a new, empty disk etcd asks the other members before it begins. If they know it already it refuses to start ("has
already been bootstrapped"): a member that had forgotten what it once promised could help elect a leader without the
newest entries. It must be removed from the cluster first and join as another one (operations `reset-node` and
`join-control-plane`).

Source: etcd server/etcdserver/bootstrap.go (bootstrapNewClusterNoWAL), cluster_util.go (isMemberBootstrapped).
"""

from __future__ import annotations

from cluster_sim.etcd import Etcd
from cluster_sim.faults.fault import Fault, Options, heard_again, silence
from cluster_sim.faults.processes import names
from cluster_sim.kernel import Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.lose-disk": "You destroy the disk of etcd on {node}",
    "fault.disk-lost": "etcd on {node} cannot write to its disk any more and ends: what it had stored is gone",
    "fault.new-disk": "You give etcd on {node} a new, empty disk",
    "fault.disk-new": "etcd on {node} starts on an empty disk",
}, file="cluster_sim/faults/disks.py")


def hittable(kernel: Kernel) -> list[str]:
    """The members that run, of several: the only one's disk is the cluster itself (see `etcd-backup`)."""
    several = sum(isinstance(component, Etcd) for component in kernel.components.values()) > 1
    return running(kernel) if several else []


def running(kernel: Kernel) -> list[str]:
    """The members that run."""
    return [part for part, component in kernel.components.items() if isinstance(component, Etcd) and kernel.is_running(part)]


def who_knows(kernel: Kernel, part: str) -> str:
    """A member that runs, can be reached and has this one among its members; "" if there is none."""
    for other in running(kernel):
        component = kernel.components[other]
        if other != part and not kernel.network.parted(part, other) and any(
                known == part for _, known in component.state["members"].values()):
            return other
    return ""


def _lose(kernel: Kernel, fault: str, part: str, options: Options, cause: int) -> None:
    span = kernel.work(part, cause, verb="panic", subject=part, phrase="fault.disk-lost", args=names(part))
    kernel.stop(part, span)
    member = kernel.components[part]
    member.state.update({"disk": {}, "raft": {}, "members": {}, "me": "", "cluster": "", "removed": False})
    member.reset()
    member.rebuild()
    silence(kernel, fault, part, span)


def _replace(kernel: Kernel, fault: str, part: str, options: Options, cause: int) -> None:
    heard_again(kernel, fault, part)
    if part not in kernel.components or kernel.is_running(part) or f"{part.rpartition('/')[0]}/" in kernel.stopped:
        return
    kernel.run(part, kernel.work(part, cause, verb="started", subject=part, phrase="fault.disk-new", args=names(part)))


def _refused(kernel: Kernel, part: str) -> str:
    """Why a new disk would not help; "" if it would."""
    knows = who_knows(kernel, part) if part in kernel.components and not kernel.is_running(part) else ""
    if not knows:
        return ""
    node, other = part.rpartition("/")[0], knows.rpartition("/")[0]
    return (f"etcd on {node} does not start on an empty disk: {other} knows it as a member that has already been bootstrapped. "
            f"Take {node} out of the cluster (operation 'reset-node') and let a machine join in its place.")


FAULTS = (
    Fault("lose-disk", "An etcd member loses its disk: it ends, and may not come back as who it was", hittable, {}, _lose,
          _replace, "fault.lose-disk", "fault.new-disk", refuses_undo=_refused),
)
