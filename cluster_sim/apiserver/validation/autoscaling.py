"""HorizontalPodAutoscalers.

Upstream: kubernetes/pkg/apis/autoscaling/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import container_resources, object_meta
from cluster_sim.apiserver.validation.numbers import not_negative

Object = dict[str, Any]
Errors = list[FieldError]

SOURCES = {"Object": "object", "External": "external", "Pods": "pods", "Resource": "resource", "ContainerResource": "containerResource"}
TYPES = ("ContainerResource", "External", "Object", "Pods", "Resource")
TARGETS = ("Utilization", "Value", "AverageValue")
HOUR = 3600


def validate(obj: Object) -> Errors:
    """validateHorizontalPodAutoscalerSpec."""
    spec, errors = obj.get("spec") or {}, []
    low, high = spec.get("minReplicas"), spec.get("maxReplicas", 0)
    if low is not None and low < 1:
        errors.append(field.invalid("spec.minReplicas", low, "must be greater than or equal to 1"))
    if high < 1:
        errors.append(field.invalid("spec.maxReplicas", high, "must be greater than 0"))
    if low is not None and high < low:
        errors.append(field.invalid("spec.maxReplicas", high, "must be greater than or equal to `minReplicas`"))
    errors += _reference(spec.get("scaleTargetRef") or {}, "spec.scaleTargetRef")
    metrics = spec.get("metrics") or []
    for place, metric in enumerate(metrics):
        errors += _metric(metric, f"spec.metrics[{place}]")
    if low == 0 and not any(metric.get("type") in ("Object", "External") for metric in metrics):
        errors.append(field.forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas"))
    for name in ("scaleUp", "scaleDown"):
        rules = (spec.get("behavior") or {}).get(name)
        if rules is not None:
            errors += _rules(rules, f"spec.behavior.{name}")
    return errors


def _reference(given: Object, path: str) -> Errors:
    errors: Errors = []
    for name in ("kind", "name"):
        if not given.get(name):
            errors.append(field.required(f"{path}.{name}"))
        else:
            errors += [field.invalid(f"{path}.{name}", given[name], text) for text in object_meta.path_segment(given[name])]
    version = given.get("apiVersion", "")
    if "/" not in version and not (version == "v1" and given.get("kind") == "ReplicationController"):
        errors.append(field.invalid(f"{path}.apiVersion", version, "apiVersion must specify API group"))
    return errors


def _metric(metric: Object, path: str) -> Errors:
    kind = metric.get("type", "")
    errors: Errors = []
    if not kind:
        errors.append(field.required(f"{path}.type", "must specify a metric source type"))
    if kind not in SOURCES:
        errors.append(field.not_supported(f"{path}.type", kind, TYPES))
    present = [name for name in SOURCES.values() if metric.get(name) is not None]
    if present:
        errors += _source(metric[present[0]], f"{path}.{present[0]}", present[0])
    wanted = SOURCES.get(kind)
    if wanted is None:
        errors.append(field.not_supported(f"{path}.type", kind, TYPES))
    elif metric.get(wanted) is None:
        errors.append(field.required(f"{path}.{wanted}", "must populate information for the given metric source"))
    if len(present) != 1:
        errors += [field.forbidden(f"{path}.{name}", "must populate the given metric source only") for name in present if name != wanted]
    return errors


def _source(source: Object, path: str, kind: str) -> Errors:
    """validateObjectSource and its likes."""
    errors: Errors = []
    name, target = source.get("name", ""), source.get("target") or {}
    if kind in ("resource", "containerResource"):
        if not name:
            errors.append(field.required(f"{path}.name", "must specify a resource name"))
        if kind == "containerResource":
            errors += container_resources.container_name(name, f"{path}.name") if name else []
            container = source.get("container", "")
            if not container:
                errors.append(field.required(f"{path}.container", "must specify a container"))
            else:
                errors += [field.invalid(f"{path}.container", container, text) for text in names.dns_label(container)]
    else:
        if kind == "object":
            errors += _reference(source.get("describedObject") or {}, f"{path}.describedObject")
        metric = (source.get("metric") or {}).get("name", "")
        if not metric:
            errors.append(field.required(f"{path}.metric.name", "must specify a metric name"))
        else:
            errors += [field.invalid(f"{path}.metric.name", metric, text) for text in object_meta.path_segment(metric)]
    return errors + _target(target, f"{path}.target") + _chosen(target, f"{path}.target", kind)


def _target(target: Object, path: str) -> Errors:
    """validateMetricTarget."""
    kind, use = target.get("type", ""), target.get("averageUtilization")
    errors: Errors = []
    if not kind:
        errors.append(field.required(f"{path}.type", "must specify a metric target type"))
    if kind not in TARGETS:
        errors.append(field.invalid(f"{path}.type", kind, "must be either Utilization, Value, or AverageValue"))
    for name in ("value", "averageValue"):
        if target.get(name) is not None and quantity.nano(target[name]) <= 0:
            errors.append(field.invalid(f"{path}.{name}", quantity.canonical(target[name]), "must be positive"))
    if use is not None and use < 1:
        errors.append(field.invalid(f"{path}.averageUtilization", use, "must be greater than 0"))
    return errors


def _chosen(target: Object, path: str, kind: str) -> Errors:
    """Which of the numbers each kind of source wants, and which not."""
    use, value, average = (target.get(name) for name in ("averageUtilization", "value", "averageValue"))
    errors: Errors = []
    if kind in ("resource", "containerResource"):
        if use is None and average is None:
            errors.append(field.required(f"{path}.averageUtilization", "must set either a target raw value or a target utilization"))
        if use is not None and average is not None:
            errors.append(field.forbidden(f"{path}.averageValue", "may not set both a target raw value and a target utilization"))
    elif kind == "pods":
        if average is None:
            errors.append(field.required(f"{path}.averageValue", "must specify a positive target averageValue"))
    elif kind == "object":
        if value is None and average is None:
            errors.append(field.required(f"{path}.averageValue", "must set either a target value or averageValue"))
    elif value is None and average is None:
        errors.append(field.required(f"{path}.averageValue", "must set either a target value for metric or a per-pod target"))
    elif value is not None and average is not None:
        errors.append(field.forbidden(f"{path}.value", "may not set both a target value for metric and a per-pod target"))
    return errors


def _rules(rules: Object, path: str) -> Errors:
    errors: Errors = []
    window = rules.get("stabilizationWindowSeconds")
    if window is not None and window < 0:
        errors.append(field.invalid(f"{path}.stabilizationWindowSeconds", window, "must be greater than or equal to zero"))
    if window is not None and window > HOUR:
        errors.append(field.invalid(f"{path}.stabilizationWindowSeconds", window, f"must be less than or equal to {HOUR}"))
    if rules.get("selectPolicy") not in (None, "Max", "Min", "Disabled"):
        errors.append(field.not_supported(f"{path}.selectPolicy", rules["selectPolicy"], ("Disabled", "Max", "Min")))
    policies = rules.get("policies")
    if not policies:
        errors.append(field.required(f"{path}.policies", "must specify at least one Policy"))
    for place, policy in enumerate(policies or ()):
        at = f"{path}.policies[{place}]"
        if policy.get("type") not in ("Pods", "Percent"):
            errors.append(field.not_supported(f"{at}.type", policy.get("type", ""), ("Percent", "Pods")))
        if policy.get("value", 0) <= 0:
            errors.append(field.invalid(f"{at}.value", policy.get("value", 0), "must be greater than zero"))
        if policy.get("periodSeconds", 0) <= 0:
            errors.append(field.invalid(f"{at}.periodSeconds", policy.get("periodSeconds", 0), "must be greater than zero"))
        if policy.get("periodSeconds", 0) > 1800:
            errors.append(field.invalid(f"{at}.periodSeconds", policy["periodSeconds"], "must be less than or equal to 1800"))
    return errors


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateHorizontalPodAutoscalerUpdate."""
    return validate(new)


def validate_status(new: Object, old: Object) -> Errors:
    """ValidateHorizontalPodAutoscalerStatusUpdate."""
    status = new.get("status") or {}
    return [error for name in ("currentReplicas", "desiredReplicas") for error in not_negative(status.get(name), f"status.{name}")]
