"""The banner over a moment of the past: what one looks at, and the ways out of it."""

from dataclasses import dataclass
from typing import Any

from lessons.stage.element import View, put


@dataclass(frozen=True, slots=True)
class Then:
    """A moment that is shown in place of now: `ago` is how much of virtual time has passed since, `stops` (JSON) what
    there is to look at, up to now."""

    at: int
    ago: float
    stops: str


def draw(view: View, then: Then | None, since: str) -> None:
    """Put the banner into the view; nothing while the page shows now."""
    if then is None:
        return
    put(view, "then", "then-box", "then", {
        "@data-at": str(then.at),
        "@data-stops": then.stops,
        "moment": f"{since} s",
        "ago": words(then.ago),
    })


def words(seconds: Any) -> str:
    """A length of time in words."""
    if seconds < 90:
        return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
