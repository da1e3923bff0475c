"""DefaultPreemption: when a pod fits nowhere, may others of lower priority make room for it?

For each node that pods keep the pod from: take away all pods of lower priority, see whether it fits, then give back
as many as possible, the important ones first. Of the nodes where that works, the one where it hurts least.

Source: kubernetes pkg/scheduler/framework/plugins/defaultpreemption, pkg/scheduler/framework/preemption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cluster_sim.api import selectors
from cluster_sim.api.conditions import find_condition
from cluster_sim.scheduler.decision import Decision
from cluster_sim.scheduler.framework import Cycle, Rejection
from cluster_sim.scheduler.messages import NO_VICTIMS, NOT_HELPFUL, count_reasons, no_node_fits
from cluster_sim.scheduler.node_info import NodeInfo, ScheduledPod
from cluster_sim.scheduler.ranking import Ranking

Object = dict[str, Any]
LEAST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node and the pods that would have to go, most important first."""

    node: str
    victims: list[ScheduledPod]
    violations: int  # victims whose disruption budget has nothing left


def not_eligible(pod: Object, ranking: Ranking, nominated: str | None) -> str | None:
    """Why this pod may not preempt at all. If its node is out for good, it need not wait for its victims there."""
    if pod["spec"].get("preemptionPolicy") == "Never":
        return "not eligible due to preemptionPolicy=Never."
    node = ranking.cycle.cache.nodes.get(nominated or "")
    rejection = ranking.rejections.get(node.position) if node is not None else None
    if node is None or (rejection is not None and rejection.unresolvable):
        return None
    if any(_was_preempted(other) and other.priority < _priority(pod) for other in node.pods.values()):
        return "not eligible due to a terminating pod on the nominated node."
    return None


def _was_preempted(pod: ScheduledPod) -> bool:
    """On its way out because the scheduler made room."""
    found = find_condition((pod.pod.get("status") or {}).get("conditions"), "DisruptionTarget") if pod.deleting else None
    return found is not None and (found["status"], found.get("reason")) == ("True", "PreemptionByScheduler")


def less_important_nominees(candidate: Candidate, pod: Object, ranking: Ranking) -> list[ScheduledPod]:
    """Pods of lower priority that wait for room on the chosen node: it may not be theirs any more."""
    waiting = ranking.cycle.cache.nodes[candidate.node].nominated
    return [waiting[key] for key in sorted(waiting) if waiting[key].priority < _priority(pod)]


def find(pod: Object, ranking: Ranking, decision: Decision, budgets: list[Object]) -> tuple[Candidate | None, str]:
    """The best candidate, or None and why there is none."""
    cache = ranking.cycle.cache
    order = cache.order
    candidates: list[Candidate] = []
    reasons: list[tuple[str, ...]] = [(NOT_HELPFUL,)] * (len(order) - len(decision.rejections))
    for position, rejection in decision.rejections.items():
        if rejection.unresolvable:
            reasons.append((NOT_HELPFUL,))
            continue
        if len(candidates) >= max(LEAST_CANDIDATES, len(order) // 10):
            break
        found = _victims_on(order[position], pod, ranking, budgets)
        if isinstance(found, Candidate):
            candidates.append(found)
        else:
            reasons.append(found)
    if candidates:
        return min(candidates, key=harm), ""
    return None, no_node_fits(len(order), count_reasons(reasons))


def harm(candidate: Candidate) -> tuple[int, int, int, int, str]:
    """What it costs: less is better, in this order (pickOneNodeForPreemption)."""
    victims = candidate.victims
    priorities = [victim.priority for victim in victims]
    highest = max(priorities, default=-1)
    starts = [_started(victim) for victim in victims if victim.priority == highest]
    return (candidate.violations, highest, sum(priorities) + len(priorities) * (1 << 31), len(victims),
            _descending(min(starts, default="")))


def _victims_on(node: NodeInfo, pod: Object, ranking: Ranking, budgets: list[Object]) -> Candidate | tuple[str, ...]:
    cache, priority = ranking.cycle.cache, _priority(pod)
    lower = [other for other in node.pods.values() if other.priority < priority]
    if not lower:
        return (NO_VICTIMS,)
    lower.sort(key=lambda other: (-other.priority, _started(other), other.key))
    for other in lower:
        cache.remove(other.key)
    victims: list[ScheduledPod] = []
    violations = 0
    rejection = _try(ranking, node)
    if rejection is None:
        protected, free = split_by_budget(lower, budgets)
        for other in [*protected, *free]:
            cache.add(other.key, other.pod, node.name)
            if _try(ranking, node) is not None:
                cache.remove(other.key)
                victims.append(other)
                violations += any(other is one for one in protected)
    here = {other.key: True for other in node.pods.values()}
    for other in lower:
        if other.key not in here:
            cache.add(other.key, other.pod, node.name)
    if rejection is not None:
        return rejection.reasons
    victims.sort(key=lambda other: (-other.priority, _started(other), other.key))
    return Candidate(node.name, victims, violations)


def _try(ranking: Ranking, node: NodeInfo) -> Rejection | None:
    cycle = ranking.cycle
    trial = Ranking(Cycle(cycle.shape, cycle.cache, cycle.listers))
    trial.nominated_key, trial.nominated_priority = ranking.nominated_key, ranking.nominated_priority
    return trial.prepare() or trial.reject_with_nominated(node)


def split_by_budget(pods: list[ScheduledPod], budgets: list[Object]) -> tuple[list[ScheduledPod], list[ScheduledPod]]:
    """(pods whose removal a disruption budget no longer allows, the others)."""
    left = {(one["metadata"]["namespace"], one["metadata"]["name"]): one.get("status", {}).get("disruptionsAllowed", 0)
            for one in budgets}
    protected: list[ScheduledPod] = []
    free: list[ScheduledPod] = []
    for other in pods:
        over = False
        for budget in budgets:
            meta = budget["metadata"]
            if meta["namespace"] != other.shape.namespace or not other.shape.labels:
                continue
            selector = budget["spec"].get("selector")
            if not selector or not selectors.matches(selector, other.shape.labels):
                continue
            if other.pod["metadata"]["name"] in (budget.get("status", {}).get("disruptedPods") or {}):
                continue
            left[(meta["namespace"], meta["name"])] -= 1
            over = over or left[(meta["namespace"], meta["name"])] < 0
        (protected if over else free).append(other)
    return protected, free


def _priority(pod: Object) -> int:
    return int(pod["spec"].get("priority") or 0)


def _started(pod: ScheduledPod) -> str:
    """RFC 3339 times compare as text; a pod that has not started yet counts as the newest."""
    return str((pod.pod.get("status") or {}).get("startTime") or "9999")


def _descending(text: str) -> str:
    """A text that sorts the other way round: the latest start hurts least."""
    return "".join(chr(0x10FFFF - ord(letter)) if ord(letter) < 0x1000 else letter for letter in text)
