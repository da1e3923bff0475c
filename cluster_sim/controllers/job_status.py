"""A Job's status: which finished pods are counted, and the conditions that end it.

A finished pod must be counted just once, even if the controller dies in between. So each pod has a finalizer; a
finished one's uid is first written into status.uncountedTerminatedPods, then its finalizer goes, then the uid becomes
one more in succeeded or failed.

Source: kubernetes pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers), tracking_utils.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition, is_true
from cluster_sim.controllers import job_index, job_rules, pods
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import SECOND, timestamps

FINALIZER = "batch.kubernetes.io/job-tracking"
LIMIT = "Job has reached the specified backoff limit"
DEADLINE = "Job was active longer than specified deadline"
REACHED = "Reached expected number of succeeded pods"


def is_finished(job: Object) -> bool:
    """Complete or Failed."""
    conditions = (job.get("status") or {}).get("conditions")
    return is_true(conditions, "Complete") or is_true(conditions, "Failed")


def has_finalizer(pod: Object) -> bool:
    """It is still to be counted."""
    return FINALIZER in meta.finalizers(pod)


def failed_without(job: Object, pod: Object) -> bool:
    """It failed, or was deleted before it could end (unless only failed pods are replaced)."""
    if pods.phase(pod) == "Failed":
        return True
    return meta.is_deleting(pod) and pods.phase(pod) != "Succeeded" and not replaces_only_failed(job)


def replaces_only_failed(job: Object) -> bool:
    """podReplacementPolicy Failed, which a podFailurePolicy implies: a pod on its way out must have ended first."""
    return bool(job["spec"].get("podReplacementPolicy") == "Failed" or job["spec"].get("podFailurePolicy"))


def counts_as_failed(job: Object, pod: Object) -> bool:
    """Whether it is one more in status.failed: not if a rule says to ignore it, nor if its index is none of the Job's."""
    return job_rules.has_index(job, pod) and job_rules.failure_rule(job, pod)[0] != "Ignore"


def uncounted(job: Object) -> dict[str, list[str]]:
    """uids that have been noted but not yet counted."""
    noted = (job.get("status") or {}).get("uncountedTerminatedPods") or {}
    return {"succeeded": noted.get("succeeded") or [], "failed": noted.get("failed") or []}


def failures(job: Object, mine: list[Object]) -> list[Object]:
    """Its pods that failed."""
    return [pod for pod in mine if failed_without(job, pod)]


def delayed(job: Object, status: Object, mine: list[Object]) -> dict[int, Object]:
    """Failed pods by index that stay as they are until the next pod of their index is there (backoffLimitPerIndex)."""
    if job_index.limit(job) is None:
        return {}
    done = [*job_rules.parse_indexes(status.get("completedIndexes")), *job_rules.parse_indexes(status.get("failedIndexes")),
            *(job_rules.index_of(pod) for pod in mine if pods.is_active(pod))]
    return job_index.last_failures(job, failures(job, mine), done)


def with_counts(job: Object, mine: list[Object]) -> Object:
    """The status after counting: noted uids without finalizer are counted, newly finished pods noted."""
    old = job.get("status") or {}
    status: Object = {**old}
    noted, indexed = uncounted(job), job_rules.is_indexed(job)
    waiting = {meta.uid(pod) for pod in mine if has_finalizer(pod)}
    left: dict[str, list[str]] = {}
    for field in ("succeeded", "failed"):
        left[field] = [uid for uid in noted[field] if uid in waiting]
        counted = len(noted[field]) - len(left[field])
        if counted and not (indexed and field == "succeeded"):
            status[field] = old.get(field, 0) + counted
    completed = job_rules.completed_indexes(job, old)
    kept = {meta.uid(pod): True for pod in delayed(job, old, mine).values() if not job_index.has_failed(job, pod)}
    for pod in mine:
        uid = meta.uid(pod)
        if not has_finalizer(pod) or uid in kept or uid in left["succeeded"] or uid in left["failed"]:
            continue
        if pods.phase(pod) == "Succeeded":
            index = job_rules.index_of(pod)
            if indexed and index not in completed and job_rules.has_index(job, pod):
                completed.append(index)
            left["succeeded"].append(uid)
        elif failed_without(job, pod) and counts_as_failed(job, pod):
            left["failed"].append(uid)
    if indexed:
        text = job_rules.format_indexes(completed)
        status = {field: value for field, value in status.items() if field not in ("completedIndexes", "succeeded")}
        status |= {"completedIndexes": text, "succeeded": len({*completed})} if text else {}
        if job_index.limit(job) is not None:
            status["failedIndexes"] = job_rules.format_indexes(job_index.failed_indexes(job, failures(job, mine)))
    status["uncountedTerminatedPods"] = {field: uids for field, uids in left.items() if uids}
    return status


