"""How long a kubelet waits before it tries again: a container that exits, an image that cannot be pulled.

A container's first restart is at once, then 10 s, doubling to 5 min, counted from the exit; it starts over when a
run lasted longer than 10 min. Source: kubernetes pkg/kubelet/kubelet.go, client-go util/flowcontrol/backoff.go.
"""

from __future__ import annotations

SECOND = 1_000_000
BASE = 10 * SECOND
LONGEST = 300 * SECOND
FORGIVEN_AFTER = 600 * SECOND


def restart_delay(restarts: int) -> int:
    """µs from the exit to the next start, for a container that was restarted so many times already."""
    return 0 if restarts == 0 else min(BASE << min(restarts - 1, 10), LONGEST)


def pull_delay(failures: int) -> int:
    """µs to the next pull after so many failed ones (1 is the first)."""
    return min(BASE << min(failures - 1, 10), LONGEST)


def whole_seconds(microseconds: int) -> str:
    """A back-off in words for people: rounded to the second."""
    return go_duration((microseconds + SECOND // 2) // SECOND * SECOND)


def go_duration(microseconds: int) -> str:
    """A duration as Go prints it: `10s`, `1m20s`, `5m0s`, `1.203s`, `850ms`."""
    if microseconds < SECOND:
        return f"{microseconds // 1000}ms" if microseconds >= 1000 else f"{microseconds}µs"
    minutes, rest = divmod(microseconds, 60 * SECOND)
    seconds = f"{rest // SECOND}.{rest % SECOND // 1000:03d}".rstrip("0").rstrip(".") + "s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds
