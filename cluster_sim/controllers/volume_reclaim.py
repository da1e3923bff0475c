"""What becomes of a volume whose claim is gone: kept, deleted, or left to whoever made it.

Who made a volume deletes it (annotation `pv.kubernetes.io/provisioned-by`). Kubernetes itself can delete only what lies
under /tmp on the node, which is there for tests; asked to delete or recycle anything else it marks the volume Failed.
The real one can also recycle hostPath and NFS volumes with a pod that empties them, a way given up long ago; ours
leaves such volumes Released.

Source: kubernetes pkg/controller/volume/persistentvolume/pv_controller.go (reclaimVolume, findDeletablePlugin),
pkg/volume/hostpath/host_path.go.
"""

from __future__ import annotations

import re

from cluster_sim.api import meta
from cluster_sim.controllers.pods import Object

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
OURS = "kubernetes.io/"  # how the names of built-in plugins begin
RECYCLABLE = ("hostPath", "nfs")
KNOWN = ("hostPath", "nfs", "local", "csi")  # kinds the controller manager has a plugin for
DELETE_FAILED = "VolumeFailedDelete"


def verdict(volume: Object) -> tuple[str, str, str]:
    """(keep, delete or fail; the reason and the message of a failure)."""
    spec, name = volume["spec"], meta.name(volume)
    policy = spec.get("persistentVolumeReclaimPolicy", "Retain")
    if policy == "Recycle" and not any(kind in spec for kind in RECYCLABLE):
        return "fail", "VolumeFailedRecycle", "No recycler plugin found for the volume!"
    if policy != "Delete":
        return "keep", "", ""
    maker = meta.annotations(volume).get(PROVISIONED_BY, "")
    if maker and not maker.startswith(OURS):
        return "keep", "", ""
    if "hostPath" in spec:
        path = spec["hostPath"].get("path", "")
        if re.search("/tmp/.+", path):
            return "delete", "", ""
        return "fail", DELETE_FAILED, f"host_path deleter only supports /tmp/.+ but received provided {path}"
    why = "no deletable volume plugin matched" if any(kind in spec for kind in KNOWN) else "no volume plugin matched"
    return "fail", DELETE_FAILED, f'error getting deleter volume plugin for volume "{name}": {why}'
