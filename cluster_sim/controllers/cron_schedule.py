"""Cron schedules: `*/5 8-18 * * mon-fri`, and when they come next. UTC only.

Source: robfig/cron v3 (parser.go, spec.go), which Kubernetes uses. As there: if both day of month and day of week are
restricted, one of them is enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))  # minute, hour, day of month, month, day of week
MACROS = {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
          "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}
FARTHEST = 5 * 366  # days looked ahead before a schedule counts as never

Fields = tuple[frozenset[int], ...]


class ScheduleError(ValueError):
    """A schedule that cannot be read."""


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[Fields, bool, bool]:
    """(values of each field, day of month is free, day of week is free)."""
    fields = MACROS.get(text.strip().lower(), text).split()
    if len(fields) != 5:
        raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    values = tuple(_field(field, *BOUNDS[number], MONTHS if number == 3 else DAYS if number == 4 else (), number == 3)
                   for number, field in enumerate(fields))
    return values, fields[2][0] in "*?", fields[4][0] in "*?"


def _field(text: str, lowest: int, highest: int, names: tuple[str, ...], from_one: bool) -> frozenset[int]:
    def number(word: str) -> int:
        if word.lower() in names:
            return names.index(word.lower()) + from_one
        if not word.isdecimal():
            raise ScheduleError(f"failed to parse int from {word}: strconv.Atoi: parsing {word!r}: invalid syntax")
        return int(word) % 7 if lowest == 0 and highest == 6 and word == "7" else int(word)

    found: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = lowest if first in ("*", "?") else number(first)
        end = highest if first in ("*", "?") or (step and not dash) else number(last) if dash else start
        if start < lowest or end > highest or start > end or (step and int(step) < 1):
            raise ScheduleError(f"value out of range ({lowest} - {highest}): {part}")
        found += range(start, end + 1, int(step or 1))
    return frozenset(found)


def next_after(text: str, moment: int) -> int | None:
    """The first minute of the schedule after `moment` (µs since 1970), in µs; None if there is none in sight."""
    (minutes, hours, days, months, weekdays), any_day, any_weekday = parse(text)
    time = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=moment)
    time = time.replace(second=0, microsecond=0) + timedelta(minutes=1)
    limit = time + timedelta(days=FARTHEST)
    while time < limit:
        on_day, on_weekday = time.day in days, (time.weekday() + 1) % 7 in weekdays
        fits = (on_day and on_weekday) if any_day or any_weekday else (on_day or on_weekday)
        if time.month not in months or not fits:
            time = time.replace(hour=0, minute=0) + timedelta(days=1)
        elif time.hour not in hours:
            time = time.replace(minute=0) + timedelta(hours=1)
        elif time.minute not in minutes:
            time += timedelta(minutes=1)
        else:
            return (time - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
    return None
