"""Which volume suits a claim: the smallest that is large enough, of the same class, and free.

Source: kubernetes pkg/controller/volume/persistentvolume (index.go), component-helpers/storage/volume.
"""

from __future__ import annotations

from cluster_sim.api import meta, quantity, selectors
from cluster_sim.controllers.pods import Object


def storage_class(obj: Object) -> str:
    """storageClassName of a claim or a volume; "" is none."""
    return obj["spec"].get("storageClassName") or ""


def requested(claim: Object) -> str:
    """How much storage a claim asks for."""
    return str(((claim["spec"].get("resources") or {}).get("requests") or {}).get("storage", "0"))


def capacity(volume: Object) -> str:
    """How much storage a volume has."""
    return str((volume["spec"].get("capacity") or {}).get("storage", "0"))


def is_for(volume: Object, claim: Object) -> bool:
    """The volume's claimRef names this claim (by uid, if it has one)."""
    ref = volume["spec"].get("claimRef") or {}
    return (ref.get("namespace"), ref.get("name")) == (meta.namespace(claim), meta.name(claim)) and (
        ref.get("uid") in (None, "", meta.uid(claim)))


def suits(volume: Object, claim: Object) -> bool:
    """Class, size, access modes, mode and labels fit; and it is free, or reserved for this claim."""
    spec, wanted = volume["spec"], claim["spec"]
    if meta.is_deleting(volume) or (spec.get("claimRef") and not is_for(volume, claim)):
        return False
    if storage_class(volume) != storage_class(claim) or (
            spec.get("volumeMode", "Filesystem") != wanted.get("volumeMode", "Filesystem")):
        return False
    if not set(wanted.get("accessModes") or ()) <= set(spec.get("accessModes") or ()):
        return False
    if wanted.get("selector") and not selectors.matches(wanted["selector"], meta.labels(volume)):
        return False
    return quantity.compare(capacity(volume), requested(claim)) >= 0


def best_match(claim: Object, volumes: list[Object]) -> Object | None:
    """A volume reserved for the claim, else the smallest that suits; of equals the first by name."""
    fitting = [volume for volume in volumes if suits(volume, claim)]
    return min(fitting, key=lambda volume: (not volume["spec"].get("claimRef"), quantity.nano(capacity(volume)),
                                            meta.name(volume)), default=None)
