"""Cron schedules and time zones, with the complaints of the parser that Kubernetes uses.

Upstream: github.com/robfig/cron/v3 parser.go; kubernetes/pkg/apis/batch/validation/validation.go (validateTimeZone).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, time_zones
from cluster_sim.api.field import FieldError

# name of the field, lowest, highest, words
FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}), ("hour", 0, 23, {}), ("day", 1, 31, {}),
    ("month", 1, 12, {name: place + 1 for place, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))}),
    ("weekday", 0, 6, {name: place for place, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}),
)
NICKNAMES = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")


def error(schedule: str) -> str:
    """What is wrong with a schedule; "" if nothing is."""
    text = schedule
    if text.startswith(("TZ=", "CRON_TZ=")):
        text = text.partition(" ")[2].strip()
    if text.startswith("@"):
        if text in NICKNAMES:
            return ""
        if text.startswith("@every "):
            return ""
        return f"unrecognized descriptor: {text}"
    words = text.split()
    if len(words) != 5:
        return f"expected exactly 5 fields, found {len(words)}: {_go_list(words)}"
    for word, known in zip(words, FIELDS, strict=True):
        for part in word.split(","):
            wrong = _range(part, known)
            if wrong:
                return wrong
    return ""


def _go_list(words: list[str]) -> str:
    return f"[{' '.join(words)}]"


def _number(text: str, words: dict[str, int]) -> tuple[int, str]:
    if text.lower() in words:
        return words[text.lower()], ""
    if text.isascii() and text.isdigit():
        return int(text), ""
    if text.startswith("-") and text[1:].isdigit():
        return 0, f"negative number ({text}) not allowed: {text}"
    return 0, f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'


def _range(text: str, known: tuple[str, int, int, dict[str, int]]) -> str:
    _, low, high, words = known
    base, slash, step_text = text.partition("/")
    if "/" in step_text:
        return f"too many slashes: {text}"
    first, dash, last = base.partition("-")
    step = 1
    if first in ("*", "?"):
        start, end = low, high
    else:
        start, wrong = _number(first, words)
        if wrong:
            return wrong
        if "-" in last:
            return f"too many hyphens: {text}"
        end = start
        if dash:
            end, wrong = _number(last, words)
            if wrong:
                return wrong
    if slash:
        step, wrong = _number(step_text, {})
        if wrong:
            return wrong
        if not dash and first not in ("*", "?"):
            end = high
    if start < low:
        return f"beginning of range ({start}) below minimum ({low}): {text}"
    if end > high:
        return f"end of range ({end}) above maximum ({high}): {text}"
    if start > end:
        return f"beginning of range ({start}) beyond end of range ({end}): {text}"
    if step == 0:
        return f"step of range should be a positive number: {text}"
    return ""


def time_zone(given: Any, path: str) -> list[FieldError]:
    """A time zone by its name in the IANA database."""
    if given is None:
        return []
    if not given:
        return [field.invalid(path, given, "timeZone must be nil or non-empty string")]
    if given.lower() == "local":
        return [field.invalid(path, given, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")]
    if time_zones.find(given) is not None:
        return []
    return [field.invalid(path, given, f"unknown time zone {given}")]
