"""When no node fits: say so on the pod, try preemption, and put the pod aside until something changes.

Source: kubernetes pkg/scheduler/schedule_one.go (handleSchedulingFailure), framework/preemption/executor.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import conditions
from cluster_sim.client import STRATEGIC_MERGE_PATCH
from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import DETAIL, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.scheduler import messages, preemption
from cluster_sim.scheduler.decision import Decision
from cluster_sim.scheduler.ranking import Ranking

if TYPE_CHECKING:
    from cluster_sim.scheduler.scheduler import Scheduler

Object = dict[str, Any]

register_phrases({
    "scheduler.no-nodes": "Scheduler finds {pod} without a node, but there are no nodes",
    "scheduler.none": "Scheduler finds no node for {pod}: {why}",
    "scheduler.preempt": "Scheduler makes room for {pod} on {node}: {victim} is less important and must go",
    "scheduler.victim": "Scheduler marks {victim} as the one to make room",
}, file="cluster_sim/scheduler/failure.py")


def handle(scheduler: Scheduler, key: str, pod: Object, ranking: Ranking, decision: Decision, cause: int) -> None:
    """Tell why, and what is done about it."""
    chosen: preemption.Candidate | None = None
    reasons = decision.reasons
    if decision.nodes == 0:
        message, plugins = messages.NO_NODES, []
    elif decision.for_all is not None:
        reason = decision.for_all.reasons[0]
        message, plugins = messages.rejected_for_all(decision.nodes, reason), [decision.for_all.plugin]
        reasons = {reason: decision.nodes}
    else:
        plugins = sorted({one.plugin: True for one in decision.rejections.values()})
        if messages.NOT_ASKED in reasons and "NodeAffinity" not in plugins:
            plugins.append("NodeAffinity")
        chosen, after = _preempt(scheduler, key, pod, ranking, decision)
        message = messages.no_node_fits(decision.nodes, reasons, after)
    old = conditions.find_condition((pod.get("status") or {}).get("conditions"), "PodScheduled")
    news = old is None or old.get("message") != message
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    span = scheduler.kernel.work(
        scheduler.part, cause, verb="decide", subject=f"pod/{key}", level=STORY if news else DETAIL,
        phrase="scheduler.none" if decision.nodes else "scheduler.no-nodes",
        args={"pod": pod["metadata"]["name"], "why": why},
        detail={"asked": decision.nodes, "fit": 0, "reasons": reasons, "rejected": [
            [ranking.cycle.cache.order[position].name, one.plugin, list(one.reasons)]
            for position, one in sorted(decision.rejections.items())[:20]]})
    _report(scheduler, pod, message, chosen, span)
    record(scheduler, "default-scheduler", pod, "Warning", "FailedScheduling", message, span)
    scheduler.queue.failed(key, scheduler.kernel.now, plugins)
    if chosen is not None:
        if not all(victim.deleting for victim in chosen.victims):  # else there is nothing left to do
            for other in preemption.less_important_nominees(chosen, pod, ranking):
                _withdraw(scheduler, other.key, other.pod, span)
        scheduler.nominate(key, pod, chosen.node)
        for victim in chosen.victims:
            condemn(scheduler, pod, chosen.node, victim.pod, span)


def _preempt(scheduler: Scheduler, key: str, pod: Object, ranking: Ranking,
             decision: Decision) -> tuple[preemption.Candidate | None, str]:
    """The node where others make room, or what the message says instead."""
    nominated = scheduler.cache.nominated.get(key)
    refusal = preemption.not_eligible(pod, ranking, nominated)
    if refusal is not None:
        return None, messages.preemption(refusal)
    budgets = scheduler.informers["poddisruptionbudgets"].list()
    found, why = preemption.find(pod, ranking, decision, budgets)
    return found, "" if found else messages.preemption(why)


def _report(scheduler: Scheduler, pod: Object, message: str, chosen: preemption.Candidate | None, span: int) -> None:
    """PodScheduled False, and the node where room is being made; not sent when it says nothing new."""
    status = pod.get("status") or {}
    before = status.get("conditions") or []
    after = conditions.set_condition(before, "PodScheduled", "False", "Unschedulable", message,
                                     scheduler.kernel.timestamp(), observedGeneration=pod["metadata"].get("generation"))
    patch: Object = {}
    if after is not before:
        patch["conditions"] = [one for one in after if one["type"] == "PodScheduled"]
    if chosen is not None and chosen.node != status.get("nominatedNodeName"):
        patch["nominatedNodeName"] = chosen.node
    if patch:
        scheduler.request("PATCH", f"{_path(pod)}/status", {"status": patch}, cause=span,
                          content_type=STRATEGIC_MERGE_PATCH)


def _withdraw(scheduler: Scheduler, key: str, pod: Object, span: int) -> None:
    """The room this pod waited for goes to a more important one."""
    scheduler.nominate(key, None, None)
    scheduler.request("PATCH", f"{_path(pod)}/status", {"status": {"nominatedNodeName": None}}, cause=span,
                      content_type=STRATEGIC_MERGE_PATCH)


def condemn(scheduler: Scheduler, pod: Object, node: str, victim: Object, span: int) -> None:
    """A victim first gets the condition that says why, then is deleted."""
    if victim["metadata"].get("deletionTimestamp"):
        return
    condition = {"type": "DisruptionTarget", "observedGeneration": victim["metadata"].get("generation"),
                 "status": "True", "reason": "PreemptionByScheduler",
                 "message": "default-scheduler: preempting to accommodate a higher priority pod",
                 "lastTransitionTime": scheduler.kernel.timestamp()}
    args = {"pod": pod["metadata"]["name"], "victim": victim["metadata"]["name"], "node": node}
    scheduler.request("PATCH", f"{_path(victim)}/status", {"status": {"conditions": [condition]}}, cause=span,
                      then="condemned", data=[pod["metadata"]["uid"], node, victim, args], phrase="scheduler.victim",
                      args=args, level=DETAIL, content_type=STRATEGIC_MERGE_PATCH)


def execute(scheduler: Scheduler, data: list[Any], status: int, span: int) -> None:
    """The condition is written: delete the victim, with the grace it asked for."""
    uid, node, victim, args = data
    if status != 200:
        return
    scheduler.request("DELETE", _path(victim), {"apiVersion": "v1", "kind": "DeleteOptions",
                                                "preconditions": {"uid": victim["metadata"]["uid"]}},
                      cause=span, phrase="scheduler.preempt", args=args, level=STORY)
    record(
        scheduler, "default-scheduler", victim, "Normal", "Preempted", f"Preempted by pod {uid} on node {node}", span
    )


def _path(pod: Object) -> str:
    meta = pod["metadata"]
    return f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
