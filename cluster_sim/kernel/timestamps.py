"""Timestamps of the API: RFC 3339 in UTC, from integer microseconds since 1970 and back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@lru_cache(maxsize=4096)
def _seconds(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=4096)
def _whole(seconds: int) -> str:
    return _seconds(seconds) + "Z"


def rfc3339(microseconds: int) -> str:
    """`2026-01-01T00:00:00Z`: metav1.Time drops what is below a second (and so a second's stamps are one string)."""
    return _whole(microseconds // 1_000_000)


def microtime(microseconds: int) -> str:
    """`2026-01-01T00:00:00.000000Z`: metav1.MicroTime."""
    return f"{_seconds(microseconds // 1_000_000)}.{microseconds % 1_000_000:06d}Z"


def parse(text: str) -> int:
    """Microseconds since 1970 of either form."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - _EPOCH) // timedelta(microseconds=1)
