"""The expand controller: a bound claim that asks for more than it has.

Kubernetes itself can enlarge hardly any kind of volume any more; drivers bring a resizer of their own. So this
controller only says, as upstream's does for such volumes, that somebody else must do it.

Source: kubernetes pkg/controller/volume/expand/expand_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, quantity
from cluster_sim.client import Controller
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.volume_matching import requested

WAITING = "waiting for an external controller to expand this PVC"


class VolumeExpansionController(Controller):
    """Claims that grew."""

    name = "persistentvolume-expander"
    account = "expand-controller"
    watches = ("persistentvolumeclaims", "persistentvolumes")
    reads = ("persistentvolumes",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A claim whose request grew, or that is there from the start."""
        if resource != "persistentvolumeclaims" or new is None:
            return ()
        grew = old is None or quantity.compare(requested(new), requested(old)) > 0
        return (meta.key(new),) if grew and (new.get("status") or {}).get("phase") == "Bound" else ()

    def sync(self, key: str, span: int) -> None:
        """Say who must do it."""
        claim = self.lister("persistentvolumeclaims").get(key)
        if claim is None:
            return
        volume = self.lister("persistentvolumes").get(claim["spec"].get("volumeName", ""))
        has = str(((claim.get("status") or {}).get("capacity") or {}).get("storage", "0"))
        if volume is not None and (volume["spec"].get("claimRef") or {}).get("uid") == meta.uid(claim) and (
                quantity.compare(requested(claim), has) > 0):
            self.event(claim, "Normal", "ExternalExpanding", WAITING)
