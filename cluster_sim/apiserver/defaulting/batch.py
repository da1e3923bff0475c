"""Defaults of Jobs and CronJobs.

Upstream: kubernetes/pkg/apis/batch/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting import pod
from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]

FOREVER = 2147483647  # math.MaxInt32


def job(obj: Object) -> Object:
    """SetDefaults_Job."""
    return change(obj, "spec", job_spec)


def job_spec(spec: Object) -> Object:
    """A Job's spec."""
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec = {**spec, "completions": 1, "parallelism": 1}
    spec = fill(spec, {"parallelism": 1, "completionMode": "NonIndexed", "suspend": False})
    if spec.get("backoffLimit") is None:
        spec = {**spec, "backoffLimit": FOREVER if spec.get("backoffLimitPerIndex") is not None else 6}
    if not spec.get("podReplacementPolicy"):
        spec = {**spec, "podReplacementPolicy": "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed"}
    spec = change(spec, "podFailurePolicy", lambda policy: change(policy, "rules", each(_failure_rule)))
    return change(spec, "template", pod.template)


def _failure_rule(rule: Object) -> Object:
    return change(rule, "onPodConditions", each(lambda pattern: fill(pattern, {"status": "True"})))


def cronjob(obj: Object) -> Object:
    """SetDefaults_CronJob."""
    def filled(spec: Object) -> Object:
        spec = fill(spec, {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3,
                           "failedJobsHistoryLimit": 1})
        return change(spec, "jobTemplate", lambda template: change(template, "spec", _template_spec))
    return change(obj, "spec", filled)


def _template_spec(spec: Object) -> Object:
    """A CronJob's job template gets its pod's defaults only; the Job gets its own when it is created."""
    return change(spec, "template", pod.template)
