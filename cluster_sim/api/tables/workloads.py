"""Cells of what runs pods: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, and what scales them.

Upstream: printDeployment and its neighbours in kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import is_true
from cluster_sim.api.selectors import format_label_selector

from .ages import between, human_duration, since
from .words import NONE, UNSET, containers, labels, pod_spec, yes

Object = dict[str, Any]


def _age(obj: Object, now: int) -> str:
    return since(meta.metadata(obj).get("creationTimestamp"), now)


def _parts(obj: Object) -> tuple[Object, Object]:
    return obj.get("spec") or {}, obj.get("status") or {}


def deployment(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    counts = [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    selector = format_label_selector(spec.get("selector"))
    return [meta.name(obj), ready, *counts, _age(obj, now), *containers(pod_spec(spec.get("template"))), selector]


def replica_set(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    counts = [spec.get("replicas", 1), status.get("replicas", 0), status.get("readyReplicas", 0)]
    selector = format_label_selector(spec.get("selector"))
    return [meta.name(obj), *counts, _age(obj, now), *containers(pod_spec(spec.get("template"))), selector]


def replication_controller(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    counts = [spec.get("replicas", 1), status.get("replicas", 0), status.get("readyReplicas", 0)]
    selector = labels(spec.get("selector"))
    return [meta.name(obj), *counts, _age(obj, now), *containers(pod_spec(spec.get("template"))), selector]


def stateful_set(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    return [meta.name(obj), ready, _age(obj, now), *containers(pod_spec(spec.get("template")))]


_DAEMON_COUNTS = (
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "updatedNumberScheduled",
    "numberAvailable",
)


def daemon_set(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    pod = pod_spec(spec.get("template"))
    counts = [status.get(field, 0) for field in _DAEMON_COUNTS]
    tail = [labels(pod.get("nodeSelector")), _age(obj, now), *containers(pod)]
    return [meta.name(obj), *counts, *tail, format_label_selector(spec.get("selector"))]


def _completions(spec: Object, status: Object) -> str:
    done = status.get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def job_status(obj: Object) -> str:
    """The word under STATUS."""
    conditions = (obj.get("status") or {}).get("conditions")
    if is_true(conditions, "Complete"):
        return "Complete"
    if is_true(conditions, "Failed"):
        return "Failed"
    if meta.is_deleting(obj):
        return "Terminating"
    for word in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if is_true(conditions, word):
            return word
    return "Running"


def job(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    start, end = status.get("startTime"), status.get("completionTime")
    duration = "" if not start else between(start, end) if end else since(start, now)
    selector = format_label_selector(spec.get("selector"))
    head = [meta.name(obj), job_status(obj), _completions(spec, status), duration, _age(obj, now)]
    return [*head, *containers(pod_spec(spec.get("template"))), selector]


def cron_job(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    last = since(status["lastScheduleTime"], now) if status.get("lastScheduleTime") else NONE
    job_spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    head = [meta.name(obj), spec.get("schedule", ""), spec.get("timeZone") or NONE, yes(spec.get("suspend"))]
    tail = [*containers(pod_spec(job_spec.get("template"))), format_label_selector(job_spec.get("selector"))]
    return [*head, len(status.get("active") or ()), last, _age(obj, now), *tail]


def controller_revision(obj: Object, now: int) -> list[Any]:
    owner = meta.controller_of(obj)
    controller = NONE
    if owner is not None:
        group = meta.group_version(owner.get("apiVersion", ""))[0]
        controller = f"{owner['kind'].lower()}{'.' + group if group else ''}/{owner['name']}"
    return [meta.name(obj), controller, obj.get("revision", 0), _age(obj, now)]


def pod_template(obj: Object, now: int) -> list[Any]:
    template = obj.get("template") or {}
    return [meta.name(obj), *containers(pod_spec(template)), labels(meta.labels(template))]


def disruption_budget(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    bounds = [str(spec[field]) if field in spec else "N/A" for field in ("minAvailable", "maxUnavailable")]
    return [meta.name(obj), *bounds, status.get("disruptionsAllowed", 0), _age(obj, now)]


_METRICS = ("resource", "containerResource", "pods", "object", "external")


def _metric(spec: Object, current: Object) -> str:
    """One target: "cpu: 12%/50%"."""
    kind = next((name for name in _METRICS if name in spec), "")
    wanted, have = spec.get(kind) or {}, (current.get(kind) or {}).get("current") or {}
    target = wanted.get("target") or {}
    name = f"{wanted['name']}: " if kind in ("resource", "containerResource") else ""
    if target.get("averageValue") is not None:
        average = " (avg)" if kind in ("object", "external") else ""
        return f"{name}{have.get('averageValue', '<unknown>')}/{target['averageValue']}{average}"
    if kind in ("resource", "containerResource"):
        used = f"{have['averageUtilization']}%" if have.get("averageUtilization") is not None else "<unknown>"
        goal = f"{target['averageUtilization']}%" if target.get("averageUtilization") is not None else "<auto>"
        return f"{name}{used}/{goal}"
    return f"{have.get('value', '<unknown>')}/{target.get('value', '')}"


def _targets(spec: Object, status: Object) -> str:
    if "targetCPUUtilizationPercentage" in spec:  # autoscaling/v1
        used = status.get("currentCPUUtilizationPercentage")
        return f"cpu: {'<unknown>' if used is None else f'{used}%'}/{spec['targetCPUUtilizationPercentage']}%"
    metrics, current = spec.get("metrics") or [], status.get("currentMetrics") or []
    if not metrics:
        return NONE
    told = [_metric(metric, current[n] if n < len(current) else {}) for n, metric in enumerate(metrics[:2])]
    more = f" + {len(metrics) - 2} more..." if len(metrics) > 2 else ""
    return ", ".join(told) + more


def autoscaler(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    target = spec.get("scaleTargetRef") or {}
    minimum = UNSET if spec.get("minReplicas") is None else str(spec["minReplicas"])
    head = [meta.name(obj), f"{target.get('kind', '')}/{target.get('name', '')}", _targets(spec, status), minimum]
    return [*head, spec.get("maxReplicas", 0), status.get("currentReplicas", 0), _age(obj, now)]


def certificate_request(obj: Object, now: int) -> list[Any]:
    spec, status = _parts(obj)
    conditions = status.get("conditions") or ()
    types = [condition.get("type") for condition in conditions]
    word = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    word += (",Failed" if "Failed" in types else "") + (",Issued" if status.get("certificate") else "")
    lasts = spec.get("expirationSeconds")
    signer, asked = spec.get("signerName") or NONE, NONE if lasts is None else human_duration(lasts)
    return [meta.name(obj), _age(obj, now), signer, spec.get("username", ""), asked, word]
