"""What has happened on a cluster since its lesson opened, as goals see it.

`cluster.facts()` tells changes of named numbers, acts and faults in order. `FactsSoFar` takes them in one by one and
keeps what CEL expressions may ask for:

    now["ready:default/web"]      the number as it is                 (ready:, pods:, desired: NAMESPACE/DEPLOYMENT …)
    low["ready:default/web"]      the lowest since the goal began     high[…]  the highest
    changed["pods:default/web"]   the second at which it last changed
    acts                          what people did since the goal began: verb, resource, namespace, name, subresource,
                                  by, time, stopped (processes that were stopped at that moment), body where known
    faults                        what people broke since the goal began: name, target, by, time, undone
    repairs                       what people repaired since the goal began: the same fields
    time, begun                   virtual seconds: now, and when the goal began
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

VARIABLES = ("now", "low", "high", "changed", "acts", "faults", "repairs", "time", "begun")
OF_PEOPLE = ("acts", "faults", "repairs")
ACTS_KEPT = 500


@dataclass(slots=True)
class Since:
    """What one goal looks back on: it begins when the goal before it was done."""

    begun: float
    low: dict[str, int]
    high: dict[str, int]
    acts: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)


class FactsSoFar:
    """The numbers as they stand, and what is broken; `begin` opens a look back for a goal."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.changed: dict[str, float] = {}
        self.broken: dict[str, dict[str, Any]] = {}  # fault id → fault
        self.open: list[Since] = []

    def begin(self, time: float) -> Since:
        """A look back from now on."""
        since = Since(time, dict(self.now), dict(self.now))
        self.open.append(since)
        return since

    def take(self, fact: dict[str, Any]) -> None:
        """One more fact."""
        name, value, time = fact["name"], fact["value"], float(fact["time"])
        if name == "act":
            act = {**{key: word for key, word in value.items() if word is not None}, "time": time,
                   "stopped": [fault["target"] for fault in self.broken.values() if fault["name"] == "stop"]}
            for since in self.open:
                since.acts = [*since.acts, act][-ACTS_KEPT:]
        elif name == "fault":
            self._fault({"undone": False, **value, "time": time})
        elif isinstance(value, int):
            self.now[name] = value
            self.changed[name] = time
            for since in self.open:
                since.low[name] = min(value, since.low.get(name, value))
                since.high[name] = max(value, since.high.get(name, value))

    def _fault(self, fault: dict[str, Any]) -> None:
        if not fault["undone"]:
            self.broken[fault["id"]] = fault
            for since in self.open:
                since.faults = [*since.faults, fault][-ACTS_KEPT:]
            return
        self.broken.pop(fault["id"], None)
        for since in self.open:
            since.repairs = [*since.repairs, fault][-ACTS_KEPT:]
            since.faults = [{**each, "undone": True} if each["id"] == fault["id"] else each for each in since.faults]

    def seen_by(self, since: Since, time: float, names: list[str]) -> dict[str, Any]:
        """The variables of an expression, only those it names: handing them over is what costs."""
        known = {"now": self.now, "low": since.low, "high": since.high, "changed": self.changed, "acts": since.acts,
                 "faults": since.faults, "repairs": since.repairs, "time": float(time), "begun": float(since.begun)}
        return {name: known[name] for name in names}
