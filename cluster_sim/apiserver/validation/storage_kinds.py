"""Volumes, claims, storage classes.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePersistentVolume*), pkg/apis/storage/validation.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import affinity, label_selector
from cluster_sim.apiserver.validation.numbers import label_name

Object = dict[str, Any]
Errors = list[FieldError]

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
RECLAIM = ("Delete", "Recycle", "Retain")
SOURCES = ("gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "cephfs", "iscsi", "cinder", "fc",
           "flexVolume", "flocker", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume",
           "scaleIO", "local", "storageos", "csi")
CLAIM_FROZEN = ("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")


def _modes(given: list[str], path: str) -> Errors:
    errors: Errors = []
    for mode in given:
        if mode not in MODES:
            errors.append(field.not_supported(path, mode, MODES))
    if "ReadWriteOncePod" in given and len(given) > 1:
        errors.append(field.forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    return errors


def claim(obj: Object) -> Errors:
    """ValidatePersistentVolumeClaim."""
    return claim_spec(obj.get("spec") or {}, "spec")


def claim_spec(spec: Object, path: str) -> Errors:
    """ValidatePersistentVolumeClaimSpec."""
    errors: Errors = []
    modes = spec.get("accessModes") or []
    if not modes:
        errors.append(field.required(f"{path}.accessModes", "at least 1 access mode is required"))
    errors += label_selector.check(spec.get("selector"), f"{path}.selector")
    errors += _modes(modes, f"{path}.accessModes")
    size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if size is None:
        errors.append(field.required(f"{path}.resources[storage]"))
    elif quantity.nano(size) <= 0:
        errors.append(field.invalid(f"{path}.resources[storage]", quantity.canonical(size), "must be greater than zero"))
    name = spec.get("storageClassName")
    if name:
        errors += [field.invalid(f"{path}.storageClassName", name, text) for text in names.dns_subdomain(name)]
    if spec.get("volumeMode") not in (None, *VOLUME_MODES):
        errors.append(field.not_supported(f"{path}.volumeMode", spec["volumeMode"], VOLUME_MODES))
    return errors


def claim_update(new: Object, old: Object) -> Errors:
    """ValidatePersistentVolumeClaimUpdate: a bound claim may ask for more; binding may be written down once."""
    errors = claim(new)
    after, before = new.get("spec") or {}, old.get("spec") or {}
    munged = {**after}
    bound = (old.get("status") or {}).get("phase") == "Bound"
    if not before.get("volumeName") and after.get("volumeName"):
        munged.pop("volumeName")
    if before.get("storageClassName") is None and after.get("storageClassName") is not None:
        munged.pop("storageClassName")
    if bound:
        munged["resources"] = before.get("resources")
        munged.pop("volumeAttributesClassName", None)
        if "volumeAttributesClassName" in before:
            munged["volumeAttributesClassName"] = before["volumeAttributesClassName"]
    if munged != before:
        errors.append(field.forbidden("spec", CLAIM_FROZEN))
    elif bound:
        want, have = (((spec.get("resources") or {}).get("requests") or {}).get("storage", "0") for spec in (after, before))
        if quantity.nano(want) < quantity.nano((((old.get("status") or {}).get("capacity")) or {}).get("storage", have)):
            errors.append(field.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"))
    return errors


def volume(obj: Object) -> Errors:
    """ValidatePersistentVolume."""
    spec, errors = obj.get("spec") or {}, []
    modes = spec.get("accessModes") or []
    if not modes:
        errors.append(field.required("spec.accessModes"))
    errors += _modes(modes, "spec.accessModes")
    capacity = spec.get("capacity")
    if not capacity:
        errors.append(field.required("spec.capacity"))
    if not capacity or "storage" not in capacity or len(capacity) > 1:
        errors.append(field.not_supported("spec.capacity", capacity, ("storage",)))
    for name in sorted(capacity or {}):
        nanos = quantity.nano((capacity or {})[name])
        if nanos <= 0:
            errors.append(field.invalid(f"spec.capacity[{name}]", quantity.canonical((capacity or {})[name]), "must be greater than zero"))
    policy = spec.get("persistentVolumeReclaimPolicy")
    if policy and policy not in RECLAIM:
        errors.append(field.not_supported("spec.persistentVolumeReclaimPolicy", policy, RECLAIM))
    required = (spec.get("nodeAffinity") or {}).get("required")
    if spec.get("nodeAffinity") is not None:
        if required is None:
            errors.append(field.required("spec.nodeAffinity.required", "must specify required node constraints"))
        else:
            errors += affinity.node_selector(required, "spec.nodeAffinity.required")
    chosen = [kind for kind in SOURCES if spec.get(kind) is not None]
    errors += [field.forbidden(f"spec.{kind}", "may not specify more than 1 volume type") for kind in chosen[1:]]
    if not chosen:
        errors.append(field.required("spec", "must specify a volume type"))
    if "hostPath" in chosen:
        if not spec["hostPath"].get("path"):
            errors.append(field.required("spec.hostPath.path"))
        elif spec["hostPath"]["path"] == "/" and policy == "Recycle":
            errors.append(field.forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"))
    if "local" in chosen and spec.get("nodeAffinity") is None:
        errors.append(field.required("spec.nodeAffinity", "Local volume requires node affinity"))
    name = spec.get("storageClassName")
    if name:
        errors += [field.invalid("spec.storageClassName", name, text) for text in names.dns_subdomain(name)]
    if spec.get("volumeMode") not in (None, *VOLUME_MODES):
        errors.append(field.not_supported("spec.volumeMode", spec["volumeMode"], VOLUME_MODES))
    return errors


def volume_update(new: Object, old: Object) -> Errors:
    """ValidatePersistentVolumeUpdate: what it is made of stays."""
    errors = volume(new)
    after, before = new.get("spec") or {}, old.get("spec") or {}
    source = {kind: after[kind] for kind in SOURCES if kind in after}
    if source != {kind: before[kind] for kind in SOURCES if kind in before}:
        errors.append(field.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation"))
    if after.get("volumeMode") != before.get("volumeMode"):
        errors.append(field.invalid("volumeMode", after.get("volumeMode"), field.IMMUTABLE))
    if before.get("nodeAffinity") is not None and after.get("nodeAffinity") != before.get("nodeAffinity"):
        errors.append(field.invalid("nodeAffinity", after.get("nodeAffinity"),
                                    "field is immutable, except for updating from beta label to GA"))
    return errors


def storage_class(obj: Object) -> Errors:
    """ValidateStorageClass."""
    errors: Errors = []
    provisioner = obj.get("provisioner", "")
    if not provisioner:
        errors.append(field.required("provisioner"))
    else:
        errors += label_name(provisioner.lower(), "provisioner")
    if obj.get("reclaimPolicy") and obj["reclaimPolicy"] not in ("Delete", "Retain"):
        errors.append(field.not_supported("reclaimPolicy", obj["reclaimPolicy"], ("Delete", "Retain")))
    mode = obj.get("volumeBindingMode")
    if mode is None:
        errors.append(field.required("volumeBindingMode"))
    elif mode not in ("Immediate", "WaitForFirstConsumer"):
        errors.append(field.not_supported("volumeBindingMode", mode, ("Immediate", "WaitForFirstConsumer")))
    return errors


def storage_class_update(new: Object, old: Object) -> Errors:
    """ValidateStorageClassUpdate."""
    errors = [field.forbidden(name, text) for name, text in (
        ("parameters", "updates to parameters are forbidden."), ("provisioner", "updates to provisioner are forbidden."),
        ("reclaimPolicy", "updates to reclaimPolicy are forbidden."))
        if new.get(name) != old.get(name)]
    if new.get("volumeBindingMode") != old.get("volumeBindingMode"):
        errors.append(field.invalid("volumeBindingMode", new.get("volumeBindingMode"), field.IMMUTABLE))
    return errors


