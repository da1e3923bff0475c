"""A provisioner of local volumes, as an example of what a StorageClass names.

In a real cluster a provisioner is a program of its own, usually in a pod, that watches claims for its name; it is here
because our default StorageClass needs one. It makes a volume on the node the scheduler chose, and deletes it when its
claim is gone and the reclaim policy is Delete.

Source: kubernetes-sigs/sig-storage-lib-external-provisioner (controller.go); rancher/local-path-provisioner.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.persistent_volume import PROVISIONER, SELECTED_NODE
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.volume_matching import requested, storage_class
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "provisioner.make": "Local provisioner makes volume {volume} on {node} for claim {claim}",
    "provisioner.delete": "Local provisioner deletes volume {volume}: its claim is gone",
}, file="cluster_sim/controllers/local_provisioner.py")

ME = "podium.dev/local"
BY = "pv.kubernetes.io/provisioned-by"


class LocalProvisioner(Controller):
    """Volumes of classes whose provisioner is podium.dev/local."""

    name = "local-provisioner"
    account = "persistent-volume-binder"  # as provisioners in the tree had it
    watches = ("persistentvolumeclaims", "persistentvolumes", "storageclasses")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Claims that name us, volumes that we made."""
        if new is None or resource == "storageclasses":
            return ()
        mark = PROVISIONER if resource == "persistentvolumeclaims" else BY
        return (meta.key(new),) if meta.annotations(new).get(mark) == ME else ()

    def sync(self, key: str, span: int) -> None:
        """Make a volume for a claim, or delete one that was released."""
        if "/" in key:
            claim = self.lister("persistentvolumeclaims").get(key)
            if claim is not None and not meta.is_deleting(claim) and not claim["spec"].get("volumeName"):
                self.make(claim)
            return
        volume = self.lister("persistentvolumes").get(key)
        if volume is None or meta.is_deleting(volume) or (volume.get("status") or {}).get("phase") != "Released":
            return
        if volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
            self.delete("persistentvolumes", volume, then="deleted", subject=key, phrase="provisioner.delete",
                        args={"volume": key})

    def make(self, claim: Object) -> None:
        """A volume of the size asked for, tied to its claim and its node."""
        name, node = f"pvc-{meta.uid(claim)}", meta.annotations(claim).get(SELECTED_NODE, "")
        found = self.lister("storageclasses").get(storage_class(claim))
        if found is None or self.lister("persistentvolumes").get(name) is not None:
            return
        ref = {"kind": "PersistentVolumeClaim", "namespace": meta.namespace(claim), "name": meta.name(claim),
               "uid": meta.uid(claim), "apiVersion": "v1", "resourceVersion": claim["metadata"]["resourceVersion"]}
        spec: Object = {
            "capacity": {"storage": requested(claim)}, "accessModes": claim["spec"].get("accessModes"), "claimRef": ref,
            "hostPath": {"path": f"/opt/local-path/{name}", "type": "DirectoryOrCreate"},
            "persistentVolumeReclaimPolicy": found.get("reclaimPolicy", "Delete"),
            "storageClassName": meta.name(found), "volumeMode": claim["spec"].get("volumeMode", "Filesystem")}
        if node:
            term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
            spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}}
        volume = {"apiVersion": "v1", "kind": "PersistentVolume", "spec": spec,
                  "metadata": {"name": name, "annotations": {BY: ME}}}
        self.create("persistentvolumes", volume, then="made", data={"volume": name}, subject=meta.name(claim),
                    phrase="provisioner.make",
                    args={"volume": name, "claim": meta.name(claim), "node": node or "no node in particular"})

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """An Event for the claim."""
        claim = self.lister("persistentvolumeclaims").get(key)
        step, data, status, _ = answers[0]
        if claim is not None and step == "made" and status == 201:
            self.event(claim, "Normal", "ProvisioningSucceeded", f"Successfully provisioned volume {data['volume']}")

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """It is there already: fine."""
        return super().failed(key, [answer for answer in answers if answer[2] != 409])
