"""Jobs and CronJobs.

Upstream: kubernetes/pkg/apis/batch/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, selectors
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import cron, label_selector, pod_failure_policy, pod_spec
from cluster_sim.apiserver.validation.numbers import not_negative, one_of

Object = dict[str, Any]
Errors = list[FieldError]

UID_LABEL = "batch.kubernetes.io/controller-uid"
NAME_LABEL = "batch.kubernetes.io/job-name"
CRONJOB_NAME = 52  # eleven characters are left for the minute
MAX_PARALLEL, MAX_WITH_MANY = 10**5, 10**4
FIXED = ("completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")


def job(obj: Object) -> Errors:
    """ValidateJob: what it generated must be there, and the spec must be good."""
    spec, meta = obj.get("spec") or {}, obj["metadata"]
    errors: Errors = []
    if not spec.get("manualSelector"):
        errors += _generated(spec, meta)
    return errors + job_spec(spec, "spec", True)


def _generated(spec: Object, meta: Object) -> Errors:
    """validateGeneratedSelector."""
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    selector = spec.get("selector") or {}
    errors: Errors = []
    if labels.get("controller-uid") != meta.get("uid"):
        errors.append(field.invalid("spec.template.metadata.labels[controller-uid]", labels.get("controller-uid", ""),
                                    f"must be '{meta.get('uid')}'"))
    if selector != {"matchLabels": {UID_LABEL: meta.get("uid")}} and selector != {"matchLabels": {"controller-uid": meta.get("uid")}}:
        errors.append(field.invalid("spec.selector", selector, "`selector` not auto-generated"))
    return errors


def job_spec(spec: Object, path: str, selected: bool) -> Errors:
    """validateJobSpec; `selected`: it is a Job's own, with a selector."""
    errors: Errors = []
    for name in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
                 "backoffLimitPerIndex"):
        errors += not_negative(spec.get(name), f"{path}.{name}")
    if spec.get("maxFailedIndexes") is not None:
        errors += not_negative(spec["maxFailedIndexes"], f"{path}.maxFailedIndexes")
        if spec.get("backoffLimitPerIndex") is None:
            errors.append(field.required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    mode = spec.get("completionMode")
    if mode is not None:
        if mode not in ("NonIndexed", "Indexed"):
            errors.append(field.not_supported(f"{path}.completionMode", mode, ("Indexed", "NonIndexed")))
        if mode == "Indexed":
            if spec.get("completions") is None:
                errors.append(field.required(f"{path}.completions", "when completion mode is Indexed"))
            if (spec.get("parallelism") or 0) > MAX_PARALLEL:
                errors.append(field.invalid(f"{path}.parallelism", spec["parallelism"],
                                            f"must be less than or equal to {MAX_PARALLEL} when completion mode is Indexed"))
    if spec.get("backoffLimitPerIndex") is not None and mode != "Indexed":
        errors.append(field.invalid(f"{path}.backoffLimitPerIndex", spec["backoffLimitPerIndex"], "requires indexed completion mode"))
    errors += pod_failure_policy.check(spec, path)
    template = spec.get("template") or {}
    if selected:
        errors += label_selector.check(spec.get("selector"), f"{path}.selector")
    errors += pod_spec.template(template, f"{path}.template")
    labels = (template.get("metadata") or {}).get("labels") or {}
    if selected and not label_selector.check(spec.get("selector"), "") and not selectors.matches(spec.get("selector") or {}, labels):
        errors.append(field.invalid(f"{path}.template.metadata.labels", labels, "`selector` does not match template `labels`"))
    restart = (template.get("spec") or {}).get("restartPolicy", "")
    if restart in ("", "Always"):
        errors.append(field.required(f"{path}.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"'))
    elif restart not in ("OnFailure", "Never"):
        errors.append(field.not_supported(f"{path}.template.spec.restartPolicy", restart, ("Never", "OnFailure")))
    elif spec.get("podFailurePolicy") is not None and restart != "Never":
        errors.append(field.invalid(f"{path}.template.spec.restartPolicy", restart, 'only "Never" is supported when podFailurePolicy is specified'))
    return errors


def job_update(new: Object, old: Object) -> Errors:
    """ValidateJobUpdate: most of it may not change; the template of a suspended Job that never ran may, in part."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    errors = job_spec(after, "spec", True)
    for name in FIXED:
        want, have = after.get(name), before.get(name)
        if name == "completions" and have is not None and want is not None and after.get("completionMode") == "Indexed":
            if want == after.get("parallelism") or want == have:  # an elastic indexed Job scales with its parallelism
                continue
        if name == "template" and want != have and before.get("suspend") and not (old.get("status") or {}).get("startTime"):
            want, have = _scheduling_apart(want or {}), _scheduling_apart(have or {})
        if want != have:
            shown = want if name != "template" else after.get(name)
            errors.append(field.invalid(f"spec.{name}", shown, field.IMMUTABLE))
    return errors


def _scheduling_apart(template: Object) -> Object:
    """A template without what may change while its Job is suspended."""
    meta = {key: value for key, value in (template.get("metadata") or {}).items() if key not in ("annotations", "labels")}
    spec = {key: value for key, value in (template.get("spec") or {}).items()
            if key not in ("nodeSelector", "affinity", "tolerations", "schedulingGates")}
    return {**template, "metadata": meta, "spec": spec}


def cronjob(obj: Object) -> Errors:
    """ValidateCronJobCreate."""
    spec, name = obj.get("spec") or {}, obj["metadata"].get("name", "")
    errors = cronjob_spec(spec)
    if len(name) > CRONJOB_NAME:
        errors.append(field.invalid("metadata.name", name, f"must be no more than {CRONJOB_NAME} characters"))
    return errors


def cronjob_update(new: Object, old: Object) -> Errors:
    """ValidateCronJobUpdate."""
    return cronjob_spec(new.get("spec") or {})


def cronjob_spec(spec: Object) -> Errors:
    """validateCronJobSpec."""
    errors: Errors = []
    schedule = spec.get("schedule", "")
    if not schedule:
        errors.append(field.required("spec.schedule"))
    else:
        wrong = cron.error(schedule)
        if wrong:
            errors.append(field.invalid("spec.schedule", schedule, wrong))
        if "TZ" in schedule:
            errors.append(field.invalid("spec.schedule", schedule,
                                        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
    errors += not_negative(spec.get("startingDeadlineSeconds"), "spec.startingDeadlineSeconds")
    errors += cron.time_zone(spec.get("timeZone"), "spec.timeZone")
    errors += one_of(spec.get("concurrencyPolicy"), "spec.concurrencyPolicy", ("Allow", "Forbid", "Replace"))
    template = spec.get("jobTemplate") or {}
    errors += job_spec(template.get("spec") or {}, "spec.jobTemplate.spec", False)
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        errors += not_negative(spec.get(name), f"spec.{name}")
    return errors


