"""What an administrator does at a machine: join, reset, back up and restore. One file for each kind of work."""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import Kernel
from cluster_sim.operations import etcd_backup, join, reset
from cluster_sim.operations.operation import Operation, OperationError, Options

OPERATIONS: dict[str, Operation] = {one.name: one for room in (join, reset, etcd_backup) for one in room.OPERATIONS}
SHOWN = 12  # targets named in an error


def find(kernel: Kernel, name: str, target: str | None, options: Options) -> tuple[Operation, str, Options]:
    """The operation, checked against the cluster as it is; → (operation, target, options with defaults)."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise OperationError(f"There is no operation {name!r}. There are {', '.join(OPERATIONS)}.")
    unknown = [option for option in options if option not in operation.options]
    if unknown:
        raise OperationError(f"Operation {name!r} does not know {', '.join(unknown)}; "
                             f"it knows {', '.join(operation.options) or 'no options'}.")
    if operation.targets is None:
        if target:
            raise OperationError(f"Operation {name!r} has no target.")
    else:
        targets = operation.targets(kernel)
        if target not in targets:
            raise OperationError(f"Operation {name!r} cannot be done to {target!r}. It can be done to "
                                 f"{', '.join(targets[:SHOWN]) or 'nothing now'}{' …' if len(targets) > SHOWN else ''}.")
    options = {**operation.options, **options}
    if operation.prepare is not None:
        options = operation.prepare(kernel, target or "", options)
    return operation, target or "", options


def available(kernel: Kernel) -> dict[str, Any]:
    """name → {words, targets (None: it has none), options with their defaults, undo}."""
    return {name: {"words": one.words, "targets": None if one.targets is None else one.targets(kernel),
                   "options": dict(one.options), "undo": one.undo} for name, one in OPERATIONS.items()}


__all__ = ["OPERATIONS", "Operation", "OperationError", "available", "find"]
