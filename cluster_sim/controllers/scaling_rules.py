"""How fast an autoscaler may change the number of pods, and what it says about that.

Recommendations are steadied first (the lowest of the last while when growing, the highest when shrinking), then held
within the policies (so many pods or percent a period) and the bounds of the spec. Without `behavior` older rules hold:
shrinking waits five minutes, growing at most doubles, to four pods at least.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas, …WithBehaviors).
"""

from __future__ import annotations

import math
from typing import Any

from cluster_sim.api import quantity
from cluster_sim.kernel import SECOND

Object = dict[str, Any]
Limited = tuple[int, str, str]  # a number, the reason, the message

WINDOW = 300  # seconds that shrinking waits, unless behavior says otherwise
UP = {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
    {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]}
DOWN = {"stabilizationWindowSeconds": WINDOW, "selectPolicy": "Max", "policies": [
    {"type": "Percent", "value": 100, "periodSeconds": 15}]}

READY = ("ReadyForNewScale", "recommended size matches current size")
STEADY_DOWN = ("ScaleDownStabilized",
               "recent recommendations were higher than current one, applying the highest recent recommendation")
STEADY_UP = ("ScaleUpStabilized",
             "recent recommendations were lower than current one, applying the lowest recent recommendation")
WITHIN = ("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
TOO_MANY = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
TOO_FAST_UP = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
TOO_FAST_DOWN = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")


def rules_of(autoscaler: Object, direction: str) -> Object:
    """behavior.scaleUp or scaleDown, with defaults."""
    given = (autoscaler["spec"].get("behavior") or {}).get(direction) or {}
    known = {key: value for key, value in given.items() if value is not None}
    return {**(UP if direction == "scaleUp" else DOWN), **known}


def tolerance_of(autoscaler: Object, direction: str) -> float:
    """By how much the ratio may differ from 1 in this direction."""
    given = ((autoscaler["spec"].get("behavior") or {}).get(direction) or {}).get("tolerance")
    return 0.1 if given is None else quantity.milli(given) / 1000


def steady(autoscaler: Object, current: int, wanted: int, past: list[list[int]], now: int) -> tuple[int, tuple[str, str]]:
    """(what is recommended, why): `past` are [time, recommendation] before this one."""
    if not autoscaler["spec"].get("behavior"):
        found = max([wanted, *(number for time, number in past if time >= now - WINDOW * SECOND)])
        return found, READY if found == wanted else STEADY_DOWN
    lowest = highest = wanted
    up, down = (rules_of(autoscaler, way)["stabilizationWindowSeconds"] * SECOND for way in ("scaleUp", "scaleDown"))
    for time, number in past:
        lowest = min(lowest, number) if time > now - up else lowest
        highest = max(highest, number) if time > now - down else highest
    found = min(max(current, lowest), highest)
    return found, READY if found == wanted else STEADY_UP if wanted >= current else STEADY_DOWN


def bounded(autoscaler: Object, current: int, wanted: int, memory: Object, now: int) -> Limited:
    """The nearest number that policies and bounds allow, and what limits it."""
    spec = autoscaler["spec"]
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    if not spec.get("behavior"):
        fast = max(2 * current, 4)
        ceiling: Limited = (fast, *TOO_FAST_UP) if most > fast else (most, *TOO_MANY)
        if wanted < least:
            return least, *TOO_FEW
        return ceiling if wanted > ceiling[0] else (wanted, *WITHIN)
    if wanted > current:
        fast = max(current, limit(rules_of(autoscaler, "scaleUp"), current, memory["up"], memory["down"], now, True))
        ceiling = (fast, *TOO_FAST_UP) if most > fast else (most, *TOO_MANY)
        return ceiling if wanted > ceiling[0] else (wanted, *WITHIN)
    if wanted < current:
        fast = min(current, limit(rules_of(autoscaler, "scaleDown"), current, memory["up"], memory["down"], now, False))
        floor: Limited = (fast, *TOO_FAST_DOWN) if least < fast else (least, *TOO_FEW)
        return floor if wanted < floor[0] else (wanted, *WITHIN)
    return wanted, *WITHIN


def limit(rules: Object, current: int, ups: list[list[int]], downs: list[list[int]], now: int, up: bool) -> int:
    """The furthest number the policies allow; `ups` and `downs` are [time, change] of the past."""
    if rules.get("selectPolicy") == "Disabled" or not rules.get("policies"):
        return current
    found = []
    for policy in rules["policies"]:
        since = now - policy["periodSeconds"] * SECOND
        added, taken = (sum(change for time, change in events if time > since) for events in (ups, downs))
        start, value = current - added + taken, policy["value"]
        if policy["type"] == "Pods":
            found.append(start + value if up else start - value)
        elif up:
            found.append(math.ceil(start * (1 + value / 100)))
        else:
            found.append(int(start * (1 - value / 100)))
    widest = rules.get("selectPolicy", "Max") != "Min"
    return max(found) if up == widest else min(found)
