"""A Job's status: counters only grow, what ended it is told in order, and stays.

Upstream: kubernetes/pkg/apis/batch/validation/validation.go (validateJobStatus, ValidateJobStatusUpdate),
pkg/registry/batch/job/strategy.go (getStatusValidationOptions).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.conditions import is_true
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import indexes
from cluster_sim.apiserver.validation.numbers import not_negative

Object = dict[str, Any]
Errors = list[FieldError]

TERMINAL = ("Failed", "Complete", "FailureTarget")
EXCLUSIVE = (("Complete", "Failed", "cannot set Complete=True and Failed=true conditions"),
             ("Complete", "FailureTarget", "cannot set Complete=True and FailureTarget=true conditions"))
BEFORE = (("Failed", "FailureTarget", "cannot set Failed=True condition without the FailureTarget=true condition"),
          ("Complete", "SuccessCriteriaMet", "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"))
NOT_WITH_SUCCESS = (("Failed", "cannot set SuccessCriteriaMet=True and Failed=true conditions"),
                    ("FailureTarget", "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"))


def validate(new: Object, old: Object) -> Errors:
    """A changed status."""
    status, before, spec = new.get("status") or {}, old.get("status") or {}, new.get("spec") or {}
    if status == before:
        return []
    errors: Errors = []
    for name in ("active", "succeeded", "failed", "ready", "terminating"):
        errors += not_negative(status.get(name), f"status.{name}")
    errors += _uncounted(status.get("uncountedTerminatedPods") or {}) + _conditions(status) + _times(status)
    errors += _finished(status) + _indexes(status, spec)
    if status.get("ready", 0) > status.get("active", 0):
        errors.append(field.invalid("status.ready", status["ready"], "cannot set more ready pods than active"))
    return errors + _changes(status, before, spec)


def _has(status: Object, kind: str) -> bool:
    return is_true(status.get("conditions"), kind)


def _condition(text: str) -> FieldError:
    return field.invalid("status.conditions", field.OMIT, text)


def _uncounted(given: Object) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    for kind in ("succeeded", "failed"):
        for place, uid in enumerate(given.get(kind) or ()):
            path = f"status.uncountedTerminatedPods.{kind}[{place}]"
            if not uid:
                errors.append(field.invalid(path, uid, "must not be empty"))
            elif uid in seen:
                errors.append(field.duplicate(path, uid))
            seen[uid] = True
    return errors


def _conditions(status: Object) -> Errors:
    errors = [_condition(text) for one, other, text in EXCLUSIVE if _has(status, one) and _has(status, other)]
    errors += [_condition(text) for one, first, text in BEFORE if _has(status, one) and not _has(status, first)]
    if _has(status, "SuccessCriteriaMet"):
        errors += [_condition(text) for kind, text in NOT_WITH_SUCCESS if _has(status, kind)]
    return errors


def _times(status: Object) -> Errors:
    start, end, complete = status.get("startTime"), status.get("completionTime"), _has(status, "Complete")
    errors: Errors = []
    if end is not None and not complete:
        errors.append(field.invalid("status.completionTime", end, "cannot set completionTime when there is no Complete=True condition"))
    if end is None and complete:
        errors.append(field.required("status.completionTime", "completionTime is required for Complete jobs"))
    if start is not None and end is not None and end < start:
        errors.append(field.invalid("status.completionTime", end, "completionTime cannot be set before startTime"))
    return errors


def _finished(status: Object) -> Errors:
    """A Job that is over has nothing left that runs or waits."""
    if not _has(status, "Complete") and not _has(status, "Failed"):
        return []
    errors: Errors = []
    if status.get("active", 0) > 0:
        errors.append(field.invalid("status.active", status["active"], "active>0 is invalid for finished job"))
    if status.get("startTime") is None:
        errors.append(field.required("status.startTime", "startTime is required for finished job"))
    waiting = status.get("uncountedTerminatedPods") or {}
    if waiting.get("failed") or waiting.get("succeeded"):
        errors.append(field.invalid("status.uncountedTerminatedPods", waiting, "uncountedTerminatedPods needs to be empty for finished job"))
    if status.get("terminating", 0) > 0:
        errors.append(field.invalid("status.terminating", status["terminating"], "terminating>0 is invalid for finished job"))
    return errors


def _indexes(status: Object, spec: Object) -> Errors:
    completed, failed, completions = status.get("completedIndexes", ""), status.get("failedIndexes"), spec.get("completions")
    per_index = spec.get("backoffLimitPerIndex") is not None
    errors: Errors = []
    for name, text in (("completedIndexes", completed), ("failedIndexes", failed if per_index else None)):
        wrong = indexes.count(text, completions)[1] if text and completions is not None else ""
        if wrong:
            errors.append(field.invalid(f"status.{name}", text, f"error parsing {name}: {wrong}"))
    if completed and spec.get("completionMode") != "Indexed":
        errors.append(field.invalid("status.completedIndexes", completed,
                                    "cannot set non-empty completedIndexes when non-indexed completion mode"))
    if failed is not None and not per_index:
        errors.append(field.invalid("status.failedIndexes", failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null"))
    shared = indexes.overlap(completed, failed, completions) if failed and completions is not None else None
    if shared is not None:
        errors.append(field.invalid("status.failedIndexes", failed, f"failedIndexes and completedIndexes overlap at index: {shared}"))
    return errors


def _changes(status: Object, before: Object, spec: Object) -> Errors:
    errors = [_condition(f"cannot disable the terminal {kind}=True condition") for kind in TERMINAL
              if _has(before, kind) and not _has(status, kind)]
    elastic = spec.get("completionMode") == "Indexed" and spec.get("completions") == spec.get("parallelism")
    for name in ("failed", "succeeded"):
        if status.get(name, 0) < before.get(name, 0) and not (name == "succeeded" and elastic):
            errors.append(field.invalid(f"status.{name}", status.get(name, 0), f"cannot decrease the {name} counter"))
    end, had_end, had_start = status.get("completionTime"), before.get("completionTime"), before.get("startTime")
    if end is not None and had_end is not None and end != had_end:
        errors.append(field.invalid("status.completionTime", end, "completionTime cannot be mutated"))
    if had_start is not None and status.get("startTime") != had_start and not spec.get("suspend"):
        errors.append(field.required("status.startTime", "startTime cannot be removed for unsuspended job"))
    if _has(before, "SuccessCriteriaMet") and not _has(status, "SuccessCriteriaMet"):
        errors.append(_condition("cannot disable the SuccessCriteriaMet=True condition"))
    return errors
