"""An operation: what an administrator does at a machine, by name. It takes virtual time; its steps are in the story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster_sim.kernel import Kernel

Options = dict[str, Any]


class OperationError(ValueError):
    """No such operation, target or option, or it cannot be done now; the text says what can."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of operation. `begin` gets (kernel, operation id, target, options, cause).

    `options` names every option with its default; `prepare` completes and checks them (a name for a new machine) before
    the command is logged; `undo` says in words what takes it back.
    """

    name: str
    words: str
    targets: Callable[[Kernel], list[str]] | None
    options: Options
    begin: Callable[[Kernel, str, str, Options, int], None]
    phrase: str
    undo: str = ""
    prepare: Callable[[Kernel, str, Options], Options] | None = None
