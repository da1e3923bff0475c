"""Jobs and CronJobs.

Upstream: kubernetes/pkg/apis/batch/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, selectors
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import cron, label_selector, object_meta, pod_failure_policy, pod_spec
from cluster_sim.apiserver.validation.numbers import not_negative, one_of

Object = dict[str, Any]
Errors = list[FieldError]

UID_LABEL, OLD_UID_LABEL = "batch.kubernetes.io/controller-uid", "controller-uid"
NAME_LABEL, OLD_NAME_LABEL = "batch.kubernetes.io/job-name", "job-name"
CRONJOB_NAME = 52  # eleven characters are left for the minute
LIMIT, HIGH_LIMIT = 100_000, 10_000  # for indexes; and for what runs or fails of more than the first
MANAGED_BY = 63
FIXED = ("completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")


def job(obj: Object) -> Errors:
    """ValidateJob: what it generated must be there, and the spec must be good."""
    spec, meta = obj.get("spec") or {}, obj["metadata"]
    errors: Errors = []
    if not spec.get("manualSelector") and spec.get("selector") is not None:
        errors += _generated(spec, meta)
    errors += job_spec(spec, "spec", True)
    if spec.get("completionMode") == "Indexed" and (spec.get("completions") or 0) > 0:
        host = f"{meta.get('name', '')}-{spec['completions'] - 1}"
        if names.dns_label(host):
            errors.append(field.invalid("metadata.name", meta.get("name", ""),
                                        f"will not able to create pod with invalid DNS label: {host}"))
    return errors


def _generated(spec: Object, meta: Object) -> Errors:
    """validateGeneratedSelector."""
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    uid, name = meta.get("uid", ""), meta.get("name", "")
    expected = {OLD_UID_LABEL: uid, OLD_NAME_LABEL: name, UID_LABEL: uid, NAME_LABEL: name}
    errors: Errors = []
    for key, value in expected.items():
        path = f"spec.template.metadata.labels[{key}]"
        if key not in labels:
            errors.append(field.required(path, f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(field.invalid(path, label_selector.in_order(labels), f"must be '{value}'"))
    if label_selector.is_usable(spec["selector"]) and not selectors.matches(spec["selector"], expected):
        errors.append(field.invalid("spec.selector", label_selector.shown(spec["selector"]), "`selector` not auto-generated"))
    return errors


def job_spec(spec: Object, path: str, selected: bool) -> Errors:
    """validateJobSpec; `selected`: it is a Job's own, with a selector."""
    errors: Errors = []
    for name in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
                 "backoffLimitPerIndex", "maxFailedIndexes"):
        errors += not_negative(spec.get(name), f"{path}.{name}")
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(field.required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    manager = spec.get("managedBy")
    if manager is not None:
        errors += object_meta.domain_path(manager, f"{path}.managedBy")
        errors += [field.too_long(f"{path}.managedBy", MANAGED_BY)] if len(manager) > MANAGED_BY else []
    mode = spec.get("completionMode")
    if mode not in (None, "NonIndexed", "Indexed"):
        errors.append(field.not_supported(f"{path}.completionMode", mode, ("NonIndexed", "Indexed")))
    if mode == "Indexed":
        errors += _indexed(spec, path)
    if mode in (None, "NonIndexed"):
        errors += [field.invalid(f"{path}.{name}", spec[name], "requires indexed completion mode")
                   for name in ("backoffLimitPerIndex", "maxFailedIndexes") if spec.get(name) is not None]
    errors += pod_failure_policy.check(spec, path)
    template = spec.get("template") or {}
    errors += pod_spec.template(template, f"{path}.template")
    restart = (template.get("spec") or {}).get("restartPolicy", "")
    at = f"{path}.template.spec.restartPolicy"
    if restart in ("", "Always"):
        errors.append(field.required(at, 'valid values: "OnFailure", "Never"'))
    elif restart not in ("OnFailure", "Never"):
        errors.append(field.not_supported(at, restart, ("OnFailure", "Never")))
    elif spec.get("podFailurePolicy") is not None and restart != "Never":
        errors.append(field.invalid(at, restart, 'only "Never" is supported when podFailurePolicy is specified'))
    return errors + (_selector(spec, path) if selected else [])


def _selector(spec: Object, path: str) -> Errors:
    """Of a Job itself: whether it chooses its own pods."""
    selector = spec.get("selector")
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    errors = label_selector.check(selector, f"{path}.selector") if selector is not None else [field.required(f"{path}.selector")]
    if selector is None or (label_selector.is_usable(selector) and not selectors.matches(selector, labels)):
        errors.append(field.invalid(f"{path}.template.metadata.labels", label_selector.in_order(labels), "`selector` does not match template `labels`"))
    return errors


def _indexed(spec: Object, path: str) -> Errors:
    """What an indexed Job needs, and how large it may be."""
    completions, parallelism, failed = spec.get("completions"), spec.get("parallelism") or 0, spec.get("maxFailedIndexes")
    errors: Errors = []
    if completions is None:
        errors.append(field.required(f"{path}.completions", "when completion mode is Indexed"))
    if parallelism > LIMIT:
        errors.append(field.invalid(f"{path}.parallelism", parallelism,
                                    f"must be less than or equal to {LIMIT} when completion mode is Indexed"))
    if failed is not None and completions is not None and failed > completions:
        errors.append(field.invalid(f"{path}.maxFailedIndexes", failed, "must be less than or equal to completions"))
    if failed is not None and failed > LIMIT:
        errors.append(field.invalid(f"{path}.maxFailedIndexes", failed, f"must be less than or equal to {LIMIT}"))
    if (completions or 0) > LIMIT and spec.get("backoffLimitPerIndex") is not None:
        text = f"must be less than or equal to {HIGH_LIMIT} when completions are above {LIMIT} and used with backoff limit per index"
        if failed is None:
            errors.append(field.required(f"{path}.maxFailedIndexes", f"must be specified when completions is above {LIMIT}"))
        if parallelism > HIGH_LIMIT:
            errors.append(field.invalid(f"{path}.parallelism", parallelism, text))
        if (failed or 0) > HIGH_LIMIT:
            errors.append(field.invalid(f"{path}.maxFailedIndexes", failed, text))
    return errors


def job_update(new: Object, old: Object) -> Errors:
    """ValidateJobUpdate: most of it may not change; the template of a suspended Job that never ran may, in part."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    errors = job_spec(after, "spec", True)
    for name in FIXED:
        want, have = after.get(name), before.get(name)
        if name == "completions" and after.get("completionMode") == "Indexed":
            if want not in (None, have, after.get("parallelism")):  # an elastic indexed Job scales with its parallelism
                errors.append(field.invalid("spec.completions", want, "can only be modified in tandem with spec.parallelism"))
            continue
        if name == "template" and want != have and before.get("suspend") and not (old.get("status") or {}).get("startTime"):
            want, have = _scheduling_apart(want or {}), _scheduling_apart(have or {})
        if want != have:
            shown = label_selector.shown(want) if name == "selector" else after.get(name)
            errors.append(field.invalid(f"spec.{name}", shown, field.IMMUTABLE))
    return errors


def _scheduling_apart(template: Object) -> Object:
    """A template without what may change while its Job is suspended."""
    meta = {key: value for key, value in (template.get("metadata") or {}).items() if key not in ("annotations", "labels")}
    spec = {key: value for key, value in (template.get("spec") or {}).items()
            if key not in ("nodeSelector", "affinity", "tolerations", "schedulingGates")}
    affinity = (template.get("spec") or {}).get("affinity") or {}
    rest = {key: value for key, value in affinity.items() if key != "nodeAffinity" and value is not None}
    return {**template, "metadata": meta, "spec": {**spec, **({"affinity": rest} if rest else {})}}


def cronjob(obj: Object) -> Errors:
    """ValidateCronJobCreate."""
    spec, name = obj.get("spec") or {}, obj["metadata"].get("name", "")
    errors = cronjob_spec(spec)
    if len(name) > CRONJOB_NAME:
        errors.append(field.invalid("metadata.name", name, f"must be no more than {CRONJOB_NAME} characters"))
    return errors


def cronjob_update(new: Object, old: Object) -> Errors:
    """ValidateCronJobUpdate."""
    return cronjob_spec(new.get("spec") or {}, old.get("spec") or {})


def cronjob_spec(spec: Object, before: Object | None = None) -> Errors:
    """validateCronJobSpec."""
    errors: Errors = []
    schedule = spec.get("schedule", "")
    if not schedule:
        errors.append(field.required("spec.schedule"))
    else:
        wrong = cron.error(schedule)
        if wrong:
            errors.append(field.invalid("spec.schedule", schedule, wrong))
        if "TZ" in schedule and "TZ" not in (before or {}).get("schedule", ""):
            errors.append(field.invalid("spec.schedule", schedule,
                                        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
        elif "TZ" in schedule and spec.get("timeZone") is not None:
            errors.append(field.invalid("spec.schedule", schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"))
    errors += not_negative(spec.get("startingDeadlineSeconds"), "spec.startingDeadlineSeconds")
    if before is None or spec.get("timeZone") != before.get("timeZone"):
        errors += cron.time_zone(spec.get("timeZone"), "spec.timeZone")
    errors += one_of(spec.get("concurrencyPolicy"), "spec.concurrencyPolicy", ("Allow", "Forbid", "Replace"))
    template = (spec.get("jobTemplate") or {}).get("spec") or {}
    errors += job_spec(template, "spec.jobTemplate.spec", False)
    if template.get("selector") is not None:
        errors.append(field.invalid("spec.jobTemplate.spec.selector", label_selector.shown(template["selector"]),
                                    "`selector` will be auto-generated"))
    if template.get("manualSelector"):
        errors.append(field.not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false")))
    for name in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        errors += not_negative(spec.get(name), f"spec.{name}")
    return errors
