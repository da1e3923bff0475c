"""How fast virtual time goes: pure rules from wall time to virtual time. No clock is read here.

A pace is a straight line: at wall second `wall` the cluster stood at virtual second `virtual`, and since then it
moves `rate` virtual seconds a second. Whatever changes the rate (an act, a hop that leaves or lands, another speed)
anchors a new line where the old one had got to.

From 1× on the rate is the speed. Below 1× time is paced by the story: a hop of 1 ms at 0.1× would be over in 10 ms
and nobody would see it. So each hop of the followed chain takes at least `HOP` wall seconds, and a wait inside it
at most `GAP`: thirty seconds of grace pass in two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

SLOWEST, FASTEST = 0.1, 1000.0
HOP = 0.6
GAP = 2.0
LONGEST_GAP = 60.0  # virtual seconds: what waits longer (an Event's expiry, a deadline) is not what one waits for here


@dataclass(frozen=True, slots=True)
class Hop:
    """A message of the followed chain that is under way; times in virtual seconds."""

    span: int
    left: float
    lands: float


@dataclass(frozen=True, slots=True)
class Pace:
    """The line virtual time follows. A pace that `stands` keeps its speed for when it goes on."""

    speed: float = 1.0
    paused: bool = False
    wall: float = 0.0
    virtual: float = 0.0
    rate: float = 1.0

    def virtual_at(self, wall: float) -> float:
        """Where virtual time should be at that wall second."""
        return self.virtual if self.paused else self.virtual + max(0.0, wall - self.wall) * self.rate

    def wall_at(self, virtual: float) -> float | None:
        """When virtual time will get there; None while paused."""
        return None if self.paused else self.wall + max(0.0, virtual - self.virtual) / self.rate

    def anchored(self, wall: float, virtual: float, rate: float | None = None) -> "Pace":
        """The line going on from here, at another rate if one is given."""
        return replace(self, wall=wall, virtual=virtual, rate=self.rate if rate is None else rate)


def clamp(speed: float) -> float:
    """The nearest speed that there is."""
    return min(FASTEST, max(SLOWEST, speed))


def is_slow(speed: float) -> bool:
    """Whether time is paced by the story."""
    return speed < 1.0


def gap_end(now: float, due: float | None) -> float | None:
    """Until when the followed chain waits for a timer of its own; None if it does not, or for too long."""
    return due if due is not None and now < due <= now + LONGEST_GAP else None


def rate(speed: float, hops: Iterable[Hop], now: float, waits_until: float | None) -> float:
    """Virtual seconds per wall second from `now` on.

    `hops` are under way, `waits_until` is when a timer carries the followed chain on (see `gap_end`).
    """
    if not is_slow(speed):
        return speed
    flights = [hop.lands - hop.left for hop in hops if hop.lands > now]
    if flights:
        return min(speed, min(flights) / HOP)
    if waits_until is not None and waits_until > now:
        return max(speed, (waits_until - now) / GAP)
    return speed


def hop_ms(hops: Iterable[Hop], now: float, pace: Pace) -> dict[int, int]:
    """The wall milliseconds each hop under way still has to fly at this pace; nothing while time stands."""
    if pace.paused or not is_slow(pace.speed):
        return {}
    return {hop.span: max(1, round((hop.lands - now) / pace.rate * 1000)) for hop in hops if hop.lands > now}


def caught_up(pace: Pace, wall: float, reached: float, lag: float) -> Pace:
    """The pace of a cluster that only got to `reached`: more than `lag` seconds late it stops chasing the clock."""
    if pace.paused or (pace.virtual_at(wall) - reached) / pace.rate <= lag:
        return pace
    return pace.anchored(wall, reached)
