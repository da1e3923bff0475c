"""Persistent volume claims.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaim and its updates).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import container_resources, label_selector

Object = dict[str, Any]
Errors = list[FieldError]

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
CLAIM = "PersistentVolumeClaim"
CLASS_NOTE = "volume.beta.kubernetes.io/storage-class"
CLAIM_FROZEN = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
SIZE = "spec.resources.requests.storage"


def access_modes(given: list[str], path: str) -> Errors:
    """Known ones; and one pod only means no other."""
    errors: Errors = []
    for mode in given:
        if mode not in MODES:
            errors.append(field.not_supported(path, mode, MODES))
    if "ReadWriteOncePod" in given and any(mode in MODES for mode in given if mode != "ReadWriteOncePod"):
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
    errors += access_modes(modes, f"{path}.accessModes")
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
    errors += _sources(spec, path)
    name = spec.get("volumeAttributesClassName")
    if name:
        errors += [field.invalid(f"{path}.volumeAttributesClassName", name, text) for text in names.dns_subdomain(name)]
    return errors


def _sources(spec: Object, path: str) -> Errors:
    """What a new volume is filled with: dataSource, and dataSourceRef which says the same or more."""
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    errors: Errors = []
    for name, given in (("dataSource", source), ("dataSourceRef", reference)):
        if given is not None:
            errors += _source(given, f"{path}.{name}")
    namespace = (reference or {}).get("namespace")
    if namespace:
        errors += [field.invalid(f"{path}.dataSourceRef.namespace", namespace, text) for text in names.dns_label(namespace)]
    if source is not None and reference is not None:
        if namespace:
            errors.append(field.invalid(path, f"{path}.dataSource", "may not be specified when dataSourceRef.namespace is specified"))
        elif any(source.get(key) != reference.get(key) for key in ("apiGroup", "kind", "name")):
            errors.append(field.invalid(path, f"{path}.dataSource", "must match dataSourceRef"))
    return errors


def _source(given: Object, path: str) -> Errors:
    errors = [field.required(f"{path}.{key}") for key in ("name", "kind") if not given.get(key)]
    group = given.get("apiGroup") or ""
    if not group and given.get("kind") != CLAIM:
        errors.append(field.invalid(path, given.get("kind", ""), f"must be '{CLAIM}' when referencing the default apiGroup"))
    return errors + [field.invalid(f"{path}.apiGroup", group, text) for text in (names.dns_subdomain(group) if group else ())]


def claim_update(new: Object, old: Object) -> Errors:
    """ValidatePersistentVolumeClaimUpdate: a bound claim may ask for more; binding may be written down once."""
    errors = claim(new)
    after, before = new.get("spec") or {}, old.get("spec") or {}
    notes = [(obj["metadata"].get("annotations") or {}).get(CLASS_NOTE, "") for obj in (new, old)]
    if notes[0] != notes[1]:
        errors.append(field.invalid(f"metadata.annotations[{CLASS_NOTE}]", notes[0], field.IMMUTABLE))
    bound = (old.get("status") or {}).get("phase") == "Bound"
    if _munged(after, before, bound) != before:
        errors.append(field.forbidden("spec", CLAIM_FROZEN))
    want, have = _size(after), _size(before)
    told = ((old.get("status") or {}).get("capacity") or {}).get("storage", "0")
    if quantity.nano(want) < quantity.nano(have) and quantity.nano(want) <= quantity.nano(told):
        errors.append(field.forbidden(SIZE, "field can not be less than status.capacity"))
    if after.get("volumeMode") != before.get("volumeMode"):
        errors.append(field.invalid("volumeMode", after.get("volumeMode"), field.IMMUTABLE))
    if (old.get("status") or {}).get("currentVolumeAttributesClassName") is not None and not after.get("volumeAttributesClassName"):
        what = "nil" if after.get("volumeAttributesClassName") is None else "empty string"
        errors.append(field.forbidden("spec.volumeAttributesClassName",
                                      f"update to {what} is forbidden when status.currentVolumeAttributesClassName is not nil"))
    return errors


def _size(spec: Object) -> str:
    amount: str = ((spec.get("resources") or {}).get("requests") or {}).get("storage", "0")
    return amount


def _munged(after: Object, before: Object, bound: bool) -> Object:
    """The new spec with everything that may change as it was."""
    munged = {**after}
    if not before.get("volumeName") and after.get("volumeName"):
        munged.pop("volumeName")
    if before.get("storageClassName") is None and after.get("storageClassName") is not None:
        munged.pop("storageClassName")
    if bound:
        resources = after.get("resources") or {}
        if resources.get("requests") is not None:
            requests = {**resources["requests"], "storage": _size(before)}
            munged["resources"] = {**resources, "requests": requests}
        munged.pop("volumeAttributesClassName", None)
        if "volumeAttributesClassName" in before:
            munged["volumeAttributesClassName"] = before["volumeAttributesClassName"]
    return munged


def claim_status(new: Object, old: Object) -> Errors:
    """ValidatePersistentVolumeClaimStatusUpdate."""
    status, errors = new.get("status") or {}, []
    for name in sorted(status.get("capacity") or ()):
        if quantity.nano(status["capacity"][name]) < 0:
            errors.append(field.invalid(f"status.capacity[{name}]", quantity.value(status["capacity"][name]),
                                        "must be a valid resource quantity"))
    path = "status.allocatedResourceStatuses"
    for name in sorted(status.get("allocatedResourceStatuses") or ()):
        errors += _key(name, path)
        if status["allocatedResourceStatuses"][name] not in RESIZING:
            errors.append(field.not_supported(path, name, RESIZING))
    for name in sorted(status.get("allocatedResources") or ()):
        amount = status["allocatedResources"][name]
        errors += _key(name, "status.allocatedResources") or container_resources.value(
            "storage", amount, f"status.allocatedResources[{name}]")
    return errors


RESIZING = ("ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible",
            "NodeResizePending")


def _key(name: str, path: str) -> Errors:
    """validatePersistentVolumeClaimResourceKey."""
    errors = [field.invalid(path, name, text) for text in names.qualified_name(name)]
    if not errors and container_resources.is_native(name) and name != "storage":
        errors.append(field.not_supported(path, name, ("storage",)))
    return errors
