"""Cron schedules: `*/5 8-18 * * mon-fri`, and when they come next, in a time zone.

Days and hours are those of the zone's clocks. When those jump ahead an hour is missing and what falls into it does
not happen that day; when they are set back an hour comes twice, and so does what falls into it.

Source: robfig/cron v3 (parser.go, spec.go, constantdelay.go), which Kubernetes uses. As there: if both day of month
and day of week are restricted, one of them is enough.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))  # minute, hour, day of month, month, day of week
MACROS = {"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
          "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *"}
FARTHEST = 5  # years looked ahead before a schedule counts as never
START = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = 1_000_000
UNITS = {"h": 3_600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 1_000, "us": 1, "µs": 1}

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
        return int(word)

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


def every(text: str) -> int | None:
    """The µs of `@every 1h30m`, whole seconds and at least one; None for other schedules."""
    if not text.startswith("@every "):
        return None
    given = text.removeprefix("@every ").strip()
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|m|us|µs|s)", given)
    if not parts or "".join(number + unit for number, unit in parts) != given:
        raise ScheduleError(f"failed to parse duration {text}: time: invalid duration {given!r}")
    total = sum(int(number.partition(".")[0]) * UNITS[unit] + _fraction(number, UNITS[unit]) for number, unit in parts)
    return max(SECOND, total // SECOND * SECOND)


def _fraction(number: str, unit: int) -> int:
    digits = number.partition(".")[2]
    return int(digits) * unit // 10 ** len(digits) if digits else 0


def next_after(text: str, moment: int, zone: tzinfo = timezone.utc) -> int | None:
    """The first time of the schedule after `moment` (µs since 1970), in µs; None if there is none in sight."""
    pause = every(text)
    if pause is not None:
        return moment // SECOND * SECOND + pause
    (minutes, hours, days, months, weekdays), any_day, any_weekday = parse(text)
    time = START + timedelta(minutes=moment // (60 * SECOND) + 1)
    last = time.astimezone(zone).year + FARTHEST
    while (there := time.astimezone(zone)).year <= last:
        on_day, on_weekday = there.day in days, (there.weekday() + 1) % 7 in weekdays
        fits = (on_day and on_weekday) if any_day or any_weekday else (on_day or on_weekday)
        if there.month not in months:
            time = _midnight(there.year + there.month // 12, there.month % 12 + 1, 1, zone)
        elif not fits:
            following = there.date() + timedelta(days=1)
            time = _midnight(following.year, following.month, following.day, zone)
        elif there.hour not in hours:
            time += timedelta(minutes=60 - there.minute)
        elif there.minute not in minutes:
            time += timedelta(minutes=1)
        else:
            return (time - START) // timedelta(microseconds=1)
    return None


def _midnight(year: int, month: int, day: int, zone: tzinfo) -> datetime:
    """The beginning of a day on the zone's clocks."""
    return datetime(year, month, day, tzinfo=zone).astimezone(timezone.utc)
