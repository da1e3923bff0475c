"""The ephemeral volume controller: makes the claim of a volume that lives and dies with its pod.

A pod may carry the template of a claim (`volumes[].ephemeral`) instead of naming one. The claim made from it is called
`POD-VOLUME` and belongs to the pod, so that the garbage collector takes it along. A claim of that name that belongs to
somebody else is left alone: an Event says so, and the pod waits.

Source: kubernetes pkg/controller/volume/ephemeral/controller.go, component-helpers/storage/ephemeral.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating, is_refusal, message_of
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "ephemeral.claim": "Ephemeral volume controller creates claim {claim} for {pod}",
}, file="cluster_sim/controllers/ephemeral_volume.py")


def templates_of(pod: Object) -> dict[str, Object]:
    """A pod's claims that are to be made from a template: volume → template."""
    return {volume["name"]: volume["ephemeral"].get("volumeClaimTemplate") or {}
            for volume in pod["spec"].get("volumes") or () if volume.get("ephemeral")}


def is_of(claim: Object, pod: Object) -> bool:
    """The claim was made for this pod."""
    owner = meta.controller_of(claim)
    return owner is not None and owner["uid"] == meta.uid(pod)


def claim_for(pod: Object, volume: str, template: Object) -> Object:
    """The claim of a volume, as it is created."""
    given = template.get("metadata") or {}
    kept = {field: given[field] for field in ("labels", "annotations") if given.get(field)}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": template.get("spec") or {}, "metadata": {
        "name": f"{meta.name(pod)}-{volume}", "namespace": meta.namespace(pod), **kept,
        "ownerReferences": [meta.owner_reference({**pod, "apiVersion": "v1", "kind": "Pod"})]}}


class EphemeralVolumeController(Controller):
    """Pods with ephemeral volumes."""

    name = "ephemeral-volume"
    account = "ephemeral-volume-controller"
    watches = ("pods", "persistentvolumeclaims")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A pod that came; for a claim that went, the pod it was made for."""
        if resource == "persistentvolumeclaims":
            owner = meta.controller_of(old) if old is not None and new is None else None
            if old is None or owner is None or owner["kind"] != "Pod":
                return ()
            return (f"{meta.namespace(old)}/{owner['name']}",)
        return (meta.key(new),) if old is None and new is not None and templates_of(new) else ()

    def sync(self, key: str, span: int) -> None:
        """Create each claim that is not there."""
        pod = self.lister("pods").get(key)
        if pod is None or meta.is_deleting(pod):
            return
        for volume, template in templates_of(pod).items():
            made = claim_for(pod, volume, template)
            present = self.lister("persistentvolumeclaims").get(meta.key(made))
            if present is None:
                self.create("persistentvolumeclaims", made, then="claim", data={"volume": volume, "claim": meta.name(made)},
                            subject=meta.name(pod), phrase="ephemeral.claim",
                            args={"claim": meta.name(made), "pod": meta.name(pod)})
            elif not is_of(present, pod):
                self.tell(pod, volume, f"PVC {meta.key(made)} was not created for pod {key} (pod is not owner)")
                self.requeue(key, self.queue.failed(key))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """An Event for each claim that was refused."""
        pod = self.lister("pods").get(key)
        for answer in answers if pod is not None else ():
            if pod is not None and is_refusal(answer):
                self.tell(pod, answer[1]["volume"], f"create PVC {answer[1]['claim']}: {message_of(answer[3])}")

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no claims."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])

    def tell(self, pod: Object, volume: str, error: str) -> None:
        """An Event about one volume."""
        self.event(pod, "Warning", "FailedBinding", f"ephemeral volume {volume}: {error}")
