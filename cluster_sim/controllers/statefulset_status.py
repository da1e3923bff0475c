"""What a StatefulSet's status says, and when a rolling update is over.

Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (updateReplicas, completeRollingUpdate).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object


def status_of(statefulset: Object, mine: list[Object], current: str, update: str, now: int) -> Object:
    """The new status; `current` and `update` are names of revisions."""
    wait = statefulset["spec"].get("minReadySeconds", 0)
    ready = [pod for pod in mine if pods.phase(pod) == "Running" and pods.is_ready(pod)]
    alive = [pod for pod in mine if not meta.is_deleting(pod)]
    counts = {
        "replicas": len(mine), "readyReplicas": len(ready),
        "currentReplicas": sum(1 for pod in alive if meta.labels(pod).get(HASH) == current),
        "updatedReplicas": sum(1 for pod in alive if meta.labels(pod).get(HASH) == update),
        "availableReplicas": sum(1 for pod in ready if pods.is_available(pod, wait, now)),
    }
    rolling = (statefulset["spec"].get("updateStrategy") or {}).get("type", "RollingUpdate") == "RollingUpdate"
    if rolling and counts["updatedReplicas"] == counts["replicas"] == counts["readyReplicas"]:
        current, counts["currentReplicas"] = update, counts["updatedReplicas"]
    old = statefulset.get("status") or {}
    always = ("replicas", "availableReplicas")
    return {**{field: count for field, count in counts.items() if count or field in always},
            "observedGeneration": meta.generation(statefulset), "currentRevision": current, "updateRevision": update,
            "collisionCount": old.get("collisionCount", 0),
            **({"conditions": old["conditions"]} if old.get("conditions") else {})}
