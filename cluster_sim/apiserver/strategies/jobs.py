"""Jobs: the server makes up their selector and labels, so that no two Jobs share pods.

Upstream: kubernetes/pkg/registry/batch/job/strategy.go, cronjob/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import batch, job_status

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

OLD, NEW = "controller-uid", "batch.kubernetes.io/controller-uid"
OLD_NAME, NEW_NAME = "job-name", "batch.kubernetes.io/job-name"


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """generateSelector: the Job's uid and name become labels of its pods, unless it brings a selector of its own."""
    spec = obj.get("spec") or {}
    meta = obj["metadata"]
    if spec.get("manualSelector"):
        labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
        return {**obj, "metadata": {**meta, "labels": labels}} if labels and not meta.get("labels") else obj
    template = spec.get("template") or {}
    tmeta = template.get("metadata") or {}
    labels = {**(tmeta.get("labels") or {})}
    for key, value in (
        (OLD_NAME, meta.get("name", "")),
        (NEW_NAME, meta.get("name", "")),
        (OLD, meta["uid"]),
        (NEW, meta["uid"]),
    ):
        labels.setdefault(key, value)  # another value of the user's is refused by the checks
    selector = spec.get("selector") or {}
    matched = {NEW: meta["uid"], **(selector.get("matchLabels") or {})}
    if not meta.get("labels"):  # SetDefaults_Job: a Job without labels gets its template's
        obj = {**obj, "metadata": {**meta, "labels": labels}}
    return {**obj, "spec": {**spec, "selector": {**selector, "matchLabels": matched}, "manualSelector": False,
                            "template": {**template, "metadata": {**tmeta, "labels": labels}}}}


JOB = Strategy(generation=True, status=True, orphan=True, prepare_create=prepare_create, validate=batch.job,
               validate_update=batch.job_update, validate_status=job_status.validate)
CRONJOB = Strategy(generation=True, status=True, validate=batch.cronjob, validate_update=batch.cronjob_update)
