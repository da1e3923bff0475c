"""What became of requests, counted: how many, how they failed, how far they went, how long they took.

Latencies are kept as counts in classes whose bounds grow by about a quarter, so that a percentile is right to that much
and a million requests cost no more room than ten.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

BOUNDS = [100]  # µs, upper bounds of the classes of latency
while BOUNDS[-1] < 60_000_000:
    BOUNDS.append(BOUNDS[-1] * 5 // 4)


def new() -> Object:
    """Nothing has been counted."""
    return {"sent": 0, "ok": 0, "failed": {}, "sameNode": 0, "crossNode": 0, "sameZone": 0, "crossZone": 0, "latency": {},
            "endpoints": {}}


def sent(tally: Object) -> None:
    """One more request."""
    tally["sent"] += 1


def finished(tally: Object, reason: str, took: int, hop: Object | None) -> None:
    """A request came to its end: `reason` "" is success. `hop`: where its packets went, if they got that far."""
    if reason:
        tally["failed"][reason] = tally["failed"].get(reason, 0) + 1
    else:
        tally["ok"] += 1
        place = next(i for i, bound in enumerate(BOUNDS) if took <= bound or i == len(BOUNDS) - 1)
        tally["latency"][str(place)] = tally["latency"].get(str(place), 0) + 1
    if hop is not None:
        tally["sameNode" if hop["sameNode"] else "crossNode"] += 1
        if hop["sameZone"] is not None:
            tally["sameZone" if hop["sameZone"] else "crossZone"] += 1
        if not reason:
            tally["endpoints"][hop["endpoint"]] = tally["endpoints"].get(hop["endpoint"], 0) + 1


def percentile(tally: Object, percent: int) -> int | None:
    """The latency, in µs, that so many percent of the answered requests did not exceed."""
    total = sum(tally["latency"].values())
    if not total:
        return None
    left = -(-total * percent // 100)
    for place in sorted(int(key) for key in tally["latency"]):
        left -= tally["latency"][str(place)]
        if left <= 0:
            return BOUNDS[place]
    return BOUNDS[-1]


def told(tally: Object) -> Object:
    """For readers: counts, and the median and the slowest hundredth in seconds."""
    shown = {name: value for name, value in tally.items() if name != "latency"}
    times = {name: percentile(tally, percent) for name, percent in (("p50", 50), ("p99", 99))}
    return {**shown, "failed": {**tally["failed"]}, "endpoints": {**tally["endpoints"]}, "lost": sum(tally["failed"].values()),
            **{name: None if time is None else time / 1_000_000 for name, time in times.items()}}


def add(one: Object, other: Object) -> Object:
    """Both together."""
    summed = new()
    for tally in (one, other):
        for name, value in tally.items():
            if isinstance(value, dict):
                for key, count in value.items():
                    summed[name][key] = summed[name].get(key, 0) + count
            else:
                summed[name] += value
    return summed
