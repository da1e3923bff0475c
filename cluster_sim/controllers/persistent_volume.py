"""The persistent volume controller: brings claims and volumes together, both ways.

A claim gets the smallest volume that suits it (volume_matching.py). Binding is written on both: the volume's claimRef
first, so that nobody else takes it, then the claim's volumeName. If nothing suits, the claim's StorageClass names who
may make a volume. A class with WaitForFirstConsumer waits until the scheduler knows where the pod will run.

Source: kubernetes pkg/controller/volume/persistentvolume/pv_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.pods import Object, is_terminal
from cluster_sim.controllers.refusals import refused
from cluster_sim.controllers.volume_matching import best_match, is_for, mismatch, reserved_for, storage_class
from cluster_sim.controllers.volume_protection import claims_of
from cluster_sim.controllers.volume_reclaim import PROVISIONED_BY, verdict
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "volume.reserve": "Volume controller reserves {volume} for claim {claim}",
    "volume.bind": "Volume controller binds claim {claim} to {volume}",
    "volume.phase": "Volume controller marks {volume} {phase}",
    "volume.delete": "Volume controller deletes {volume}: nobody claims it any more",
    "volume.ask": "Volume controller asks {provisioner} for a volume for claim {claim}",
}, file="cluster_sim/controllers/persistent_volume.py")

BOUND, BY_CONTROLLER = "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"
PROVISIONER, OLD_PROVISIONER = ("volume.kubernetes.io/storage-provisioner",
                                "volume.beta.kubernetes.io/storage-provisioner")
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NONE = "kubernetes.io/no-provisioner"
LOST = ("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
FORGOTTEN = ("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!")
MISBOUND = ("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
AGAIN = 15 * SECOND  # it looks at all claims again each 15 s
EXTERNAL = ("Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the "
            "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
            "correctly registered.")


class PersistentVolumeController(Controller):
    """Claims (keys with a slash) and volumes."""

    name = "persistentvolume-binder"
    account = "persistent-volume-binder"
    watches = ("persistentvolumeclaims", "persistentvolumes", "storageclasses", "pods")
    reads = ("pods",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A volume or a claim itself, and its other half; a new volume or class may suit any waiting claim."""
        obj = new or old
        if obj is None or resource == "pods":
            return ()
        found = [] if resource == "storageclasses" else [meta.key(obj)]
        ref = obj["spec"].get("claimRef") if resource == "persistentvolumes" else None
        if ref:
            found.append(f"{ref['namespace']}/{ref['name']}")
        elif resource != "persistentvolumeclaims" and new is not None:
            found += [meta.key(claim) for claim in self.lister("persistentvolumeclaims").list()
                      if not claim["spec"].get("volumeName")]
        elif resource == "persistentvolumeclaims" and obj["spec"].get("volumeName"):
            found.append(obj["spec"]["volumeName"])
        return found

    def sync(self, key: str, span: int) -> None:
        """A claim or a volume."""
        if "/" in key:
            claim = self.lister("persistentvolumeclaims").get(key)
            if claim is not None and not meta.is_deleting(claim):
                self.sync_claim(claim)
        else:
            volume = self.lister("persistentvolumes").get(key)
            if volume is not None:
                self.sync_volume(volume)

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Binding goes on step by step: reserve the volume, then write the claim, then its status."""
        if answers[0][0] in ("reserved", "bound") and not refused(answers):
            self.sync(key, span)

    # Claims

    def sync_claim(self, claim: Object) -> None:
        """Go on with binding, find a volume, or ask for one; a claim that has been bound is only put right."""
        name = claim["spec"].get("volumeName")
        volume = self.lister("persistentvolumes").get(name) if name else None
        if BOUND in meta.annotations(claim):
            self.sync_bound(claim, volume)
        elif volume is not None and is_for(volume, claim):
            self.bind(claim, volume)
        elif volume is not None and not volume["spec"].get("claimRef"):
            wrong = mismatch(volume, claim)
            if wrong:
                self.requeue(meta.key(claim), AGAIN)
                self.event(claim, "Warning", "VolumeMismatch", f'Cannot bind to requested volume "{name}": {wrong}')
            else:
                self.reserve(claim, volume)
        elif not name:
            self.find_volume(claim)

    def sync_bound(self, claim: Object, volume: Object | None) -> None:
        """Bound before: its volume may have gone, or have become somebody else's."""
        ref = volume["spec"].get("claimRef") if volume is not None else None
        if not claim["spec"].get("volumeName"):
            self.lose(claim, *FORGOTTEN)
        elif volume is None:
            self.lose(claim, *LOST)
        elif ref is None:
            self.reserve(claim, volume)
        elif ref.get("uid") == meta.uid(claim):
            self.bind(claim, volume)
        else:
            self.lose(claim, *MISBOUND)

    def find_volume(self, claim: Object) -> None:
        """The best volume there is; else whoever could make one is asked."""
        volumes = self.lister("persistentvolumes").list()
        waiting, uid = self.waits_for_consumer(claim), meta.uid(claim)
        taken = (one for one in volumes if (one["spec"].get("claimRef") or {}).get("uid") == uid)
        found = next(taken, None) or (reserved_for(claim, volumes) if waiting else best_match(claim, volumes))
        if found is not None and (found["spec"].get("claimRef") or {}).get("uid"):
            self.bind(claim, found)
        elif found is not None:
            self.reserve(claim, found)
        elif waiting:
            self.requeue(meta.key(claim), AGAIN)
            self.event(claim, "Normal", *self.whom_it_waits_for(claim))
        else:
            self.provision(claim)

    def whom_it_waits_for(self, claim: Object) -> tuple[str, str]:
        """(reason, message): the pods that name it and have no node yet."""
        waiting = [meta.name(pod) for pod in self.lister("pods").list(meta.namespace(claim))
                   if not pod["spec"].get("nodeName") and not is_terminal(pod) and meta.name(claim) in claims_of(pod)]
        if not waiting:
            return "WaitForFirstConsumer", "waiting for first consumer to be created before binding"
        kind = "pod" if len(waiting) == 1 else "pods"
        return "WaitForPodScheduled", f"waiting for {kind} {','.join(sorted(waiting))} to be scheduled"

    def waits_for_consumer(self, claim: Object) -> bool:
        """Its class waits for a pod, and the scheduler has not chosen a node yet."""
        found = self.lister("storageclasses").get(storage_class(claim))
        return (found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"
                and SELECTED_NODE not in meta.annotations(claim))

    def provision(self, claim: Object) -> None:
        """Nothing suits: name who may make a volume, if the class has such a one."""
        name = storage_class(claim)
        found = self.lister("storageclasses").get(name)
        self.requeue(meta.key(claim), AGAIN)
        if not name:
            self.event(claim, "Normal", "FailedBinding",
                      "no persistent volumes available for this claim and no storage class is set")
        elif found is None:
            self.event(claim, "Warning", "ProvisioningFailed", f'storageclass.storage.k8s.io "{name}" not found')
        elif found["provisioner"] == NONE:
            self.event(claim, "Warning", "ProvisioningFailed", f"no volume plugin matched name: {NONE}")
        else:
            provisioner = found["provisioner"]
            if meta.annotations(claim).get(PROVISIONER) != provisioner:
                annotations = {**meta.annotations(claim), PROVISIONER: provisioner, OLD_PROVISIONER: provisioner}
                self.update("persistentvolumeclaims", meta.with_metadata(claim, annotations=annotations), then="asked",
                            subject=meta.name(claim), phrase="volume.ask",
                            args={"claim": meta.name(claim), "provisioner": provisioner})
            self.event(claim, "Normal", "ExternalProvisioning", EXTERNAL.format(provisioner=provisioner))

    def reserve(self, claim: Object, volume: Object) -> None:
        """Write the claim into the volume; what a person reserved keeps no mark of ours."""
        ref = {"kind": "PersistentVolumeClaim", "namespace": meta.namespace(claim), "name": meta.name(claim),
               "uid": meta.uid(claim), "apiVersion": "v1", "resourceVersion": claim["metadata"]["resourceVersion"]}
        annotations = {**meta.annotations(volume), **({} if volume["spec"].get("claimRef") else {BY_CONTROLLER: "yes"})}
        reserved = {**meta.with_metadata(volume, annotations=annotations or None),
                    "spec": {**volume["spec"], "claimRef": ref}}
        self.update("persistentvolumes", reserved, then="reserved", subject=meta.name(volume), phrase="volume.reserve",
                    args={"volume": meta.name(volume), "claim": meta.name(claim)})

    def bind(self, claim: Object, volume: Object) -> None:
        """Write the volume into the claim, then its status."""
        if not volume["spec"]["claimRef"].get("uid"):
            self.reserve(claim, volume)
            return
        annotations = {**meta.annotations(claim), BOUND: "yes"}
        if not claim["spec"].get("volumeName"):
            annotations[BY_CONTROLLER] = "yes"
        if annotations != meta.annotations(claim):
            bound = {**meta.with_metadata(claim, annotations=annotations),
                     "spec": {**claim["spec"], "volumeName": meta.name(volume)}}
            self.update("persistentvolumeclaims", bound, then="bound", subject=meta.name(claim), phrase="volume.bind",
                        args={"volume": meta.name(volume), "claim": meta.name(claim)})
            return
        status = {**(claim.get("status") or {}), "phase": "Bound", "accessModes": volume["spec"].get("accessModes"),
                  "capacity": volume["spec"].get("capacity")}
        if status != claim.get("status"):
            self.update_status("persistentvolumeclaims", {**claim, "status": status}, then="status",
                               subject=meta.name(claim))

    def lose(self, claim: Object, reason: str, message: str) -> None:
        """Its volume is gone, or another's: so are the data."""
        if (claim.get("status") or {}).get("phase") != "Lost":
            self.event(claim, "Warning", reason, message)
            status = _without(claim.get("status") or {}, "accessModes", "capacity")
            self.update_status("persistentvolumeclaims", {**claim, "status": {**status, "phase": "Lost"}}, then="status",
                               subject=meta.name(claim))

    # Volumes

    def sync_volume(self, volume: Object) -> None:
        """Available, Bound or Released; a released one is reclaimed, one whose claim went elsewhere is free again."""
        ref = volume["spec"].get("claimRef") or {}
        if not ref.get("uid"):
            self.mark(volume, "Available")
            return
        claim = self.lister("persistentvolumeclaims").get(f"{ref['namespace']}/{ref['name']}")
        if claim is None or meta.uid(claim) != ref["uid"]:
            self.reclaim(volume)
        elif claim["spec"].get("volumeName") == meta.name(volume):
            self.mark(volume, "Bound")
        elif not claim["spec"].get("volumeName"):
            self.enqueue(meta.key(claim), self._span)
        elif volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete" and PROVISIONED_BY in meta.annotations(volume):
            self.reclaim(volume)
        else:
            self.release(volume)

    def reclaim(self, volume: Object) -> None:
        """Its claim is gone: say so, then do what its policy says, if we can."""
        phase = (volume.get("status") or {}).get("phase")
        if phase not in ("Released", "Failed"):
            self.mark(volume, "Released")
            return
        action, reason, message = verdict(volume)
        if action == "delete" and not meta.is_deleting(volume):
            self.delete("persistentvolumes", volume, then="deleted", subject=meta.name(volume), phrase="volume.delete",
                        args={"volume": meta.name(volume)})
        elif action == "fail" and phase != "Failed":
            self.mark(volume, "Failed", message)
            self.event(volume, "Warning", reason, message)

    def release(self, volume: Object) -> None:
        """Its claim is bound to another volume: what we wrote is taken back, what a person wrote stays as a wish."""
        annotations, spec = meta.annotations(volume), volume["spec"]
        ours = BY_CONTROLLER in annotations
        ref = {} if ours else {"claimRef": _without(spec["claimRef"], "uid")}
        freed = {**meta.with_metadata(volume, annotations=_without(annotations, BY_CONTROLLER) or None),
                 "spec": {**_without(spec, "claimRef"), **ref}}
        self.update("persistentvolumes", freed, then="freed", subject=meta.name(volume))

    def mark(self, volume: Object, phase: str, message: str = "") -> None:
        """Write the phase, if it is another one."""
        old = volume.get("status") or {}
        if old.get("phase") == phase:
            return
        status = {**_without(old, "message", "reason"), "phase": phase,
                  "lastPhaseTransitionTime": self.kernel.timestamp(), **({"message": message} if message else {})}
        self.update_status("persistentvolumes", {**volume, "status": status}, then="status", level=DETAIL,
                           subject=meta.name(volume), phrase="volume.phase",
                           args={"volume": meta.name(volume), "phase": phase})


def _without(obj: Object, *fields: str) -> Object:
    return {field: value for field, value in obj.items() if field not in fields}
