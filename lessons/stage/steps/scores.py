"""The scheduler's own table: which nodes were asked, which could not take the pod and why, and the points of the rest."""

from dataclasses import dataclass
from typing import Any

ROWS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A node in the scheduler's table of points."""

    node: str
    points: str
    why: str
    chosen: bool


def table(detail: Any) -> tuple[tuple[Row, ...], str]:
    """The rows and a sentence from the detail of a scheduling decision."""
    rows = [
        Row(name, str(points), ", ".join(f"{plugin} {value}" for plugin, value in points_by.items()),
            name == detail.get("chosen"))
        for name, points, points_by in detail.get("scores", ())
    ]
    rows += [Row(name, "out", f"{', '.join(reasons)} ({plugin})", False) for name, plugin, reasons in detail.get("rejected", ())]
    chosen = detail.get("chosen")
    asked, fit = detail.get("asked", 0), detail.get("fit", 0)
    if chosen is None:
        say = f"{asked} nodes were asked, and none can take it."
    elif fit == 1:
        say = f"{asked} nodes were asked. Only {chosen} can take it."
    else:
        say = f"{asked} nodes were asked, {fit} can take it. {chosen} has the most points."
    return tuple(rows[:ROWS_SHOWN]), say
