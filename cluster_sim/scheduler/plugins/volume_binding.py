"""VolumeBinding: the pod goes where its volumes can be.

A claim that is bound pins the pod to the nodes its volume can be used from. A claim that waits for its first
consumer leaves the choice of node to the scheduler: a volume that exists (local disks) is chosen with the node, one
that is yet to be made is asked for by naming the node on the claim. Only then is the pod bound. A node is no place for a new
volume if the class's topology leaves it out, or if a driver that tells its capacity has not enough there.

Source: pkg/scheduler/framework/plugins/volumebinding (volume_binding.go, binder.go).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity, selectors
from cluster_sim.api.node_affinity import matches_terms
from cluster_sim.scheduler.framework import Cycle, Event, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo
from cluster_sim.scheduler.pod_shape import PodShape

Object = dict[str, Any]
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


class VolumeBinding(Plugin):
    """Filter by bound volumes and by volumes that could be bound."""

    name = "VolumeBinding"
    wakes = ("node-add", "node-label", "claim", "volume", "class", "csi-node", "csi-driver", "capacity")
    CONFLICT = Rejection("VolumeBinding", ("node(s) didn't match PersistentVolume's node affinity",), unresolvable=True)
    NO_VOLUME = Rejection(
        "VolumeBinding", ("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",), unresolvable=True)
    NOTHING = Rejection(
        "VolumeBinding", ("node(s) didn't find available persistent volumes to bind",), unresolvable=True
    )

    NO_SPACE = Rejection("VolumeBinding", ("node(s) did not have enough free storage",), unresolvable=True)

    def helps(self, shape: PodShape, event: Event) -> bool:
        """One of the pod's claims, or a volume, a class, a node that could serve one."""
        if event.kind != "claim":
            return True
        meta = (event.new or event.old or {"metadata": {}})["metadata"]
        return meta.get("namespace") == shape.namespace and meta.get("name") in shape.claims

    def filters(self, cycle: Cycle) -> bool:
        """Only for pods with claims."""
        return bool(cycle.shape.claims)

    looks_beyond = filters  # claims and volumes change without any node changing

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Sort the claims into bound ones and those that wait for this decision."""
        shape = cycle.shape
        bound: list[Object] = []
        waiting: list[Object] = []
        for name in shape.claims:
            claim = cycle.listers["persistentvolumeclaims"].get(f"{shape.namespace}/{name}")
            if claim is None:
                return self._reject(f'persistentvolumeclaim "{name}" not found')
            if "deletionTimestamp" in claim["metadata"]:
                return self._reject(f'persistentvolumeclaim "{name}" is being deleted')
            if claim.get("status", {}).get("phase") == "Lost":
                return self._reject(f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume '
                                    f'"{claim["spec"].get("volumeName", "")}"')
            if is_bound(claim):
                bound.append(claim)
            elif waits_for_consumer(cycle, claim):
                waiting.append(claim)
            else:
                return self._reject("pod has unbound immediate PersistentVolumeClaims")
        cycle.data[self.name] = {"bound": bound, "waiting": waiting}
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Bound volumes must be reachable from the node; each waiting claim needs one, or one to be made."""
        data = cycle.data[self.name]
        for claim in data["bound"]:
            volume = cycle.listers["persistentvolumes"].get(claim["spec"]["volumeName"])
            if volume is None:
                return self.NO_VOLUME
            if not reachable(volume, node):
                return self.CONFLICT
        chosen = self.choose(cycle, node)
        if chosen is None:
            return self.NOTHING
        return None if all(volume is not None or has_space(cycle, claim, node) for claim, volume in chosen) else self.NO_SPACE

    def choose(self, cycle: Cycle, node: NodeInfo) -> list[tuple[Object, Object | None]] | None:
        """For each waiting claim the volume to bind there, or None where one is to be made; None: it can't be done."""
        chosen: list[tuple[Object, Object | None]] = []
        taken: dict[str, bool] = {}
        for claim in sorted(cycle.data[self.name]["waiting"], key=size_of):
            volume = find_volume(cycle, claim, node, taken)
            if volume is None and not may_provision(cycle, claim, node):
                return None
            if volume is not None:
                taken[volume["metadata"]["name"]] = True
            chosen.append((claim, volume))
        return chosen

    def _reject(self, reason: str) -> Rejection:
        return Rejection(self.name, (reason,), unresolvable=True)


