"""How long a container's program has really run: the time it hung does not count.

A program is a line of time from its start (`apps.program`); a hung process stands still on that line and goes on from
the same place when it is let.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def elapsed(container: Object, now: int) -> int:
    """µs that the program has run by `now` (or until it ended)."""
    end = container["finished_at"] if container["state"] == "exited" else now
    if container.get("hung_at") is not None:
        end = container["hung_at"]
    return int(end - container["started_at"] - container.get("stood", 0))


def hangs(container: Object) -> bool:
    """Whether the process runs and does nothing: it takes connections (the kernel does) and never answers."""
    return container.get("hung_at") is not None


def hung(container: Object, now: int) -> Object:
    """The row of a container that hangs from now on."""
    return {**container, "hung_at": now}


def goes_on(container: Object, now: int) -> Object:
    """The row of a container that hung and goes on; what it was about to do comes that much later."""
    stood = now - container["hung_at"]
    exits = container["exits_at"]
    row = {**container, "stood": container.get("stood", 0) + stood, "exits_at": None if exits is None else exits + stood}
    del row["hung_at"]
    return row
