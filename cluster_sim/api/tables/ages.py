"""Ages: how long ago, in as few letters as a column allows.

Upstream: k8s.io/apimachinery/pkg/util/duration/duration.go and translateTimestampSince of the printers.
"""

from __future__ import annotations

from cluster_sim.kernel.timestamps import parse

UNKNOWN = "<unknown>"
SECOND = 1_000_000
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def _pair(seconds: int, large: int, small: int, letters: str) -> str:
    """ "5m3s"; a rest of nothing is left out."""
    whole, rest = divmod(seconds, large)
    part = rest // small
    return f"{whole}{letters[0]}{part}{letters[1]}" if part else f"{whole}{letters[0]}"


def human_duration(seconds: int) -> str:
    """AGE: "5m3s", "2d4h", "400d". A second or two of clock skew is 0s, more is <invalid>."""
    if seconds < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    if seconds < 2 * _MINUTE:
        return f"{seconds}s"
    if seconds < 10 * _MINUTE:
        return _pair(seconds, _MINUTE, 1, "ms")
    if seconds < 3 * _HOUR:
        return f"{seconds // _MINUTE}m"
    if seconds < 8 * _HOUR:
        return _pair(seconds, _HOUR, _MINUTE, "hm")
    if seconds < 48 * _HOUR:
        return f"{seconds // _HOUR}h"
    if seconds < 8 * _DAY:
        return _pair(seconds, _DAY, _HOUR, "dh")
    if seconds < 2 * _YEAR:
        return f"{seconds // _DAY}d"
    if seconds < 8 * _YEAR:
        return _pair(seconds, _YEAR, _DAY, "yd")
    return f"{seconds // _YEAR}y"


def since(timestamp: str | None, now: int) -> str:
    """The age of a timestamp at `now` (microseconds since 1970)."""
    if not timestamp:
        return UNKNOWN
    elapsed = now - parse(timestamp)
    return human_duration(-(-elapsed // SECOND) if elapsed < 0 else elapsed // SECOND)


def between(start: str, end: str) -> str:
    return human_duration((parse(end) - parse(start)) // SECOND)