def is_bound(claim: Object) -> bool:
    """Bound in both directions: volume named, and the controller has said so."""
    return bool(claim["spec"].get("volumeName")) and claim.get("status", {}).get("phase") == "Bound"


def storage_class(cycle: Cycle, claim: Object) -> Object | None:
    """The claim's StorageClass, if it names one that exists."""
    name = claim["spec"].get("storageClassName")
    return cycle.listers["storageclasses"].get(name) if name else None


def waits_for_consumer(cycle: Cycle, claim: Object) -> bool:
    """Whether its class leaves the binding to the scheduler."""
    found = storage_class(cycle, claim)
    return (found or {}).get("volumeBindingMode") == "WaitForFirstConsumer"


def size_of(claim: Object) -> int:
    """How much it asks for, in bytes."""
    return quantity.value(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", "0"))


def may_provision(cycle: Cycle, claim: Object, node: NodeInfo) -> bool:
    """Whether somebody could make a volume for it that can be used from the node."""
    found = storage_class(cycle, claim) or {}
    if found.get("provisioner", NO_PROVISIONER) == NO_PROVISIONER:
        return False
    terms = [term.get("matchLabelExpressions") or () for term in found.get("allowedTopologies") or ()]
    return not terms or any(term and all(node.labels.get(one["key"]) in one["values"] for one in term) for term in terms)


def has_space(cycle: Cycle, claim: Object, node: NodeInfo) -> bool:
    """Whether the provisioner has room for it there, as far as it tells (CSIStorageCapacity)."""
    found = storage_class(cycle, claim) or {"metadata": {"name": ""}}
    driver = cycle.listers["csidrivers"].get(found.get("provisioner", ""))
    if not ((driver or {}).get("spec") or {}).get("storageCapacity"):
        return True
    wanted = size_of(claim)
    for one in cycle.listers["csistoragecapacities"].list():
        limit = one.get("maximumVolumeSize") or one.get("capacity")
        topology = one.get("nodeTopology")
        if (one["storageClassName"] == found["metadata"]["name"] and limit is not None and quantity.value(limit) >= wanted
                and topology is not None and selectors.matches(topology, node.labels)):
            return True
    return False


def reachable(volume: Object, node: NodeInfo) -> bool:
    """Whether the volume can be used from the node."""
    required = (volume["spec"].get("nodeAffinity") or {}).get("required")
    return required is None or matches_terms(required.get("nodeSelectorTerms"), node.labels, node.name)


def find_volume(cycle: Cycle, claim: Object, node: NodeInfo, taken: dict[str, bool]) -> Object | None:
    """The smallest free volume that fits the claim and the node; one already set aside for it comes first."""
    spec, meta = claim["spec"], claim["metadata"]
    wanted = size_of(claim)
    best: tuple[int, str] | None = None
    for volume in cycle.listers["persistentvolumes"].list():
        have, name = volume["spec"], volume["metadata"]["name"]
        holder = have.get("claimRef")
        if name in taken or not reachable(volume, node):
            continue
        if holder is not None:
            if (holder.get("namespace"), holder.get("name")) == (meta.get("namespace"), meta["name"]):
                return volume
            continue
        size = quantity.value((have.get("capacity") or {}).get("storage", "0"))
        if (size < wanted or (have.get("storageClassName") or "") != (spec.get("storageClassName") or "")
                or have.get("volumeMode", "Filesystem") != spec.get("volumeMode", "Filesystem")
                or any(mode not in have.get("accessModes", ()) for mode in spec.get("accessModes") or ())):
            continue
        if best is None or (size, name) < best:
            best = (size, name)
    return cycle.listers["persistentvolumes"].get(best[1]) if best else None
