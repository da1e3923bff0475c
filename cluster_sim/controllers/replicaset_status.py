"""What a ReplicaSet's status says: counts, and whether creating or deleting fails.

Source: kubernetes pkg/controller/replicaset/replica_set_utils.go (calculateStatus).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.api.conditions import remove_condition, set_condition
from cluster_sim.controllers import pods
from cluster_sim.controllers.pod_tally import Counts
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import SECOND, timestamps

FAILURE = {"create": "FailedCreate", "delete": "FailedDelete"}


def status_of(replicaset: Object, counts: Counts, mine: list[Object], now: int, error: str = "",
              verb: str = "create") -> Object:
    """The new status; `mine` are its pods, needed only with minReadySeconds. `now` in µs since 1970."""
    spec, old = replicaset["spec"], replicaset.get("status") or {}
    waiting = spec.get("minReadySeconds", 0)
    available = counts.ready
    if waiting:
        available = sum(1 for pod in mine if pods.is_active(pod) and pods.is_available(pod, waiting, now))
    status: Object = {"replicas": counts.active}
    for field, count in (("fullyLabeledReplicas", counts.matching(meta.labels(spec["template"]))),
                         ("readyReplicas", counts.ready), ("availableReplicas", available)):
        if count:
            status[field] = count
    status["terminatingReplicas"] = counts.terminating
    status["observedGeneration"] = meta.generation(replicaset)
    conditions = old.get("conditions") or []
    if error and not any(condition["type"] == "ReplicaFailure" for condition in conditions):
        conditions = set_condition(conditions, "ReplicaFailure", "True", FAILURE[verb], error, timestamps.rfc3339(now))
    elif not error:
        conditions = remove_condition(conditions, "ReplicaFailure")
    return {**status, "conditions": conditions} if conditions else status


def next_availability(mine: list[Object], waiting: int, now: int) -> int | None:
    """µs until the next ready pod counts as available; None if none is waiting for that."""
    times = [since + waiting * SECOND - now for pod in mine
             if pods.is_active(pod) and (since := pods.ready_since(pod)) is not None and waiting]
    return min((time for time in times if time > 0), default=None)
