"""VolumeRestrictions: a claim with access mode ReadWriteOncePod serves one pod in the whole cluster.

Whoever wants it too waits until that pod is gone, or preempts it. The real plugin also keeps apart pods that mount the
same cloud disk in-line, a way of old. Source: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import Cycle, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo

ONE_POD = "ReadWriteOncePod"


class VolumeRestrictions(Plugin):
    """Filter out every node while another pod has the claim."""

    name = "VolumeRestrictions"
    wakes = ("pod-delete", "claim")
    TAKEN = Rejection("VolumeRestrictions", (
        "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",))

    def filters(self, cycle: Cycle) -> bool:
        """Only if one of the pod's claims is of that kind."""
        return bool(self._single(cycle))

    looks_beyond = filters

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Whether another pod, wherever it is, has one of them."""
        namespace, single = cycle.shape.namespace, self._single(cycle)
        cycle.data[self.name] = any(
            name in entry.shape.claims for node in cycle.cache.order for entry in node.pods.values()
            if entry.shape.claims and entry.shape.namespace == namespace for name in single)
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """No node is better than another."""
        return self.TAKEN if cycle.data[self.name] else None

    def _single(self, cycle: Cycle) -> list[str]:
        shape, claims = cycle.shape, cycle.listers["persistentvolumeclaims"]
        found = [(name, claims.get(f"{shape.namespace}/{name}")) for name in shape.claims]
        return [name for name, claim in found if claim is not None and ONE_POD in (claim["spec"].get("accessModes") or ())]
