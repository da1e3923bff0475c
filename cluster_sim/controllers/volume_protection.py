"""Claim and volume protection: what is still in use is deleted later.

Both carry a finalizer from the start. A deleted claim keeps it while a pod that has a node and has not ended uses the
claim; a deleted volume, while it is bound.

Source: kubernetes pkg/controller/volume/pvcprotection, pvprotection.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "protection.release": "{kind} protection lets {name} go: nothing uses it any more",
}, file="cluster_sim/controllers/volume_protection.py")


CLAIM_FINALIZER, VOLUME_FINALIZER = "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"


def may_mount(pod: Object) -> bool:
    """It has a node and has not ended. (A kubelet starts no pod whose claim is being deleted.)"""
    return bool(pod["spec"].get("nodeName")) and not pods.is_terminal(pod)


def claims_of(pod: Object) -> list[str]:
    """Names of the claims a pod mounts; an ephemeral volume's is `POD-VOLUME`."""
    found = []
    for volume in pod["spec"].get("volumes") or ():
        if volume.get("persistentVolumeClaim"):
            found.append(volume["persistentVolumeClaim"]["claimName"])
        elif volume.get("ephemeral"):
            found.append(f"{meta.name(pod)}-{volume['name']}")
    return found


def release(controller: Controller, resource: str, obj: Object, finalizer: str, kind: str) -> None:
    """Take the finalizer off: what is being deleted may go."""
    left = [one for one in meta.finalizers(obj) if one != finalizer]
    controller.update(resource, meta.with_metadata(obj, finalizers=left or None), subject=meta.key(obj),
                      phrase="protection.release", args={"kind": kind, "name": meta.name(obj)})


def is_held(obj: Object | None, finalizer: str) -> bool:
    """It is being deleted, and this finalizer keeps it."""
    return obj is not None and meta.is_deleting(obj) and finalizer in meta.finalizers(obj)


class ClaimProtectionController(Controller):
    """PersistentVolumeClaims."""

    name = "persistentvolumeclaim-protection"
    account = "pvc-protection-controller"
    watches = ("persistentvolumeclaims", "pods")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A claim; for a pod that ended, went, or has no node yet the claims it names."""
        if resource == "persistentvolumeclaims":
            return super().keys(resource, old, new)
        pod = old if new is None else new if not may_mount(new) else None
        if pod is None or not pod["spec"].get("volumes"):
            return ()
        return [f"{meta.namespace(pod)}/{name}" for name in claims_of(pod)]

    def sync(self, key: str, span: int) -> None:
        """If it is being deleted and no pod uses it, let it go."""
        claim = self.lister("persistentvolumeclaims").get(key)
        if claim is not None and is_held(claim, CLAIM_FINALIZER) and not self.is_in_use(claim):
            release(self, "persistentvolumeclaims", claim, CLAIM_FINALIZER, "Claim")

    def is_in_use(self, claim: Object) -> bool:
        """A pod that may mount it names it."""
        return any(meta.name(claim) in claims_of(pod) for pod in self.lister("pods").list(meta.namespace(claim))
                   if may_mount(pod))


class VolumeProtectionController(Controller):
    """PersistentVolumes."""

    name = "persistentvolume-protection"
    account = "pv-protection-controller"
    watches = ("persistentvolumes",)

    def sync(self, key: str, span: int) -> None:
        """If it is being deleted and not bound, let it go."""
        volume = self.lister("persistentvolumes").get(key)
        if volume is not None and is_held(volume, VOLUME_FINALIZER) and (volume.get("status") or {}).get("phase") != "Bound":
            release(self, "persistentvolumes", volume, VOLUME_FINALIZER, "Volume")
