"""Namespaces: their own finalizers, and a phase that says whether they are going.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateNamespace, ValidateNamespaceStatusUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import object_meta

Object = dict[str, Any]
Errors = list[FieldError]


def validate(obj: Object) -> Errors:
    """A new namespace."""
    return finalizers((obj.get("spec") or {}).get("finalizers") or [], indexed=False)


def finalizers(given: list[str], indexed: bool = True) -> Errors:
    """validateFinalizerName, of each."""
    errors: Errors = []
    for place, name in enumerate(given):
        errors += object_meta.finalizer_name(name, f"spec.finalizers[{place}]" if indexed else "spec.finalizers")
    return errors


def validate_status(new: Object, old: Object) -> Errors:
    """The phase goes with the deletion timestamp."""
    phase = (new.get("status") or {}).get("phase", "")
    if new["metadata"].get("deletionTimestamp"):
        text = "may only be 'Terminating' if `deletionTimestamp` is not empty"
        return [] if phase == "Terminating" else [field.invalid("status.Phase", phase, text)]
    return [] if phase == "Active" else [field.invalid("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty")]
