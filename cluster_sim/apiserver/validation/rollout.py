"""Update strategies.

Upstream: kubernetes/pkg/apis/apps/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation.numbers import at_most_whole, int_or_percent, is_zero, not_negative

Object = dict[str, Any]
Errors = list[FieldError]


def deployment_strategy(given: Object, path: str) -> Errors:
    """ValidateDeploymentStrategy."""
    kind, rolling = given.get("type", ""), given.get("rollingUpdate")
    if kind == "Recreate":
        if rolling is not None:
            return [field.forbidden(f"{path}.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")]
        return []
    if kind == "RollingUpdate":
        if rolling is None:
            return [field.required(f"{path}.rollingUpdate", "this should be defaulted and never be nil")]
        return _rolling_deployment(rolling, f"{path}.rollingUpdate")
    return [field.not_supported(path, _typed(given, "MaxUnavailable", "MaxSurge"), ("Recreate", "RollingUpdate"))]


def _rolling_deployment(rolling: Object, path: str) -> Errors:
    down, up = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    errors = int_or_percent(down, f"{path}.maxUnavailable") + int_or_percent(up, f"{path}.maxSurge")
    if is_zero(down) and is_zero(up):
        errors.append(field.invalid(f"{path}.maxUnavailable", down, "may not be 0 when `maxSurge` is 0"))
    return errors + at_most_whole(down, f"{path}.maxUnavailable")


def _typed(given: Object, *names: str) -> Object:
    """A strategy as the real server's memory has it."""
    rolling = given.get("rollingUpdate")
    if rolling is not None:
        rolling = {name: rolling.get(name[0].lower() + name[1:]) for name in names}
    return {"Type": given.get("type", ""), "RollingUpdate": rolling}


def statefulset_strategy(given: Object, path: str) -> Errors:
    """ValidateStatefulSetSpec: updateStrategy."""
    kind, rolling = given.get("type", ""), given.get("rollingUpdate")
    if not kind:
        return [field.required(path)]
    if kind == "OnDelete":
        if rolling is not None:
            return [field.invalid(f"{path}.rollingUpdate", _typed(given, "Partition", "MaxUnavailable")["RollingUpdate"],
                                  "only allowed for updateStrategy 'RollingUpdate'")]
        return []
    if kind != "RollingUpdate":
        return [field.invalid(path, _typed(given, "Partition", "MaxUnavailable"), "must be 'RollingUpdate' or 'OnDelete'")]
    rolling = rolling or {}
    errors = not_negative(rolling.get("partition"), f"{path}.rollingUpdate.partition")
    down = rolling.get("maxUnavailable")
    if down is not None:
        at = f"{path}.rollingUpdate.maxUnavailable"
        errors += int_or_percent(down, at)
        if is_zero(down):
            errors.append(field.invalid(at, down, "cannot be 0"))
        errors += at_most_whole(down, at)
    return errors


def retention(given: Object | None, path: str) -> Errors:
    """ValidatePersistentVolumeClaimRetentionPolicy."""
    errors: Errors = []
    for name in ("whenDeleted", "whenScaled"):
        value = (given or {}).get(name)
        if given is not None and value not in ("Retain", "Delete"):
            errors.append(field.not_supported(f"{path}.{name}", value or "", ("Retain", "Delete")))
    return errors


def daemonset_strategy(given: Object, path: str) -> Errors:
    """ValidateDaemonSetUpdateStrategy."""
    kind, rolling = given.get("type", ""), given.get("rollingUpdate")
    if kind == "OnDelete":
        return []
    if kind != "RollingUpdate":
        return [field.not_supported(path, _typed(given, "MaxUnavailable", "MaxSurge"), ("RollingUpdate", "OnDelete"))]
    if rolling is None:
        return [field.required(f"{path}.rollingUpdate")]
    at = f"{path}.rollingUpdate"
    down, up = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    errors = int_or_percent(down, f"{at}.maxUnavailable") + int_or_percent(up, f"{at}.maxSurge")
    errors += at_most_whole(down, f"{at}.maxUnavailable") + at_most_whole(up, f"{at}.maxSurge")
    if not is_zero(down) and not is_zero(up):
        errors.append(field.invalid(f"{at}.maxSurge", up, "may not be set when maxUnavailable is non-zero"))
    if is_zero(down) and is_zero(up):
        errors.append(field.required(f"{at}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    return errors
