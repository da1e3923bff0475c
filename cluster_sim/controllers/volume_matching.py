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


def mismatch(volume: Object, claim: Object) -> str:
    """Why a volume that somebody asks for by name cannot be the claim's, in upstream's words; "" if it can."""
    if meta.is_deleting(volume):
        return f'the volume is marked for deletion "{meta.name(volume)}"'
    if quantity.compare(capacity(volume), requested(claim)) < 0:
        return "requested PV is too small"
    if storage_class(volume) != storage_class(claim):
        return "storageClassName does not match"
    if not has_mode(volume, claim):
        return "incompatible volumeMode"
    return "" if has_access_modes(volume, claim) else "incompatible accessMode"


def has_mode(volume: Object, claim: Object) -> bool:
    """Both are of files, or both of blocks."""
    return bool(volume["spec"].get("volumeMode", "Filesystem") == claim["spec"].get("volumeMode", "Filesystem"))


def has_access_modes(volume: Object, claim: Object) -> bool:
    """The volume can be used in every way the claim wants."""
    return {*(claim["spec"].get("accessModes") or ())} <= {*(volume["spec"].get("accessModes") or ())}


def suits(volume: Object, claim: Object) -> bool:
    """Mode, size and access modes fit; one reserved for the claim needs no more, a free one also class and labels."""
    spec, wanted = volume["spec"], claim["spec"]
    if meta.is_deleting(volume) or not has_mode(volume, claim) or not has_access_modes(volume, claim):
        return False
    if quantity.compare(capacity(volume), requested(claim)) < 0:
        return False
    if spec.get("claimRef"):
        return is_for(volume, claim)
    return storage_class(volume) == storage_class(claim) and (
        not wanted.get("selector") or selectors.matches(wanted["selector"], meta.labels(volume)))


def reserved_for(claim: Object, volumes: list[Object]) -> Object | None:
    """The volume that somebody reserved for this claim, if it suits: it needs to wait for nobody."""
    return best_match(claim, [volume for volume in volumes if volume["spec"].get("claimRef")])


def best_match(claim: Object, volumes: list[Object]) -> Object | None:
    """The volume for the claim, of those that suit it.

    Those that can be used in as few ways as possible come first, whatever their size; then one reserved for the claim,
    then the smallest; of equals the first by name.
    """
    fitting = [volume for volume in volumes if suits(volume, claim)]
    return min(fitting, key=lambda volume: (len(volume["spec"].get("accessModes") or ()), not volume["spec"].get("claimRef"),
                                            quantity.nano(capacity(volume)), meta.name(volume)), default=None)
