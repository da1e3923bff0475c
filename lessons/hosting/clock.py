"""The clock a page shows: where a cluster's time stands, how fast it goes and who looks on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lessons.stage.then import Then

Mode = Literal["running", "paused", "asleep", "past"]


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is virtual seconds since the scene opened. `hop_ms` gives each message in flight of the followed chain
    the wall time it still has to fly: the browser keeps no clock of its own. `reached` is the speed really reached,
    where the machine cannot keep up with `speed`."""

    now: float
    position: Any
    speed: float
    mode: Mode
    hop_ms: Mapping[int, int] = field(default_factory=dict)
    followers: int = 0
    reached: float | None = None
    skipping: bool = False
    then: Then | None = None  # a moment of the past is shown in place of now
