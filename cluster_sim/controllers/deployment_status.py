"""What a Deployment says of itself: counts, and the conditions Available, Progressing and ReplicaFailure.

Progressing is how people learn that a rollout is stuck: after progressDeadlineSeconds without any progress it turns
False. Nothing is undone then; a Deployment never rolls back by itself.

Source: kubernetes pkg/controller/deployment/progress.go, sync.go (calculateStatus), util/deployment_util.go.
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition, remove_condition
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.rolling_update import available, may_be_unavailable, total, wanted
from cluster_sim.kernel import SECOND, timestamps

NEW_REPLICASET, FOUND = "NewReplicaSetCreated", "FoundNewReplicaSet"
UPDATED, COMPLETE, TIMED_OUT = "ReplicaSetUpdated", "NewReplicaSetAvailable", "ProgressDeadlineExceeded"
PAUSED, RESUMED, CREATE_ERROR = "DeploymentPaused", "DeploymentResumed", "ReplicaSetCreateError"
NO_DEADLINE = 2**31 - 1

MESSAGES = {
    NEW_REPLICASET: 'Created new replica set "{name}"', FOUND: 'Found new replica set "{name}"',
    UPDATED: '{kind} "{name}" is progressing.', COMPLETE: '{kind} "{name}" has successfully progressed.',
    TIMED_OUT: '{kind} "{name}" has timed out progressing.', PAUSED: "Deployment is paused",
    RESUMED: "Deployment is resumed", CREATE_ERROR: "Failed to create new replica set {name}",
}
STATUS = {TIMED_OUT: "False", CREATE_ERROR: "False", PAUSED: "Unknown", RESUMED: "Unknown"}  # else True


def deadline(deployment: Object) -> int | None:
    """progressDeadlineSeconds; None if there is no deadline."""
    seconds = deployment["spec"].get("progressDeadlineSeconds")
    return None if seconds in (None, NO_DEADLINE) else int(seconds)


def progress(obj: Object) -> Object | None:
    """The Progressing condition of a Deployment."""
    return find_condition((obj.get("status") or {}).get("conditions"), "Progressing")


def with_condition(status: Object, kind: str, value: str, reason: str, message: str, now: int,
                   since: str | None = None) -> Object:
    """A status with this condition at the end; unchanged if it says the same already (whatever its message)."""
    old = find_condition(status.get("conditions"), kind)
    if old is not None and old["status"] == value and old.get("reason") == reason and since is None:
        return status
    stamp = timestamps.rfc3339(now)
    moved = since or (old["lastTransitionTime"] if old is not None and old["status"] == value else stamp)
    new = {"type": kind, "status": value, "lastUpdateTime": stamp, "lastTransitionTime": moved, "reason": reason,
           "message": message}
    return {**status, "conditions": [*remove_condition(status.get("conditions"), kind), new]}


def with_progress(status: Object, reason: str, name: str, now: int, since: str | None = None,
                  kind: str = "ReplicaSet") -> Object:
    """A status whose Progressing condition has this reason; `name` and `kind` say of what it speaks."""
    message = MESSAGES[reason].format(name=name, kind=kind)
    return with_condition(status, "Progressing", STATUS.get(reason, "True"), reason, message, now, since)


def count(replicasets: list[Object], field: str) -> int:
    """The sum of a status field."""
    return sum((replicaset.get("status") or {}).get(field, 0) for replicaset in replicasets)


def counted(deployment: Object, everyone: list[Object], new: Object | None, now: int) -> Object:
    """The status by what the ReplicaSets report, with the condition Available."""
    old = deployment.get("status") or {}
    ready_to_serve = sum(available(replicaset) for replicaset in everyone)
    numbers = {
        "observedGeneration": meta.generation(deployment),
        "replicas": count(everyone, "replicas"),
        "updatedReplicas": count([new], "replicas") if new is not None else 0,
        "readyReplicas": count(everyone, "readyReplicas"),
        "availableReplicas": ready_to_serve,
        "unavailableReplicas": max(0, total(everyone) - ready_to_serve),
    }
    status: Object = {field: number for field, number in numbers.items() if number}
    status["terminatingReplicas"] = count(everyone, "terminatingReplicas")
    if old.get("conditions"):
        status["conditions"] = old["conditions"]
    if old.get("collisionCount") is not None:
        status["collisionCount"] = old["collisionCount"]
    if ready_to_serve >= wanted(deployment) - may_be_unavailable(deployment):
        return with_condition(status, "Available", "True", "MinimumReplicasAvailable",
                              "Deployment has minimum availability.", now)
    return with_condition(status, "Available", "False", "MinimumReplicasUnavailable",
                          "Deployment does not have minimum availability.", now)


def is_complete(deployment: Object, status: Object) -> bool:
    """Every pod wanted is of the new version and available, and no other is left."""
    want = wanted(deployment)
    return all(status.get(field, 0) == want for field in ("updatedReplicas", "replicas", "availableReplicas")) and (
        status.get("observedGeneration", 0) >= meta.generation(deployment))


def is_progressing(deployment: Object, status: Object) -> bool:
    """Anything moved forward since the last status: more new pods, fewer old ones, more ready or available."""
    old = deployment.get("status") or {}

    def left(of: Object) -> int:
        return int(of.get("replicas", 0) - of.get("updatedReplicas", 0))

    return left(status) < left(old) or any(
        status.get(field, 0) > old.get(field, 0) for field in ("updatedReplicas", "readyReplicas", "availableReplicas"))


def has_timed_out(deployment: Object, status: Object, now: int) -> bool:
    """No progress for longer than the deadline, and the rollout had not ended before."""
    condition, seconds = find_condition(status.get("conditions"), "Progressing"), deadline(deployment)
    if condition is None or seconds is None or condition["reason"] == COMPLETE:
        return False
    if condition["reason"] == TIMED_OUT:
        return True
    return timestamps.parse(condition["lastUpdateTime"]) + seconds * SECOND < now


def rollout_status(deployment: Object, everyone: list[Object], new: Object | None, now: int) -> Object:
    """The status during and after a rollout, with all conditions."""
    status = counted(deployment, everyone, new, now)
    before = progress(deployment)
    name, kind = (meta.name(new), "ReplicaSet") if new is not None else (meta.name(deployment), "Deployment")
    if deadline(deployment) is None:
        status = _without(status, "Progressing")
    elif not (before and before["reason"] == COMPLETE and status.get("replicas") == status.get("updatedReplicas")):
        if is_complete(deployment, status):
            status = with_progress(status, COMPLETE, name, now, kind=kind)
        elif is_progressing(deployment, status):
            since = before["lastTransitionTime"] if before and before["status"] == "True" else timestamps.rfc3339(now)
            status = with_progress(status, UPDATED, name, now, since, kind)
        elif has_timed_out(deployment, status, now):
            status = with_progress(status, TIMED_OUT, name, now, kind=kind)
    return _with_failure(status, everyone, new)


def _with_failure(status: Object, everyone: list[Object], new: Object | None) -> Object:
    """ReplicaFailure as the new ReplicaSet has it, else as any other has."""
    for replicaset in [new, *everyone] if new is not None else everyone:
        found = find_condition((replicaset.get("status") or {}).get("conditions"), "ReplicaFailure")
        if found is not None:
            stamp = timestamps.parse(found["lastTransitionTime"])
            return with_condition(status, "ReplicaFailure", found["status"], found["reason"],
                                  found.get("message", ""), stamp)
    return _without(status, "ReplicaFailure")


def _without(status: Object, kind: str) -> Object:
    left = remove_condition(status.get("conditions"), kind)
    kept = {field: value for field, value in status.items() if field != "conditions"}
    return {**kept, "conditions": left} if left else kept


def until_deadline(deployment: Object, status: Object, now: int) -> int | None:
    """µs until the rollout would count as stuck; None if it can't."""
    condition, seconds = progress(deployment), deadline(deployment)
    if condition is None or seconds is None or is_complete(deployment, status) or condition["reason"] == TIMED_OUT:
        return None
    return max(SECOND, timestamps.parse(condition["lastUpdateTime"]) + (seconds + 1) * SECOND - now)