def newly_finished(job: Object, mine: list[Object]) -> tuple[list[Object], list[Object]]:
    """(succeeded, failed) pods that the stored status does not know of yet; ignored failures are among them."""
    noted = [uid for uids in uncounted(job).values() for uid in uids]
    new = [pod for pod in mine if has_finalizer(pod) and meta.uid(pod) not in noted and job_rules.has_index(job, pod)]
    return [pod for pod in new if pods.phase(pod) == "Succeeded"], failures(job, new)


def with_abandoned(job: Object, status: Object, running: list[Object]) -> Object:
    """The Job fails: whatever still runs counts as failed from now on, however it may end."""
    noted = status["uncountedTerminatedPods"]
    more = [meta.uid(pod) for pod in running if has_finalizer(pod) and counts_as_failed(job, pod)]
    failed = [*noted.get("failed", ()), *(uid for uid in more if uid not in noted.get("failed", ()))]
    return {**status, "uncountedTerminatedPods": {**noted, "failed": failed} if failed else noted}


def totals(job: Object, status: Object) -> tuple[int, int]:
    """(succeeded, failed), those noted but not yet counted included."""
    noted = status["uncountedTerminatedPods"]
    more = 0 if job_rules.is_indexed(job) else len(noted.get("succeeded", ()))
    return status.get("succeeded", 0) + more, status.get("failed", 0) + len(noted.get("failed", ()))


def verdict(job: Object, status: Object, mine: list[Object], now: int) -> tuple[str, str, str] | None:
    """(condition, reason, message) that begins the end: FailureTarget or SuccessCriteriaMet; None to go on."""
    spec = job["spec"]
    succeeded, failed = totals(job, status)
    for pod in mine:
        if failed_without(job, pod):
            action, message = job_rules.failure_rule(job, pod)
            if action == "FailJob":
                return "FailureTarget", "PodFailurePolicy", message
    limit = spec.get("backoffLimit", 6)
    restarts = job_rules.restarts_of(mine) if spec["template"]["spec"].get("restartPolicy") == "OnFailure" else 0
    if failed > limit or (restarts and restarts >= max(limit, 1)):
        return "FailureTarget", "BackoffLimitExceeded", LIMIT
    if past_deadline(job, status, now) == 0:
        return "FailureTarget", "DeadlineExceeded", DEADLINE
    if job_index.limit(job) is not None:
        done = [job_rules.parse_indexes(status.get(field)) for field in ("failedIndexes", "completedIndexes")]
        found = job_index.verdict(job, *done)
        if found is not None:
            return "FailureTarget", *found
    message = job_rules.success_rule(job, job_rules.completed_indexes(job, status))
    if message:
        return "SuccessCriteriaMet", "SuccessPolicy", message
    completions = spec.get("completions")
    active = sum(1 for pod in mine if pods.is_active(pod))
    reached = succeeded >= completions if completions is not None else succeeded > 0 and not active
    return ("SuccessCriteriaMet", "CompletionsReached", REACHED) if reached else None


def past_deadline(job: Object, status: Object, now: int) -> int | None:
    """µs until activeDeadlineSeconds is over; 0 when it is, None when there is none."""
    seconds, start = job["spec"].get("activeDeadlineSeconds"), status.get("startTime")
    if seconds is None or start is None or job["spec"].get("suspend"):
        return None
    return max(0, timestamps.parse(start) + seconds * SECOND - now)


def with_condition(status: Object, kind: str, value: str, reason: str, message: str, stamp: str) -> Object:
    """A status with this condition in its place or at the end; unchanged if status, reason and message are the same."""
    conditions: list[Any] = status.get("conditions") or []
    old = find_condition(conditions, kind)
    if old is not None and (old["status"], old.get("reason"), old.get("message")) == (value, reason, message):
        return status
    new = {"type": kind, "status": value, "lastProbeTime": stamp, "lastTransitionTime": stamp, "reason": reason,
           "message": message}
    if old is None:
        return {**status, "conditions": [*conditions, new]}
    return {**status, "conditions": [new if one is old else one for one in conditions]}
