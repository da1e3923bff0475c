"""A component: one process of the cluster, as an explicit state machine.

What it must remember lives in `state`, as plain data (dicts with string keys, lists, strings, integers, booleans,
None): that is what a snapshot keeps and the state hash covers. Indexes that can be built again from it are
ordinary attributes, made anew in `rebuild`. A real process has threads and memory of any shape; ours has neither,
so that it can be stopped between any two events and continued elsewhere.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster_sim.kernel.loop import Kernel


class Component:
    """Base of everything that receives events. Subclasses override what they need."""

    kind = "component"

    def __init__(self, kernel: Kernel, part: str, state: dict[str, Any] | None = None) -> None:
        self.kernel = kernel
        self.part = part
        if state is None:
            self.state: dict[str, Any] = {}
            self.reset()
        else:
            self.state = state
        self.rebuild()

    @cached_property
    def node(self) -> str:
        """The machine this part runs on: what stands before the slash of its id."""
        return self.part.rpartition("/")[0]

    @property
    def clock(self) -> int:
        """What its machine's clock shows, in µs since the scene opened: right, unless a fault set it wrong."""
        skews = self.kernel.world.get("skew")
        return self.kernel.now + sum(skews.get(self.node, {}).values()) if skews else self.kernel.now

    def start(self, cause: int) -> None:
        """The process starts: set timers, open connections. `cause` is the span that started it."""

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """A message or a timer of this part has come; `span` brought it and is the cause of what follows."""

    def reset(self) -> None:
        """The process has died: forget all memory (not what is on a disk)."""
        self.state.clear()

    def rebuild(self) -> None:
        """Make the indexes anew from `state`, after a restore or a reset."""

    def view(self) -> dict[str, Any]:
        """What this part really is and does now, as plain data for pages: at least kind, node and state."""
        return {"kind": self.kind, "node": self.node, "state": "running" if self.kernel.is_running(self.part) else "stopped"}
