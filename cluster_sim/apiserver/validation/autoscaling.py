"""HorizontalPodAutoscalers.

Upstream: kubernetes/pkg/apis/autoscaling/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import object_meta

Object = dict[str, Any]
Errors = list[FieldError]

SOURCES = {"Object": "object", "Pods": "pods", "Resource": "resource", "External": "external", "ContainerResource": "containerResource"}
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
    for place, metric in enumerate(spec.get("metrics") or ()):
        errors += _metric(metric, f"spec.metrics[{place}]")
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
    if not kind:
        return [field.required(f"{path}.type", "must specify a metric source type")]
    if kind not in SOURCES:
        return [field.not_supported(f"{path}.type", kind, TYPES)]
    errors: Errors = []
    wanted = SOURCES[kind]
    for name in SOURCES.values():
        if name != wanted and metric.get(name) is not None:
            errors.append(field.forbidden(f"{path}.{name}", "must populate the given metric source only"))
    source = metric.get(wanted)
    if source is None:
        return [*errors, field.required(f"{path}.{wanted}", "must populate information for the given metric source")]
    at = f"{path}.{wanted}"
    if kind in ("Resource", "ContainerResource"):
        if not source.get("name"):
            errors.append(field.required(f"{at}.name", "must specify a resource name"))
        if kind == "ContainerResource" and not source.get("container"):
            errors.append(field.required(f"{at}.container", "must specify a container"))
    else:
        if not (source.get("metric") or {}).get("name"):
            errors.append(field.required(f"{at}.metric.name", "must specify a metric name"))
        if kind == "Object":
            errors += _reference(source.get("describedObject") or {}, f"{at}.describedObject")
    target = source.get("target") or {}
    return errors + _target(target, f"{at}.target", kind)


def _target(target: Object, path: str, kind: str) -> Errors:
    errors: Errors = []
    if not target.get("type"):
        errors.append(field.required(f"{path}.type", "must specify a metric target type"))
    elif target["type"] not in TARGETS:
        errors.append(field.invalid(f"{path}.type", target["type"], "must be either Utilization, Value, or AverageValue"))
    use = target.get("averageUtilization")
    if use is not None and use < 1:
        errors.append(field.invalid(f"{path}.averageUtilization", use, "must be greater than 0"))
    for name in ("value", "averageValue"):
        if target.get(name) is not None and quantity.nano(target[name]) <= 0:
            errors.append(field.invalid(f"{path}.{name}", target[name], "must be positive"))
    if kind in ("Resource", "ContainerResource"):
        if use is None and target.get("averageValue") is None:
            errors.append(field.required(f"{path}.averageUtilization", "must set either a target raw value or a target utilization"))
        if use is not None and target.get("averageValue") is not None:
            errors.append(field.forbidden(f"{path}.averageValue", "may not set both a target raw value and a target utilization"))
    elif kind == "Pods" and target.get("averageValue") is None:
        errors.append(field.required(f"{path}.averageValue", "must specify a positive target averageValue"))
    elif kind in ("Object", "External") and target.get("value") is None and target.get("averageValue") is None:
        errors.append(field.required(f"{path}.averageValue", "must set either a target value or averageValue"))
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
