"""The arithmetic of autoscaling: how many pods a metric asks for.

ratio = usage / target; desired = ⌈ratio × ready pods⌉, and nothing while the ratio is within the tolerance (10 %) of 1.
Pods without a sample count with what holds the number back: nothing when growing, all they asked for when shrinking.
Pods that are not ready yet have no say, except that they will take some of the load when growing.

Amounts are thousandths. Ratios are floating point numbers, computed step by step as upstream computes them, since what
is a hair above a whole number is rounded up.

Source: kubernetes pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster_sim.api import meta, quantity
from cluster_sim.controllers import pods as podutil
from cluster_sim.kernel import SECOND, timestamps

Object = dict[str, Any]
CPU_INITIALIZATION, INITIAL_READINESS = 300 * SECOND, 30 * SECOND
NO_PODS = "no pods returned by selector while calculating replica count"
NOTHING_RECEIVED = "did not receive metrics for targeted pods (pods might be unready)"


class MetricError(ValueError):
    """A metric that says nothing; the text is upstream's."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much the ratio may differ from 1 without effect."""

    down: float = 0.1
    up: float = 0.1

    def allows(self, ratio: float) -> bool:
        """The ratio is near enough to 1."""
        return (1.0 - self.down) <= ratio <= (1.0 + self.up)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a pod used (thousandths), when that was measured and over which time (µs)."""

    value: int
    time: int = 0
    window: int = 0


@dataclass(slots=True)
class Groups:
    """Pods by what their samples are good for; `ready` is a number, the others are names."""

    ready: int
    unready: list[str]
    missing: list[str]
    ignored: list[str]


def group(pods: list[Object], samples: dict[str, Sample], resource: str, now: int) -> Groups:
    """Sort the pods; `now` in µs since 1970."""
    found = Groups(0, [], [], [])
    for pod in pods:
        name = meta.name(pod)
        if meta.is_deleting(pod) or podutil.phase(pod) == "Failed":
            found.ignored.append(name)
        elif podutil.phase(pod) == "Pending":
            found.unready.append(name)
        elif name not in samples:
            found.missing.append(name)
        elif resource == "cpu" and is_warming_up(pod, samples[name], now):
            found.unready.append(name)
        else:
            found.ready += 1
    return found


def is_warming_up(pod: Object, sample: Sample, now: int) -> bool:
    """Its cpu says nothing about the load: it is starting, or was just now, or has never been ready."""
    ready, start = podutil.condition(pod, "Ready"), (pod.get("status") or {}).get("startTime")
    if ready is None or not start:
        return True
    since, began = timestamps.parse(ready.get("lastTransitionTime") or start), timestamps.parse(start)
    if began + CPU_INITIALIZATION > now:
        return ready["status"] == "False" or sample.time < since + sample.window
    return ready["status"] == "False" and began + INITIAL_READINESS > since


def requests_of(pods: list[Object], resource: str, container: str = "") -> dict[str, int]:
    """What each pod asked for; every container must have said so."""
    found = {}
    for pod in pods:
        spec, total = pod["spec"], 0
        whole = ((spec.get("resources") or {}).get("requests") or {}).get(resource)
        if whole is not None and not container:
            found[meta.name(pod)] = quantity.milli(whole)
            continue
        sidecars = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
        for one in [*spec["containers"], *sidecars]:
            if container and one["name"] != container:
                continue
            asked = ((one.get("resources") or {}).get("requests") or {}).get(resource)
            if asked is None:
                raise MetricError(f"missing request for {resource} in container {one['name']} of Pod {meta.name(pod)}")
            total += quantity.milli(asked)
        found[meta.name(pod)] = total
    return found


def utilization(samples: dict[str, int], requests: dict[str, int], target: int) -> tuple[float, int, int]:
    """(ratio, percentage used of what was asked for, average used)."""
    known = [name for name in samples if name in requests]
    asked = sum(requests[name] for name in known)
    if not asked:
        raise MetricError("no metrics returned matched known pods")
    used = sum(samples[name] for name in known)
    percent = used * 100 // asked
    return percent / target, percent, used // len(known)


def usage(samples: dict[str, int], target: int) -> tuple[float, int]:
    """(ratio, average used)."""
    average = sum(samples.values()) // len(samples)
    return average / target, average


def by_utilization(current: int, target: int, resource: str, pods: list[Object], samples: dict[str, Sample], now: int,
                   tolerance: Tolerance, container: str = "") -> tuple[int, int, int]:
    """(pods wanted, percentage used, average used) for a target in percent of what pods asked for."""
    groups, counted = _counted(pods, samples, resource, now)
    requests = requests_of(pods, resource, container)
    ratio, percent, average = utilization(counted, requests, target)
    fallback = max(100, target)

    def again(assumed: dict[str, int]) -> float:
        return utilization(assumed, requests, target)[0]

    wanted = _replicas(current, ratio, groups, counted, tolerance, again, lambda name: requests[name] * fallback // 100)
    return wanted, percent, average


def by_value(current: int, target: int, resource: str, pods: list[Object], samples: dict[str, Sample], now: int,
             tolerance: Tolerance) -> tuple[int, int]:
    """(pods wanted, average used) for a target that is an amount a pod."""
    groups, counted = _counted(pods, samples, resource, now)
    ratio, average = usage(counted, target)
    wanted = _replicas(current, ratio, groups, counted, tolerance, lambda assumed: usage(assumed, target)[0],
                       lambda name: target)
    return wanted, average


def _counted(pods: list[Object], samples: dict[str, Sample], resource: str, now: int) -> tuple[Groups, dict[str, int]]:
    if not pods:
        raise MetricError(NO_PODS)
    groups = group(pods, samples, resource, now)
    out = {*groups.ignored, *groups.unready}
    counted = {name: sample.value for name, sample in samples.items() if name not in out}
    if not counted:
        raise MetricError(NOTHING_RECEIVED)
    return groups, counted


def _replicas(current: int, ratio: float, groups: Groups, counted: dict[str, int], tolerance: Tolerance,
              again: Callable[[dict[str, int]], float], when_shrinking: Callable[[str], int]) -> int:
    growing_unready = bool(groups.unready) and ratio > 1.0
    if not growing_unready and not groups.missing:
        return current if tolerance.allows(ratio) else math.ceil(ratio * groups.ready)
    assumed = {**counted}
    if groups.missing and ratio != 1.0:
        assumed |= {name: when_shrinking(name) if ratio < 1.0 else 0 for name in groups.missing}
    if growing_unready:
        assumed |= dict.fromkeys(groups.unready, 0)
    new = again(assumed)
    if tolerance.allows(new) or (ratio < 1.0 < new) or (new < 1.0 < ratio):
        return current
    wanted = math.ceil(new * len(assumed))
    turned = (new < 1.0 and wanted > current) or (new > 1.0 and wanted < current)
    return current if turned else wanted


def by_total(current: int, ratio: float, pods: list[Object], tolerance: Tolerance) -> int:
    """For a number about something else (an object, a queue) with a target of its own."""
    if current == 0:
        return math.ceil(ratio)
    if tolerance.allows(ratio):
        return current
    if not pods:
        raise MetricError("unable to calculate ready pods: " + NO_PODS)
    ready = sum(1 for pod in pods if podutil.phase(pod) == "Running" and podutil.is_ready(pod))
    return math.ceil(ratio * ready)


def by_share(count: int, total: int, target: int, tolerance: Tolerance) -> tuple[int, int]:
    """(pods wanted, what each has) for a number that is shared by all pods."""
    if count and tolerance.allows(total / (target * count)):
        wanted = count
    else:
        wanted = math.ceil(total / target)
    return wanted, math.ceil(total / count) if count else 0
