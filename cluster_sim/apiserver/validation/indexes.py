"""Lists of completion indexes, as Jobs write them: "1,3-5,7".

Upstream: kubernetes/pkg/apis/batch/validation/validation.go (validateIndexesFormat, parseIndexInterval).
"""

from __future__ import annotations

import re

from cluster_sim.api import field


def count(text: str, completions: int) -> tuple[int, str]:
    """(how many indexes it lists, what is wrong with it or "")."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        low, high, wrong = interval(part, completions)
        if wrong:
            return 0, wrong
        if total and last >= low:
            return 0, f"non-increasing order, previous: {last}, current: {low}"
        total += high - low + 1
        last = high
    return total, ""


def interval(text: str, completions: int) -> tuple[int, int, str]:
    """One part: (first, last, what is wrong)."""
    limits = text.split("-")
    if len(limits) > 2:
        return 0, 0, (f"the fragment {field.quote(text)} violates the requirement that an index interval can have at most two parts "
                      "separated by '-'")
    for limit in limits:
        if not re.fullmatch("[+]?[0-9]+", limit):
            return 0, 0, f"cannot convert string to integer for index: {field.quote(limit)}"
        if int(limit) >= completions:
            return 0, 0, f"too large index: {field.quote(limit)}"
    low, high = int(limits[0]), int(limits[-1])
    if len(limits) == 2 and low >= high:
        return 0, 0, f"non-increasing order, previous: {low}, current: {high}"
    return low, high, ""


def overlap(one: str, other: str, completions: int) -> int | None:
    """The first index that two lists share; parts that cannot be read are left out."""
    def parts(text: str) -> list[tuple[int, int]]:
        read = [interval(part, completions) for part in text.split(",")] if text else []
        return [(low, high) for low, high, wrong in read if not wrong]

    shared = [max(first[0], second[0]) for first in parts(one) for second in parts(other)
              if first[0] <= second[1] and second[0] <= first[1]]
    return min(shared) if shared else None
