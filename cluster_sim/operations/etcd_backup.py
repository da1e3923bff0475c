"""etcd's backup and restore, as an administrator does them at the control plane's machines.

A backup is a file with every key as one member has it at that moment. A restore stops the API servers and etcd, has
every member begin a new cluster from the file, and starts them again: what was written after the backup is gone, and
everybody who knew it has to learn that. Pods that run stay what they are; the kubelets find out which of them nobody
wants any more.

Source: etcd docs op-guide/recovery; kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.etcd import Etcd, backup
from cluster_sim.kernel import MS, Kernel
from cluster_sim.kernel.span import register_phrases
from cluster_sim.operations import machines
from cluster_sim.operations.operation import Operation, OperationError, Options

register_phrases({
    "backup.save": "You save etcd's snapshot {file} on {node}",
    "backup.restore": "You restore etcd from the snapshot {file}",
    "backup.stop": "You stop {process} on {node} for the restore",
}, file="cluster_sim/operations/etcd_backup.py")

BACKUPS = "backups"  # in the kernel's world: file name → snapshot
KEPT = 10
STARTING = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


def running(kernel: Kernel) -> list[str]:
    """The members that can be asked."""
    return [part for part in kernel.components if part.endswith("/etcd") and kernel.is_running(part)]


def files(kernel: Kernel) -> dict[str, Any]:
    """The backups there are."""
    found: dict[str, Any] = kernel.world.get(BACKUPS, {})
    return found


def _prepare_backup(kernel: Kernel, target: str, options: Options) -> Options:
    number = len(files(kernel)) + 1
    return {**options, "file": options["file"] or f"snapshot-{number}.db"}


def _backup(kernel: Kernel, number: str, target: str, options: Options, cause: int) -> None:
    member = kernel.components[target]
    assert isinstance(member, Etcd)
    kept = kernel.world.setdefault(BACKUPS, {})
    kept.pop(options["file"], None)
    kept[options["file"]] = backup.save(member, cause)
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def _prepare_restore(kernel: Kernel, target: str, options: Options) -> Options:
    known = files(kernel)
    if not known:
        raise OperationError("There is no backup to restore: make one first (etcd-backup).")
    name = options["file"] or list(known)[-1]
    if name not in known:
        raise OperationError(f"There is no backup {name!r}. There are {', '.join(known)}.")
    dark = [node for node in machines.masters(kernel) if not machines.has_power(kernel, node)]
    if dark:
        raise OperationError(f"{', '.join(dark)} has no power: every control plane's etcd must begin anew together.")
    return {**options, "file": name}


def _restore(kernel: Kernel, number: str, target: str, options: Options, cause: int) -> None:
    masters = machines.masters(kernel)
    for process in reversed(STARTING):
        for node in masters:
            if kernel.is_running(f"{node}/{process}"):
                span = kernel.work(f"{node}/{process}", cause, verb="stop", phrase="backup.stop",
                                   args={"node": node, "process": process})
                kernel.stop(f"{node}/{process}", span)
    parts = [f"{node}/etcd" for node in masters]
    for part in parts:
        member = kernel.components[part]
        assert isinstance(member, Etcd)
        backup.begin_from(member, files(kernel)[options["file"]], parts, cause)
    for place, process in enumerate(STARTING):
        for node in masters:
            kernel.restart(f"{node}/{process}", place * 100 * MS, cause)


OPERATIONS = (
    Operation("etcd-backup", "Save etcd's keys into a file (option `file`)", running, {"file": ""}, _backup, "backup.save",
              prepare=_prepare_backup),
    Operation("etcd-restore", "Let etcd begin anew from a backup (option `file`: the latest)", None, {"file": ""}, _restore,
              "backup.restore", prepare=_prepare_restore),
)
