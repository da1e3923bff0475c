"""Nodes.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateNode, ValidateNodeUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses, affinity

Object = dict[str, Any]
Errors = list[FieldError]


def validate(obj: Object) -> Errors:
    """ValidateNode. (Taints are reported under `metadata`, as upstream does.)"""
    spec = obj.get("spec") or {}
    errors = affinity.taints(spec.get("taints"), "metadata.taints")
    for place, cidr in enumerate(spec.get("podCIDRs") or ()):
        errors += addresses.cidr(cidr, f"spec.podCIDRs[{place}]")
    return errors


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateNodeUpdate."""
    errors: Errors = []
    after, before = new.get("spec") or {}, old.get("spec") or {}
    if before.get("podCIDRs") and after.get("podCIDRs") != before["podCIDRs"]:
        errors.append(field.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"))
    if before.get("providerID") and after.get("providerID") != before["providerID"]:
        errors.append(field.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"))
    return errors + affinity.taints(after.get("taints"), "metadata.taints")
