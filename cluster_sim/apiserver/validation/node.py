"""Nodes.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateNode, ValidateNodeUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses, affinity, container_resources

Object = dict[str, Any]
Errors = list[FieldError]


def validate(obj: Object) -> Errors:
    """ValidateNode. (Taints are reported under `metadata`, as upstream does.)"""
    spec = obj.get("spec") or {}
    errors = affinity.taints(spec.get("taints"), "metadata.taints") + _resources(obj.get("status") or {})
    cidrs = spec.get("podCIDRs") or []
    for place, cidr in enumerate(cidrs):
        errors += addresses.cidr(cidr, f"spec.podCIDRs[{place}]")
    if len(cidrs) > 2 or (len(cidrs) == 2 and sum(":" in cidr for cidr in cidrs) != 1):
        errors.append(field.invalid("spec.podCIDRs", cidrs, "may specify no more than one CIDR for each IP family"))
    return errors + [field.duplicate(f"spec.podCIDRs[{place}]", cidr) for place, cidr in enumerate(cidrs) if cidr in cidrs[:place]]


def _resources(status: Object) -> Errors:
    """ValidateNodeResources."""
    errors: Errors = []
    for kind in ("capacity", "allocatable"):
        for name in sorted(status.get(kind) or ()):
            errors += container_resources.value(name, status[kind][name], f"status.{kind}.{name}")
    return errors


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateNodeUpdate."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    errors: Errors = []
    if new.get("status") is not old.get("status"):
        errors += _resources(new.get("status") or {}) + _twice((new.get("status") or {}).get("addresses") or [])
    if before.get("podCIDRs"):
        want, have = after.get("podCIDRs") or [], before["podCIDRs"]
        changes = 1 if len(want) != len(have) else sum(one != other for one, other in zip(want, have, strict=True))
        errors += [field.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid")] * changes
    if before.get("providerID") and after.get("providerID") != before["providerID"]:
        errors.append(field.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"))
    if after.get("taints") is not before.get("taints"):
        errors += affinity.taints(after.get("taints"), "metadata.taints")
    return errors


def _twice(given: list[Object]) -> Errors:
    return [field.duplicate(f"status.addresses[{place}]", {"Type": address.get("type", ""), "Address": address.get("address", "")})
            for place, address in enumerate(given) if address in given[:place]]


def validate_status(new: Object, old: Object) -> Errors:
    """The same for a status; a heartbeat changes neither amounts nor addresses, and is let by."""
    after, before = new.get("status") or {}, old.get("status") or {}
    if all(after.get(name) == before.get(name) for name in ("capacity", "allocatable", "addresses")):
        return []
    return _resources(after) + _twice(after.get("addresses") or [])
