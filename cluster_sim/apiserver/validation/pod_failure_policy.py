"""A Job's podFailurePolicy, successPolicy and podReplacementPolicy.

Upstream: kubernetes/pkg/apis/batch/validation/validation.go (validatePodFailurePolicy, validateSuccessPolicy).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import indexes
from cluster_sim.apiserver.validation.numbers import not_negative

Object = dict[str, Any]
Errors = list[FieldError]

ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
OPERATORS = ("In", "NotIn")
STATUSES = ("False", "True", "Unknown")
MOST_RULES, MOST_CODES, MOST_INDEXES = 20, 255, 64 * 1024


def check(spec: Object, path: str) -> Errors:
    """All three."""
    errors: Errors = []
    policy, success, replacement = spec.get("podFailurePolicy"), spec.get("successPolicy"), spec.get("podReplacementPolicy")
    if policy is not None:
        rules, at = policy.get("rules") or [], f"{path}.podFailurePolicy.rules"
        if len(rules) > MOST_RULES:
            errors.append(field.too_many(at, len(rules), MOST_RULES))
        for place, rule in enumerate(rules):
            errors += _rule(spec, rule, f"{at}[{place}]")
    if success is not None and spec.get("completionMode") != "Indexed":
        errors.append(field.invalid(f"{path}.successPolicy", success, "requires indexed completion mode"))
    elif success is not None:
        errors += _success(success.get("rules") or [], f"{path}.successPolicy.rules", spec.get("completions") or 0)
    allowed = ("Failed", "TerminatingOrFailed") if policy is None else ("Failed",)
    if replacement is not None and replacement not in allowed:
        errors.append(field.not_supported(f"{path}.podReplacementPolicy", replacement, allowed))
    return errors


def _choices(words: tuple[str, ...]) -> str:
    return f"valid values: [{' '.join(field.quote(word) for word in words)}]"


def _rule(spec: Object, rule: Object, path: str) -> Errors:
    errors: Errors = []
    action = rule.get("action", "")
    if not action:
        errors.append(field.required(f"{path}.action", _choices(ACTIONS)))
    elif action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.append(field.invalid(f"{path}.action", action, "requires the backoffLimitPerIndex to be set"))
    elif action not in ACTIONS:
        errors.append(field.not_supported(f"{path}.action", action, ACTIONS))
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or []
    if codes is not None:
        errors += _codes(codes, f"{path}.onExitCodes", (spec.get("template") or {}).get("spec") or {})
    errors += _conditions(conditions, f"{path}.onPodConditions")
    if codes is not None and conditions:
        errors.append(field.invalid(path, field.OMIT, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if codes is None and not conditions:
        errors.append(field.invalid(path, field.OMIT, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _conditions(given: list[Object], path: str) -> Errors:
    errors: Errors = [field.too_many(path, len(given), MOST_RULES)] if len(given) > MOST_RULES else []
    for place, pattern in enumerate(given):
        at, kind, status = f"{path}[{place}]", pattern.get("type", ""), pattern.get("status", "")
        errors += [field.invalid(f"{at}.type", kind, text) for text in names.qualified_name(kind)]
        if not status:
            errors.append(field.required(f"{at}.status", _choices(STATUSES)))
        elif status not in STATUSES:
            errors.append(field.not_supported(f"{at}.status", status, STATUSES))
    return errors


def _codes(codes: Object, path: str, pod: Object) -> Errors:
    operator, values, name = codes.get("operator", ""), codes.get("values") or [], codes.get("containerName")
    errors: Errors = []
    if not operator:
        errors.append(field.required(f"{path}.operator", _choices(OPERATORS)))
    elif operator not in OPERATORS:
        errors.append(field.not_supported(f"{path}.operator", operator, OPERATORS))
    known = [container.get("name") for kind in ("containers", "initContainers") for container in pod.get(kind) or ()]
    if name is not None and name not in known:
        errors.append(field.invalid(f"{path}.containerName", name,
                                    "must be one of the container or initContainer names in the pod template"))
    if not values:
        errors.append(field.invalid(f"{path}.values", codes.get("values"), "at least one value is required"))
    elif len(values) > MOST_CODES:
        errors.append(field.too_many(f"{path}.values", len(values), MOST_CODES))
    for place, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.append(field.invalid(f"{path}.values[{place}]", value, "must not be 0 for the In operator"))
        if value in values[:place]:
            errors.append(field.duplicate(f"{path}.values[{place}]", value))
    if values != sorted(values):
        errors.append(field.invalid(f"{path}.values", values, "must be ordered"))
    return errors


def _success(rules: list[Object], path: str, completions: int) -> Errors:
    errors: Errors = []
    if not rules:
        errors.append(field.required(path, "at least one rules must be specified when the successPolicy is specified"))
    if len(rules) > MOST_RULES:
        errors.append(field.too_many(path, len(rules), MOST_RULES))
    for place, rule in enumerate(rules):
        at, listed, count = f"{path}[{place}]", rule.get("succeededIndexes"), rule.get("succeededCount")
        if listed is None and count is None:
            errors.append(field.required(at, "at least one of succeededCount or succeededIndexes must be specified"))
        total = 0
        if listed is not None:
            if len(listed) > MOST_INDEXES:
                errors.append(field.too_long(f"{at}.succeededIndexes", MOST_INDEXES))
            total, wrong = indexes.count(listed, completions)
            if wrong:
                errors.append(field.invalid(f"{at}.succeededIndexes", listed, f"error parsing succeededIndexes: {wrong}"))
        if count is not None:
            errors += not_negative(count, f"{at}.succeededCount")
            if count > completions:
                errors.append(field.invalid(f"{at}.succeededCount", count, f"must be less than or equal to {completions} "
                                            "(the number of specified completions)"))
            if listed is not None and count > total:
                errors.append(field.invalid(f"{at}.succeededCount", count, f"must be less than or equal to {total} "
                                            "(the number of indexes in the specified succeededIndexes field)"))
    return errors
