"""The arithmetic of autoscaling: how many pods a metric asks for, and how fast the number may change.

ratio = usage / target; desired = ⌈ratio × ready pods⌉, and nothing within 10 % of the target. Pods without a sample
count with what holds the number back: nothing when growing, all they asked for when shrinking. All numbers are integers
(in thousandths), so that every machine rounds alike.

Source: kubernetes pkg/controller/podautoscaler (replica_calculator.go, horizontal.go), metrics/utilization.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import SECOND

Object = dict[str, Any]

TOLERANCE = 100  # thousandths
UP = {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
    {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]}
DOWN = {"stabilizationWindowSeconds": 300, "selectPolicy": "Max", "policies": [
    {"type": "Percent", "value": 100, "periodSeconds": 15}]}


def ceil_div(number: int, by: int) -> int:
    """Rounded up."""
    return -(-number // by)


def within_tolerance(usage: int, target: int) -> bool:
    """The ratio is between 0.9 and 1.1."""
    return abs(usage - target) * 1000 <= TOLERANCE * target


def desired_replicas(current: int, usage: dict[str, int], requests: dict[str, int], unready: list[str],
                     missing: list[str], target: int, percent: bool) -> int:
    """How many pods a metric asks for.

    `usage` and `requests` are thousandths by pod; `target` is a percentage of requests, or thousandths a pod. `unready`
    pods have no say, `missing` ones no sample.
    """
    seen = {name: amount for name, amount in usage.items() if name not in unready}
    if not seen:
        return current

    def weigh(samples: dict[str, int]) -> tuple[int, int]:
        asked = sum(requests[name] for name in samples) if percent else 100 * len(samples)
        return sum(samples.values()) * 100, asked * target

    used, aim = weigh(seen)
    growing = used > aim
    if not missing and not (unready and growing):
        return current if within_tolerance(used, aim) else ceil_div(used * len(seen), aim)
    assumed = {name: 0 if growing else requests[name] if percent else target for name in missing}
    if growing:
        assumed |= dict.fromkeys(unready, 0)
    samples = {**seen, **assumed}
    used, aim = weigh(samples)
    if within_tolerance(used, aim) or (used > aim) != growing:
        return current
    wanted = ceil_div(used * len(samples), aim)
    return current if (wanted > current) != growing else wanted


def rules_of(autoscaler: Object, direction: str) -> Object:
    """behavior.scaleUp or scaleDown, with defaults."""
    given = (autoscaler["spec"].get("behavior") or {}).get(direction) or {}
    return {**(UP if direction == "scaleUp" else DOWN), **given}


def limit(rules: Object, current: int, events: list[list[int]], now: int, up: bool) -> int:
    """The furthest number the policies allow; `events` are [time, change] of the past."""
    if rules.get("selectPolicy") == "Disabled":
        return current
    found = []
    for policy in rules.get("policies") or ():
        since = now - policy["periodSeconds"] * SECOND
        moved = sum(change for time, change in events if time > since)
        start = current - moved if up else current + moved
        step = policy["value"] if policy["type"] == "Pods" else 0
        if up:
            found.append(start + step if step else ceil_div(start * (100 + policy["value"]), 100))
        else:
            found.append(start - step if step else start * (100 - policy["value"]) // 100)
    if not found:
        return current
    widest = rules.get("selectPolicy", "Max") == "Max"
    return max(found) if up == widest else min(found)
