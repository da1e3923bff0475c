"""The ReplicationController's controller: what ReplicaSets were before there were Deployments.

The same work by the same rules; only the selector is written differently (labels that must be equal), and no owner
stands above it. The real one is the ReplicaSet controller, too, behind an adapter.

Source: kubernetes pkg/controller/replication (replication_controller.go, conversion.go).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cluster_sim.controllers.pod_tally import Counts, PodTally
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.replicaset import ReplicaSetController
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "replicationcontroller.create": "Replication controller counts {has}, wants {wants}, creates {pod}",
    "replicationcontroller.create.batch": "Replication controller counts {has}, wants {wants}, creates {count} pods",
    "replicationcontroller.delete": "Replication controller counts {has}, wants {wants}, deletes {pod}",
    "replicationcontroller.status": "Replication controller writes down what it sees of {replicaset}: {has} pods, "
                                    "{ready} ready",
}, file="cluster_sim/controllers/replicationcontroller.py")


class ReplicationController(ReplicaSetController):
    """Pods of ReplicationControllers."""

    name = "replication"
    account = "replication-controller"
    watches = ("replicationcontrollers", "pods")
    owner_kind = "ReplicationController"
    resource: ClassVar[str] = "replicationcontrollers"
    kind: ClassVar[str] = "ReplicationController"
    counted = True

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Hardly any cluster has one: pods are counted from when there is one."""
        if resource == "pods" and not self.lister(self.resource).objects:
            self.counted = False
            return ()
        if not self.counted:
            self.counted, self.tally = True, PodTally(self.lister("pods").objects.values())
        return super().keys(resource, old, new)

    def status_of(self, owner: Object, counts: Counts, mine: list[Object], now: int, error: str, verb: str) -> Object:
        """As a ReplicaSet's, which alone also counts pods on their way out."""
        status = super().status_of(owner, counts, mine, now, error, verb)
        return {field: value for field, value in status.items() if field != "terminatingReplicas"}
