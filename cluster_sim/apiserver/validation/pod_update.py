"""Pods, when they are changed: images, the deadline, more tolerations, and little else.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodUpdate, ValidatePodStatusUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import affinity, pod_spec
from cluster_sim.apiserver.validation.numbers import MAX_INT32

Object = dict[str, Any]
Errors = list[FieldError]

ALLOWED = ("pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
           "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
           "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
GATED = ("affinity", "nodeSelector")


def validate_update(new: Object, old: Object) -> Errors:
    """A changed pod."""
    after, before = new["spec"], old["spec"]
    if after == before:
        return []
    errors: Errors = []
    for kind in ("containers", "initContainers"):
        have, want = before.get(kind) or [], after.get(kind) or []
        if len(have) != len(want):
            return [*errors, field.forbidden(f"spec.{kind}", "pod updates may not add or remove containers")]
    for kind in ("containers", "initContainers"):
        for place, container in enumerate(after.get(kind) or ()):
            image = container.get("image", "")
            if not image:
                errors.append(field.required(f"spec.{kind}[{place}].image"))
            elif image != image.strip():
                errors.append(field.invalid(f"spec.{kind}[{place}].image", image, "must not have leading or trailing whitespace"))
    errors += _deadline(after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"))
    errors += _tolerations(after.get("tolerations") or [], before.get("tolerations") or [])
    gated = bool(before.get("schedulingGates"))
    errors += _gates_added(after, before)
    if errors:
        return errors
    munged = _munged(after, before, gated)
    if munged != before:
        errors.append(field.forbidden("spec", ALLOWED))
    elif gated:
        errors += pod_spec.validate(after, "spec", is_pod=True)
    return errors


def _munged(after: Object, before: Object, gated: bool) -> Object:
    """The new spec with everything that may change as it was."""
    spec = {**after}
    for kind in ("containers", "initContainers"):
        if kind in before:
            spec[kind] = [{**new, "image": old.get("image", "")} for new, old in zip(after.get(kind, []), before[kind], strict=True)]
    allowed = ["activeDeadlineSeconds", "tolerations", "schedulingGates"]
    if (before.get("terminationGracePeriodSeconds") or 0) < 0 and after.get("terminationGracePeriodSeconds") == 1:
        allowed.append("terminationGracePeriodSeconds")
    for key in (*allowed, *(GATED if gated else ())):
        spec.pop(key, None)
        if key in before:
            spec[key] = before[key]
    return spec


def _gates_added(after: Object, before: Object) -> Errors:
    """validateOnlyDeletedSchedulingGates."""
    have = [gate["name"] for gate in before.get("schedulingGates") or ()]
    return [field.forbidden(f"spec.schedulingGates[{place}].name",
                            f"only deletion is allowed, but found new scheduling gate '{gate['name']}'")
            for place, gate in enumerate(after.get("schedulingGates") or ()) if gate["name"] not in have]


def _deadline(new: int | None, old: int | None) -> Errors:
    path = "spec.activeDeadlineSeconds"
    if new is not None:
        if not 0 <= new <= MAX_INT32:
            return [field.invalid(path, new, f"must be between 0 and {MAX_INT32}, inclusive")]
        if old is not None and old < new:
            return [field.invalid(path, new, "must be less than or equal to previous value")]
    elif old is not None:
        return [field.invalid(path, None, "must not update from a positive integer to nil value")]
    return []


def _tolerations(new: list[Object], old: list[Object]) -> Errors:
    def bare(toleration: Object) -> Object:
        return {key: value for key, value in toleration.items() if key != "tolerationSeconds"}

    wanted = [bare(toleration) for toleration in new]
    if any(bare(toleration) not in wanted for toleration in old):
        return [field.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")]
    return affinity.tolerations(new, "spec.tolerations")


def validate_status(new: Object, old: Object) -> Errors:
    """A changed status: a bound pod stays where it is."""
    nominated = (new.get("status") or {}).get("nominatedNodeName")
    return [] if not nominated or "/" not in nominated else [field.invalid("status.nominatedNodeName", nominated, "must be a node's name")]
