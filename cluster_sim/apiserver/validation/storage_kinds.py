"""The kinds of storage.k8s.io: classes, and what drivers and their nodes tell of themselves.

Upstream: kubernetes/pkg/apis/storage/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import label_selector
from cluster_sim.apiserver.validation.numbers import label_name, not_negative

Object = dict[str, Any]
Errors = list[FieldError]

BINDING = ("Immediate", "WaitForFirstConsumer")
PARAMETERS, PARAMETERS_SIZE = 512, 256 * 1024
NODE_ID = 256
GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")
LIFECYCLES = ("Persistent", "Ephemeral")


def storage_class(obj: Object) -> Errors:
    """ValidateStorageClass."""
    errors = _driver(obj.get("provisioner", ""), "provisioner") + _parameters(obj.get("parameters") or {}, True)
    if obj.get("reclaimPolicy") and obj["reclaimPolicy"] not in ("Delete", "Retain"):
        errors.append(field.not_supported("reclaimPolicy", obj["reclaimPolicy"], ("Delete", "Retain")))
    mode = obj.get("volumeBindingMode")
    if mode is None:
        errors.append(field.required("volumeBindingMode"))
    elif mode not in BINDING:
        errors.append(field.not_supported("volumeBindingMode", mode, BINDING))
    return errors + _topologies(obj.get("allowedTopologies") or [])


def _driver(name: str, path: str) -> Errors:
    return label_name(name.lower(), path) if name else [field.required(path)]


def _parameters(given: dict[str, str], may_be_empty: bool) -> Errors:
    if len(given) > PARAMETERS:
        return [field.too_long("parameters", PARAMETERS)]
    errors: Errors = [field.invalid("parameters", "", "field can not be empty.")] if "" in given else []
    if sum(len(key) + len(value) for key, value in given.items()) > PARAMETERS_SIZE:
        errors.append(field.too_long("parameters", PARAMETERS_SIZE))
    return errors if given or may_be_empty else [*errors, field.required("parameters", "must contain at least one key/value pair")]


def _topologies(given: list[Object]) -> Errors:
    """validateAllowedTopologies."""
    errors: Errors = []
    seen: list[dict[str, list[str]]] = []
    for place, term in enumerate(given):
        path = f"allowedTopologies[{place}]"
        keys: dict[str, list[str]] = {}
        for number, expression in enumerate(term.get("matchLabelExpressions") or ()):
            at, key, values = f"{path}.matchLabelExpressions[{number}]", expression.get("key", ""), expression.get("values") or []
            if not values:
                errors.append(field.required(f"{at}.values"))
            errors += [field.duplicate(f"{at}.values[{which}]", value) for which, value in enumerate(values) if value in values[:which]]
            errors += label_name(key, f"{at}.key")
            if key in keys:
                errors.append(field.duplicate(f"{at}.key", key))
            keys[key] = sorted(dict.fromkeys(values))
        if keys in seen:
            errors.append(field.duplicate(f"{path}.matchLabelExpressions", ""))
        seen.append(keys)
    return errors


def storage_class_update(new: Object, old: Object) -> Errors:
    """ValidateStorageClassUpdate."""
    errors = [field.forbidden(name, f"updates to {name} are forbidden.") for name in ("parameters", "provisioner", "reclaimPolicy")
              if (new.get(name) or None) != (old.get(name) or None)]
    if new.get("volumeBindingMode") != old.get("volumeBindingMode"):
        errors.append(field.invalid("volumeBindingMode", new.get("volumeBindingMode"), field.IMMUTABLE))
    return errors


def attributes_class(obj: Object) -> Errors:
    """ValidateVolumeAttributesClass."""
    return _driver(obj.get("driverName", ""), "driverName") + _parameters(obj.get("parameters") or {}, False)


def attributes_class_update(new: Object, old: Object) -> Errors:
    """ValidateVolumeAttributesClassUpdate."""
    errors = [field.forbidden(name, f"updates to {name} are forbidden.") for name in ("driverName", "parameters")
              if new.get(name) != old.get(name)]
    return errors + attributes_class(new)


def attachment(obj: Object) -> Errors:
    """ValidateVolumeAttachment."""
    spec = obj.get("spec") or {}
    source, name, attacher = spec.get("source") or {}, (spec.get("source") or {}).get("persistentVolumeName"), spec.get("attacher", "")
    errors: Errors = [] if attacher else [field.required("spec.attacher")]
    if (source.get("inlineVolumeSpec") is None) == (name is None):
        text = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        errors.append(field.required("spec.source", text) if name is None else field.forbidden("spec.source", text))
    elif name == "":
        errors.append(field.required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName"))
    node = spec.get("nodeName", "")
    errors += [field.invalid("spec.nodeName", node, text) for text in names.dns_subdomain(node)]
    errors += [field.invalid("spec.attacher", attacher, text) for text in names.dns_subdomain(attacher)]
    return errors + [field.invalid("spec.source.persistentVolumeName", name, text)
                     for text in (names.dns_subdomain(name) if name is not None else ())]


def attachment_update(new: Object, old: Object) -> Errors:
    """ValidateVolumeAttachmentUpdate: what is to be attached where does not change."""
    errors = attachment(new)
    if new.get("spec") != old.get("spec"):
        errors.append(field.invalid("spec", new.get("spec"), field.IMMUTABLE))
    return errors


def csi_node(obj: Object) -> Errors:
    """ValidateCSINode."""
    errors: Errors = []
    drivers = (obj.get("spec") or {}).get("drivers") or []
    for place, driver in enumerate(drivers):
        path, name, node = f"spec.drivers[{place}]", driver.get("name", ""), driver.get("nodeID", "")
        errors += [field.invalid(f"{path}.name", name, text) for text in names.dns_subdomain(name)]
        if not node:
            errors.append(field.required(f"{path}.nodeID"))
        if len(node) > NODE_ID:
            errors.append(field.invalid(f"{path}.nodeID", node, f"must be {NODE_ID} characters or less"))
        errors += not_negative((driver.get("allocatable") or {}).get("count"), f"{path}.allocatable.count")
        if name in [other.get("name") for other in drivers[:place]]:
            errors.append(field.duplicate(f"{path}.name", name))
        keys = driver.get("topologyKeys") or []
        for number, key in enumerate(keys):
            errors += [] if key else [field.required(path)]
            errors += [field.duplicate(path, key)] if key in keys[:number] else []
            errors += label_name(key, path)
    return errors


def csi_node_update(new: Object, old: Object) -> Errors:
    """ValidateCSINodeUpdate: of a driver only how much it takes may change."""
    errors = csi_node(new)
    now = {driver.get("name"): driver for driver in (new.get("spec") or {}).get("drivers") or ()}
    for driver in (old.get("spec") or {}).get("drivers") or ():
        other = now.get(driver.get("name"))
        if other is not None and {**other, "allocatable": None} != {**driver, "allocatable": None}:
            errors.append(field.invalid("spec.drivers", other, field.IMMUTABLE))
    return errors


def csi_driver(obj: Object) -> Errors:
    """ValidateCSIDriver. (attachedRequired: upstream's spelling.)"""
    spec = obj.get("spec") or {}
    errors = [field.required(f"spec.{shown}") for name, shown in (
        ("attachRequired", "attachedRequired"), ("podInfoOnMount", "podInfoOnMount"), ("storageCapacity", "storageCapacity"))
        if spec.get(name) is None]
    policy = spec.get("fsGroupPolicy")
    if policy is not None and policy not in GROUP_POLICIES:
        errors.append(field.not_supported("spec.fsGroupPolicy", policy, GROUP_POLICIES))
    requests = spec.get("tokenRequests") or []
    for place, request in enumerate(requests):
        path, seconds = f"spec.tokenRequests[{place}]", request.get("expirationSeconds")
        if request.get("audience", "") in [other.get("audience", "") for other in requests[:place]]:
            errors.append(field.duplicate(f"{path}.audience", request.get("audience", "")))
        elif seconds is not None and seconds < 600:
            errors.append(field.invalid(f"{path}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"))
        elif seconds is not None and seconds > 1 << 32:
            errors.append(field.invalid(f"{path}.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"))
    errors += [field.not_supported("spec.volumeLifecycleModes", mode, LIFECYCLES) for mode in spec.get("volumeLifecycleModes") or ()
               if mode not in LIFECYCLES]
    period = spec.get("nodeAllocatableUpdatePeriodSeconds")
    if period is not None and period < 10:
        errors.append(field.invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, "must be greater than or equal to 10 seconds"))
    return errors


def csi_driver_update(new: Object, old: Object) -> Errors:
    """ValidateCSIDriverUpdate."""
    errors, after, before = csi_driver(new), new.get("spec") or {}, old.get("spec") or {}
    for name, shown in (("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")):
        if after.get(name) != before.get(name):
            errors.append(field.invalid(f"spec.{shown}", after.get(name), field.IMMUTABLE))
    return errors


def capacity(obj: Object) -> Errors:
    """ValidateCSIStorageCapacity."""
    name, amount = obj.get("storageClassName", ""), obj.get("capacity")
    errors = label_selector.check(obj.get("nodeTopology"), "nodeTopology")
    errors += [field.invalid("storageClassName", name, text) for text in names.dns_subdomain(name)]
    if amount is not None and quantity.nano(amount) < 0:
        errors.append(field.invalid("capacity", quantity.canonical(amount), "must be greater than or equal to 0"))
    return errors


def capacity_update(new: Object, old: Object) -> Errors:
    """ValidateCSIStorageCapacityUpdate: what was asked about stays."""
    return [field.invalid(name, new.get(name), field.IMMUTABLE) for name in ("nodeTopology", "storageClassName")
            if new.get(name) != old.get(name)]
