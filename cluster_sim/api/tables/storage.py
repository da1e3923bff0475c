"""Cells of storage: volumes, claims, classes, CSI.

Upstream: printPersistentVolume and its neighbours in kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.quantity import canonical

from .ages import since
from .words import UNSET

Object = dict[str, Any]

ACCESS_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
DEFAULT_CLASS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def _age(obj: Object, now: int) -> str:
    return since(meta.metadata(obj).get("creationTimestamp"), now)


def access_modes(modes: list[str] | None) -> str:
    """ "RWO,ROX", in the table's order."""
    return ",".join(short for mode, short in ACCESS_MODES.items() if mode in (modes or ()))


def _phase(obj: Object) -> str:
    return "Terminating" if meta.is_deleting(obj) else str((obj.get("status") or {}).get("phase", ""))


def _class(obj: Object) -> str:
    return meta.annotations(obj).get(CLASS_ANNOTATION) or (obj.get("spec") or {}).get("storageClassName") or ""


def _storage(capacity: Object | None) -> str:
    return canonical((capacity or {}).get("storage", "0"))


def volume(obj: Object, now: int) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    claim = spec.get("claimRef") or {}
    bound = f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else ""
    head = [meta.name(obj), _storage(spec.get("capacity")), access_modes(spec.get("accessModes"))]
    middle = [spec.get("persistentVolumeReclaimPolicy", ""), _phase(obj), bound, _class(obj)]
    tail = [spec.get("volumeAttributesClassName") or UNSET, status.get("reason", ""), _age(obj, now)]
    return [*head, *middle, *tail, spec.get("volumeMode") or UNSET]


def claim(obj: Object, now: int) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    name = spec.get("volumeName", "")
    size, modes = (_storage(status.get("capacity")), access_modes(status.get("accessModes"))) if name else ("", "")
    attributes = spec.get("volumeAttributesClassName") or UNSET
    head = [meta.name(obj), _phase(obj), name, size, modes, _class(obj), attributes]
    return [*head, _age(obj, now), spec.get("volumeMode") or UNSET]


def storage_class(obj: Object, now: int) -> list[Any]:
    notes = meta.annotations(obj)
    default = any(notes.get(key) == "true" for key in DEFAULT_CLASS)
    head = [f"{meta.name(obj)} (default)" if default else meta.name(obj), obj.get("provisioner", "")]
    modes = [obj.get("reclaimPolicy") or "Delete", obj.get("volumeBindingMode") or "Immediate"]
    return [*head, *modes, bool(obj.get("allowVolumeExpansion")), _age(obj, now)]


def attributes_class(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), obj.get("driverName", ""), _age(obj, now)]


def attachment(obj: Object, now: int) -> list[Any]:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    source = (spec.get("source") or {}).get("persistentVolumeName", "")
    head = [meta.name(obj), spec.get("attacher", ""), source, spec.get("nodeName", "")]
    return [*head, bool(status.get("attached")), _age(obj, now)]


def csi_driver(obj: Object, now: int) -> list[Any]:
    spec = obj.get("spec") or {}
    tokens = ",".join(entry.get("audience", "") for entry in spec.get("tokenRequests") or ()) or UNSET
    modes = ",".join(spec.get("volumeLifecycleModes") or ("Persistent",))
    flags = [spec.get("attachRequired", True), spec.get("podInfoOnMount", False), spec.get("storageCapacity", False)]
    return [meta.name(obj), *flags, tokens, bool(spec.get("requiresRepublish")), modes, _age(obj, now)]


def csi_node(obj: Object, now: int) -> list[Any]:
    return [meta.name(obj), len((obj.get("spec") or {}).get("drivers") or ()), _age(obj, now)]


def csi_capacity(obj: Object, now: int) -> list[Any]:
    size = obj.get("capacity")
    return [meta.name(obj), obj.get("storageClassName", ""), UNSET if size is None else canonical(size)]
