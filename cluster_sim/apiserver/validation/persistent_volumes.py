"""Persistent volumes.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePersistentVolume and its updates).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import affinity, volumes
from cluster_sim.apiserver.validation.claims import VOLUME_MODES, access_modes

Object = dict[str, Any]
Errors = list[FieldError]

RECLAIM = ("Delete", "Recycle", "Retain")
SOURCES = ("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi",
           "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO",
           "local", "storageos", "csi")
SECRETS = ("controllerPublishSecretRef", "nodeStageSecretRef", "nodePublishSecretRef", "controllerExpandSecretRef", "nodeExpandSecretRef")


def volume(obj: Object) -> Errors:
    """ValidatePersistentVolume."""
    spec, errors = obj.get("spec") or {}, []
    modes = spec.get("accessModes") or []
    if not modes:
        errors.append(field.required("spec.accessModes"))
    errors += access_modes(modes, "spec.accessModes")
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
    errors += _source(spec)
    if (spec.get("hostPath") or {}).get("path", "").strip("/") == "" and spec.get("hostPath") and policy == "Recycle":
        errors.append(field.forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"))
    name = spec.get("storageClassName")
    if name:
        errors += [field.invalid("spec.storageClassName", name, text) for text in names.dns_subdomain(name)]
    if spec.get("volumeMode") not in (None, *VOLUME_MODES):
        errors.append(field.not_supported("spec.volumeMode", spec["volumeMode"], VOLUME_MODES))
    return errors + _attributes(spec)


def _source(spec: Object) -> Errors:
    """Where the volume is: one place, and told whole."""
    chosen = [kind for kind in SOURCES if spec.get(kind) is not None]
    errors: Errors = []
    for place, kind in enumerate(chosen):
        if place and kind != "flexVolume":
            spelled = "cephFS" if kind == "cephfs" else kind
            errors.append(field.forbidden(f"spec.{spelled}", "may not specify more than 1 volume type"))
        elif kind == "local":
            errors += _local(spec["local"], "spec.local")
            if spec.get("nodeAffinity") is None or spec["nodeAffinity"].get("required") is None:
                errors.append(field.required("spec.nodeAffinity", "Local volume requires node affinity"))
        elif kind == "csi":
            errors += _csi(spec["csi"], "spec.csi")
        elif kind in volumes.SOURCES:
            errors += volumes.SOURCES[kind](spec[kind], f"spec.{kind}")
    return errors if chosen else [field.required("spec", "must specify a volume type")]


def _local(given: Object, path: str) -> Errors:
    """validateLocalVolumeSource."""
    if not given.get("path"):
        return [field.required(f"{path}.path")]
    return volumes.no_backsteps(given["path"], f"{path}.path")


def _csi(given: Object, path: str) -> Errors:
    """validateCSIPersistentVolumeSource."""
    driver = given.get("driver", "")
    errors = [field.invalid(f"{path}.driver", driver, text) for text in names.dns_subdomain(driver)]
    if not given.get("volumeHandle"):
        errors.append(field.required(f"{path}.volumeHandle"))
    for key in SECRETS:
        if given.get(key) is not None:
            errors += [field.required(f"{path}.{key}.{name}") for name in ("name", "namespace") if not given[key].get(name)]
    return errors


def _attributes(spec: Object) -> Errors:
    name, path = spec.get("volumeAttributesClassName"), "spec.volumeAttributesClassName"
    if name is None:
        return []
    errors = [field.invalid(path, name, text) for text in names.dns_subdomain(name)] if name else [
        field.required(path, "an empty string is disallowed")]
    return errors if spec.get("csi") is not None else [
        *errors, field.required("spec.csi", "has to be specified when using volumeAttributesClassName")]


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
