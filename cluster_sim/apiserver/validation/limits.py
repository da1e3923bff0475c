"""LimitRanges and ResourceQuotas.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateLimitRange, ValidateResourceQuota).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import container_resources, quota_scopes

Object = dict[str, Any]
Errors = list[FieldError]

BOUNDS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")


def limit_range(obj: Object) -> Errors:
    """ValidateLimitRange."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, limit in enumerate((obj.get("spec") or {}).get("limits") or ()):
        path, kind = f"spec.limits[{place}]", limit.get("type", "")
        wrong = names.qualified_name(kind)
        errors += [field.invalid(f"{path}.type", kind, text) for text in wrong]
        if not wrong and kind not in ("Pod", "Container", "PersistentVolumeClaim") and "/" not in kind:
            errors.append(field.invalid(f"{path}.type", kind, "must be a standard limit type or fully qualified"))
        if kind in seen:
            errors.append(field.duplicate(f"{path}.type", kind))
        seen[kind] = True
        errors += _limit(limit, path, kind)
    return errors


def limit_range_update(new: Object, old: Object) -> Errors:
    """The same, of a changed one."""
    return limit_range(new)


def _limit(limit: Object, path: str, kind: str) -> Errors:
    errors: Errors = []
    keys: dict[str, bool] = {}
    named = container_resources.container_name if kind in ("Pod", "Container") else container_resources.resource_name
    for name in ("max", "min"):
        for key in sorted(limit.get(name) or ()):
            errors += named(key, f"{path}.{name}[{key}]")
            keys[key] = True
    for name in ("default", "defaultRequest"):
        if kind == "Pod":
            if limit.get(name):
                errors.append(field.forbidden(f"{path}.{name}", "may not be specified when `type` is 'Pod'"))
        else:
            for key in sorted(limit.get(name) or ()):
                errors += named(key, f"{path}.{name}[{key}]")
                keys[key] = True
    if kind == "PersistentVolumeClaim" and "storage" not in (limit.get("min") or {}) and "storage" not in (limit.get("max") or {}):
        errors.append(field.required(f"{path}.limits", "either minimum or maximum storage value is required, but neither was provided"))
    for key in sorted(limit.get("maxLimitRequestRatio") or ()):
        errors += named(key, f"{path}.maxLimitRequestRatio[{key}]")
        keys[key] = True
    for key in sorted(keys):
        errors += _ordered(limit, path, key)
    return errors


def _ordered(limit: Object, path: str, key: str) -> Errors:
    def at(name: str) -> str | None:
        return (limit.get(name) or {}).get(key)

    def above(low: str | None, high: str | None) -> bool:
        return low is not None and high is not None and quantity.nano(low) > quantity.nano(high)

    errors: Errors = []
    low, high, request, default = at("min"), at("max"), at("defaultRequest"), at("default")
    if above(low, high):
        errors.append(field.invalid(f"{path}.min[{key}]", low, f"min value {low} is greater than max value {high}"))
    if above(low, request):
        errors.append(field.invalid(f"{path}.defaultRequest[{key}]", request, f"min value {low} is greater than default request value {request}"))
    if above(request, high):
        errors.append(field.invalid(f"{path}.defaultRequest[{key}]", request, f"default request value {request} is greater than max value {high}"))
    if above(request, default):
        errors.append(field.invalid(f"{path}.defaultRequest[{key}]", request, f"default request value {request} is greater than default limit value {default}"))
    if above(low, default):
        errors.append(field.invalid(f"{path}.default[{key}]", low, f"min value {low} is greater than default value {default}"))
    if above(default, high):
        errors.append(field.invalid(f"{path}.default[{key}]", high, f"default value {default} is greater than max value {high}"))
    ratio = at("maxLimitRequestRatio")
    if ratio is not None and quantity.nano(ratio) < quantity.NANO:
        errors.append(field.invalid(f"{path}.maxLimitRequestRatio[{key}]", ratio, f"ratio {ratio} is less than 1"))
    if ratio is not None and low is not None and high is not None and quantity.nano(low):
        most = quantity.nano(high) / quantity.nano(low)
        if quantity.nano(ratio) / quantity.NANO > most:
            errors.append(field.invalid(f"{path}.maxLimitRequestRatio[{key}]", ratio, f"ratio {ratio} is greater than max/min = {most:f}"))
    if not container_resources.may_overcommit(key) and default is not None and request is not None and quantity.nano(default) != quantity.nano(request):
        errors.append(field.invalid(f"{path}.defaultRequest[{key}]", request,
                                    f"default value {default} must equal to defaultRequest value {request} in {key}"))
    return errors


def quota_name(name: str, path: str) -> Errors:
    """ValidateResourceQuotaResourceName."""
    errors = container_resources.resource_name(name, path)
    if "/" not in name and name not in container_resources.QUOTA and not name.startswith(("hugepages-", "requests.hugepages-")):
        errors.append(field.invalid(path, name, "must be a standard resource for quota"))
    return errors


def _amounts(given: Object, path: str) -> Errors:
    errors: Errors = []
    for name in sorted(given):
        errors += quota_name(name, f"{path}[{name}]") + container_resources.value(name, given[name], f"{path}[{name}]")
    return errors


def resource_quota(obj: Object) -> Errors:
    """ValidateResourceQuotaSpec."""
    spec = obj.get("spec") or {}
    return _amounts(spec.get("hard") or {}, "spec.hard") + quota_scopes.check(spec)


def resource_quota_status(new: Object, old: Object) -> Errors:
    """ValidateResourceQuotaStatusUpdate."""
    status = new.get("status") or {}
    return _amounts(status.get("hard") or {}, "status.hard") + _amounts(status.get("used") or {}, "status.used")


def resource_quota_update(new: Object, old: Object) -> Errors:
    """ValidateResourceQuotaUpdate: scopes stay."""
    errors = resource_quota(new)
    after, before = new.get("spec") or {}, old.get("spec") or {}
    if sorted(after.get("scopes") or ()) != sorted(before.get("scopes") or ()):
        errors.append(field.invalid("spec.scopes", after.get("scopes"), field.IMMUTABLE))
    return errors
