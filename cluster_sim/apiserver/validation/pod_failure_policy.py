"""A Job's podFailurePolicy and successPolicy.

Upstream: kubernetes/pkg/apis/batch/validation/validation.go (validatePodFailurePolicy, validateSuccessPolicy).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]
Errors = list[FieldError]

ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")


def check(spec: Object, path: str) -> Errors:
    """Both policies."""
    errors: Errors = []
    policy = spec.get("podFailurePolicy")
    containers = {c.get("name") for kind in ("containers", "initContainers")
                  for c in ((spec.get("template") or {}).get("spec") or {}).get(kind) or ()}
    if policy is not None:
        rules = policy.get("rules") or []
        for place, rule in enumerate(rules):
            errors += _rule(spec, rule, f"{path}.podFailurePolicy.rules[{place}]", containers)
        if spec.get("podReplacementPolicy") not in (None, "Failed"):
            errors.append(field.not_supported(f"{path}.podReplacementPolicy", spec["podReplacementPolicy"], ("Failed",)))
    elif spec.get("podReplacementPolicy") not in (None, "Failed", "TerminatingOrFailed"):
        errors.append(field.not_supported(f"{path}.podReplacementPolicy", spec["podReplacementPolicy"], ("Failed", "TerminatingOrFailed")))
    success = spec.get("successPolicy")
    if success is not None:
        if spec.get("completionMode") != "Indexed":
            errors.append(field.invalid(f"{path}.successPolicy", success, "requires indexed completion mode"))
        if not success.get("rules"):
            errors.append(field.required(f"{path}.successPolicy.rules", "at least one rules must be specified when the successPolicy is specified"))
    return errors


def _rule(spec: Object, rule: Object, path: str, containers: set[Any]) -> Errors:
    errors: Errors = []
    action = rule.get("action", "")
    if not action:
        errors.append(field.required(f"{path}.action", "valid values: " + ", ".join(field.quote(word) for word in ACTIONS)))
    elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.append(field.invalid(f"{path}.action", action, "requires the backoffLimitPerIndex to be set"))
    elif action not in ACTIONS:
        errors.append(field.not_supported(f"{path}.action", action, ACTIONS))
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
    if codes is not None:
        at, operator, values = f"{path}.onExitCodes", codes.get("operator", ""), codes.get("values") or []
        if not operator:
            errors.append(field.required(f"{at}.operator", 'valid values: "In", "NotIn"'))
        elif operator not in ("In", "NotIn"):
            errors.append(field.not_supported(f"{at}.operator", operator, ("In", "NotIn")))
        if codes.get("containerName") is not None and codes["containerName"] not in containers:
            errors.append(field.invalid(f"{at}.containerName", codes["containerName"],
                                        "must be one of the container or initContainer names in the pod template"))
        if not values:
            errors.append(field.invalid(f"{at}.values", values, "at least one value is required"))
        if operator == "In" and 0 in values:
            errors.append(field.invalid(f"{at}.values[{values.index(0)}]", 0, "must not be 0 for the In operator"))
        if values != sorted(values):
            errors.append(field.invalid(f"{at}.values", values, "must be ordered"))
    if codes is not None and conditions:
        errors.append(field.invalid(path, rule, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if codes is None and not conditions:
        errors.append(field.invalid(path, rule, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors
