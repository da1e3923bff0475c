"""Pods, when they are changed: images, the deadline, more tolerations, and little else.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodUpdate).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import affinity, label_selector, pod
from cluster_sim.apiserver.validation.numbers import MAX_INT32

Object = dict[str, Any]
Errors = list[FieldError]

ALLOWED = ("pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
           "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
           "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
KINDS = ("containers", "initContainers")
TERMS = "requiredDuringSchedulingIgnoredDuringExecution"


def validate_update(new: Object, old: Object) -> Errors:
    """A changed pod: its spec must be a good one, and a permitted change of the old."""
    after, before = new["spec"], old["spec"]
    if after == before:
        return []
    errors = pod.spec_errors(after)
    for kind in KINDS:
        if len(before.get(kind) or ()) != len(after.get(kind) or ()):
            return [*errors, field.forbidden(f"spec.{kind}", "pod updates may not add or remove containers")]
        errors += _images(after, kind)
    deadline, stop = _deadline(after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"))
    errors += deadline
    if stop:
        return errors
    errors += _tolerations(after.get("tolerations") or [], before.get("tolerations") or [])
    errors += _gates_added(after, before)
    munged = _munged(after, before)
    if before.get("schedulingGates"):
        munged, more = _gated(munged, before)
        errors += more
    if munged != before:
        errors.append(field.forbidden("spec", ALLOWED))
    return errors


def _images(after: Object, kind: str) -> Errors:
    errors: Errors = []
    for place, container in enumerate(after.get(kind) or ()):
        image = container.get("image", "")
        if not image:
            errors.append(field.required(f"spec.{kind}[{place}].image"))
        elif image != image.strip():
            errors.append(field.invalid(f"spec.{kind}[{place}].image", image, "must not have leading or trailing whitespace"))
    return errors


def _munged(after: Object, before: Object) -> Object:
    """The new spec with everything that may change as it was."""
    spec = {**after}
    for kind in KINDS:
        if kind in before:
            spec[kind] = [{**new, "image": old.get("image", "")} for new, old in zip(after.get(kind, []), before[kind], strict=True)]
    allowed = ["activeDeadlineSeconds", "tolerations", "schedulingGates"]
    if (before.get("terminationGracePeriodSeconds") or 0) < 0 and after.get("terminationGracePeriodSeconds") == 1:
        allowed.append("terminationGracePeriodSeconds")
    for key in allowed:
        spec.pop(key, None)
        if key in before:
            spec[key] = before[key]
    return spec


def _gated(spec: Object, before: Object) -> tuple[Object, Errors]:
    """A pod that is held back may still be told more narrowly where to go."""
    errors: Errors = []
    want, have = spec.get("nodeSelector") or {}, before.get("nodeSelector") or {}
    if any(want.get(key) != value for key, value in have.items()):
        errors.append(field.invalid("spec.nodeSelector", label_selector.in_order(want),
                                    "only additions to spec.nodeSelector are allowed (no mutations or deletions)"))
    spec = _as_before(spec, before, "nodeSelector")
    old = (before.get("affinity") or {}).get("nodeAffinity")
    errors += _terms((spec.get("affinity") or {}).get("nodeAffinity") or {}, old or {})
    affine = _as_before(spec.get("affinity") or {}, before.get("affinity") or {}, "nodeAffinity")
    spec = {key: value for key, value in spec.items() if key != "affinity"}
    if affine or "affinity" in before:
        spec["affinity"] = affine
    return spec, errors


def _as_before(spec: Object, before: Object, key: str) -> Object:
    spec = {name: value for name, value in spec.items() if name != key}
    return {**spec, key: before[key]} if key in before else spec


def _terms(new: Object, old: Object) -> Errors:
    """validateNodeAffinityMutation: requirements may be added to a term, nothing else."""
    want = (new.get(TERMS) or {}).get("nodeSelectorTerms") or []
    have = (old.get(TERMS) or {}).get("nodeSelectorTerms") or []
    path = f"spec.affinity.nodeAffinity.{TERMS}.nodeSelectorTerms"
    if have and len(have) != len(want):
        return [field.invalid(path, [_shown(term) for term in want] or None, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")]
    return [field.invalid(f"{path}[{place}]", _shown(term), "only additions are allowed (no mutations or deletions)")
            for place, (term, was) in enumerate(zip(want, have, strict=False)) if not _only_additions(term, was)]


def _shown(term: Object) -> Object:
    """A term as the real server's memory has it."""
    def every(given: list[Object] | None) -> list[Object] | None:
        return [{"Key": one.get("key", ""), "Operator": one.get("operator", ""), "Values": one.get("values")} for one in given or ()] or None

    return {"MatchExpressions": every(term.get("matchExpressions")), "MatchFields": every(term.get("matchFields"))}


def _only_additions(new: Object, old: Object) -> bool:
    lists = ("matchExpressions", "matchFields")
    if not any(old.get(key) for key in lists) and any(new.get(key) for key in lists):
        return False  # an empty term chooses nothing; with requirements it would choose something
    return all((new.get(key) or [])[:len(old.get(key) or ())] == (old.get(key) or []) for key in lists)


def _gates_added(after: Object, before: Object) -> Errors:
    """validateOnlyDeletedSchedulingGates."""
    have = [gate["name"] for gate in before.get("schedulingGates") or ()]
    return [field.forbidden(f"spec.schedulingGates[{place}].name",
                            f"only deletion is allowed, but found new scheduling gate '{gate['name']}'")
            for place, gate in enumerate(after.get("schedulingGates") or ()) if gate["name"] not in have]


def _deadline(new: int | None, old: int | None) -> tuple[Errors, bool]:
    """What is wrong, and whether that is the end of it."""
    path = "spec.activeDeadlineSeconds"
    if new is not None:
        if not 0 <= new <= MAX_INT32:
            return [field.invalid(path, new, f"must be between 0 and {MAX_INT32}, inclusive")], True
        if old is not None and old < new:
            return [field.invalid(path, new, "must be less than or equal to previous value")], True
    elif old is not None:
        return [field.invalid(path, None, "must not update from a positive integer to nil value")], False
    return [], False


def _tolerations(new: list[Object], old: list[Object]) -> Errors:
    def bare(toleration: Object) -> Object:
        return {key: value for key, value in toleration.items() if key != "tolerationSeconds"}

    wanted = [bare(toleration) for toleration in new]
    if any(bare(toleration) not in wanted for toleration in old):
        return [field.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")]
    return affinity.tolerations(new, "spec.tolerations")
