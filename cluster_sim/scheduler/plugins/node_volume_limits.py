"""NodeVolumeLimits: a node takes only so many volumes of a driver, as its CSINode says.

Volumes that the pod shares with pods already there count once. What is attached without a pod (a VolumeAttachment) takes a
place too. Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go; volumes of old in-tree kinds are not translated.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape

Object = dict[str, Any]
Volumes = dict[tuple[str, str], bool]  # (driver, handle)


class NodeVolumeLimits(Plugin):
    """Filter out nodes whose places for volumes of a driver are taken, or that lack a driver which insists on being there."""

    name = "NodeVolumeLimits"
    wakes = ("csi-node", "pod-delete", "claim", "attachment-delete")
    FULL = Rejection("NodeVolumeLimits", ("node(s) exceed max volume count",))

    def helps(self, shape: PodShape, event: Event) -> bool:
        """A pod with volumes that went; a node that takes more than before; one of the pod's claims that came."""
        if event.kind == "csi-node":
            before, after = limits_of(event.old), limits_of(event.new)
            return event.old is None or any(count > before.get(driver, 0) for driver, count in after.items())
        if event.kind == "claim":
            meta = (event.new or {"metadata": {}})["metadata"]
            return event.old is None and meta.get("namespace") == shape.namespace and meta.get("name") in shape.claims
        return bool(shape.claims)

    def filters(self, cycle: Cycle) -> bool:
        """Only for pods with claims."""
        return bool(cycle.shape.claims)

    looks_beyond = filters

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Per driver: what is there, and what the pod brings, against the limit."""
        new = volumes_of(cycle, cycle.shape)
        csi_node = cycle.listers["csinodes"].get(node.name)
        for driver, _ in new:
            if self._insists(cycle, driver) and driver not in drivers_of(csi_node):
                return Rejection(self.name, (f"{driver} CSI driver is not installed on the node",))
        limits = limits_of(csi_node)
        if not new or not limits:
            return None
        there: Volumes = {}
        for entry in node.pods.values():
            there.update(volumes_of(cycle, entry.shape))
        for attachment in cycle.listers["volumeattachments"].list():
            if attachment["spec"].get("nodeName") == node.name:
                volume = self._attached(cycle, attachment)
                if volume is not None:
                    there[volume] = True
        for driver, limit in limits.items():
            more = sum(one[0] == driver and one not in there for one in new)
            if more and sum(one[0] == driver for one in there) + more > limit:
                return self.FULL
        return None

    def _insists(self, cycle: Cycle, driver: str) -> bool:
        spec = (cycle.listers["csidrivers"].get(driver) or {}).get("spec") or {}
        return bool(spec.get("preventPodSchedulingIfMissing"))

    def _attached(self, cycle: Cycle, attachment: Object) -> tuple[str, str] | None:
        name = (attachment["spec"].get("source") or {}).get("persistentVolumeName")
        csi = ((cycle.listers["persistentvolumes"].get(name or "") or {}).get("spec") or {}).get("csi")
        return (csi["driver"], csi["volumeHandle"]) if csi else None


def drivers_of(csi_node: Object | None) -> list[str]:
    """The drivers that run on the node."""
    return [driver["name"] for driver in ((csi_node or {}).get("spec") or {}).get("drivers") or ()]


def limits_of(csi_node: Object | None) -> dict[str, int]:
    """Driver → how many of its volumes the node takes, where that is limited."""
    drivers = ((csi_node or {}).get("spec") or {}).get("drivers") or ()
    counts = {driver["name"]: (driver.get("allocatable") or {}).get("count") for driver in drivers}
    return {name: count for name, count in counts.items() if count is not None}


def volumes_of(cycle: Cycle, shape: PodShape) -> Volumes:
    """The CSI volumes of the pod's claims; one that is yet to be made counts for its class's provisioner."""
    found: Volumes = {}
    for name in shape.claims:
        claim = cycle.listers["persistentvolumeclaims"].get(f"{shape.namespace}/{name}")
        if claim is None:
            continue
        volume = cycle.listers["persistentvolumes"].get(claim["spec"].get("volumeName") or "")
        if volume is not None:
            csi = volume["spec"].get("csi")
            if csi:
                found[csi["driver"], csi["volumeHandle"]] = True
            continue
        storage_class = cycle.listers["storageclasses"].get(claim["spec"].get("storageClassName") or "")
        if storage_class is not None:
            found[storage_class["provisioner"], f"{shape.namespace}/{name}"] = True
    return found
