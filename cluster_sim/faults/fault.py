"""What a fault is: a name, what it can hit, and how it is done and undone.

A fault changes reality (a process dies, a machine loses power, a link is cut, a disk fills), never an object in etcd:
what the control plane then believes, and when, is the cluster's own doing. The person who injected it is the root of
the chain that follows; who later acts because something did not come names the fault by way of `kernel.silenced`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster_sim.kernel import Kernel

Options = dict[str, Any]
Act = Callable[[Kernel, str, str, Options, int], None]


class FaultError(ValueError):
    """No such fault, target or option; the text says what there is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. `apply` and `undo` get (kernel, fault id, target, options, cause); undo None: it passes.

    `targets` lists what it can hit now; `accepts` says whether another target will do as well (the list is then a
    choice of examples). `check` looks at the options and raises FaultError.
    """

    name: str
    words: str
    targets: Callable[[Kernel], list[str]]
    options: Options
    apply: Act
    undo: Act | None
    phrase: str
    undo_phrase: str = ""
    accepts: Callable[[Kernel, str], bool] | None = None
    check: Callable[[Kernel, str, Options], None] | None = None
    refuses_undo: Callable[[Kernel, str], str] | None = None  # why it cannot be undone now; ""


def silence(kernel: Kernel, fault: str, place: str, span: int) -> None:
    """From now on the fault explains why nothing comes from a part or a machine."""
    kernel.silenced.setdefault(place, {})[fault] = span


def heard_again(kernel: Kernel, fault: str, place: str) -> None:
    """The fault no longer explains that nothing comes from there."""
    kernel.silenced.get(place, {}).pop(fault, None)
    if not kernel.silenced.get(place):
        kernel.silenced.pop(place, None)


def whole_number(option: str, least: int, most: int) -> Callable[[Kernel, str, Options], None]:
    """A check that an option is a whole number between two others."""
    def check(kernel: Kernel, target: str, options: Options) -> None:
        value = options[option]
        if isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise FaultError(f"Option {option!r} must be a whole number from {least} to {most}, not {options[option]!r}.")
    return check
