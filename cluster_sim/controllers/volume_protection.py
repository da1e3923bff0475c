"""Claim and volume protection: what is still in use is deleted later.

Both carry a finalizer from the start. A deleted claim keeps it while a pod that has not ended uses the claim; a deleted
volume, while it is bound.

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


def claims_of(pod: Object) -> list[str]:
    """Names of the claims a pod mounts; an ephemeral volume's is `POD-VOLUME`."""
    found = []
    for volume in pod["spec"].get("volumes") or ():
        if volume.get("persistentVolumeClaim"):
            found.append(volume["persistentVolumeClaim"]["claimName"])
        elif volume.get("ephemeral"):
            found.append(f"{meta.name(pod)}-{volume['name']}")
    return found


class Protection(Controller):
    """What both have in common: take the finalizer off."""

    resource = finalizer = kind = ""

    def sync(self, key: str, span: int) -> None:
        """If it is being deleted and nothing uses it, let it go."""
        obj = self.lister(self.resource).get(key)
        if obj is None or not meta.is_deleting(obj) or self.finalizer not in meta.finalizers(obj) or self.in_use(obj):
            return
        left = [one for one in meta.finalizers(obj) if one != self.finalizer]
        self.update(self.resource, meta.with_metadata(obj, finalizers=left or None), subject=key, phrase="protection.release",
                    args={"kind": self.kind, "name": meta.name(obj)})

    def in_use(self, obj: Object) -> bool:
        """Whether something needs it still."""
        raise NotImplementedError


class ClaimProtectionController(Protection):
    """PersistentVolumeClaims."""

    name = "persistentvolumeclaim-protection"
    account = "pvc-protection-controller"
    watches = ("persistentvolumeclaims", "pods")
    resource, finalizer, kind = "persistentvolumeclaims", "kubernetes.io/pvc-protection", "Claim"

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A claim; for a pod that ended or went the claims it used."""
        if resource == "persistentvolumeclaims":
            return super().keys(resource, old, new)
        pod = old if new is None else new if pods.is_terminal(new) else None
        if pod is None or not pod["spec"].get("volumes"):
            return ()
        return [f"{meta.namespace(pod)}/{name}" for name in claims_of(pod)]

    def in_use(self, obj: Object) -> bool:
        """A pod that has not ended mounts it."""
        return any(meta.name(obj) in claims_of(pod) for pod in self.lister("pods").list(meta.namespace(obj))
                   if not pods.is_terminal(pod))


class VolumeProtectionController(Protection):
    """PersistentVolumes."""

    name = "persistentvolume-protection"
    account = "pv-protection-controller"
    watches = ("persistentvolumes",)
    resource, finalizer, kind = "persistentvolumes", "kubernetes.io/pv-protection", "Volume"

    def in_use(self, obj: Object) -> bool:
        """It is bound."""
        return bool((obj.get("status") or {}).get("phase") == "Bound")
