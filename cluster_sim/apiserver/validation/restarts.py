"""A container's own restart policy, and its rules by exit code.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateContainerRestartPolicy).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]
Errors = list[FieldError]

POLICIES = ("Always", "Never", "OnFailure")
MOST_RULES, MOST_CODES = 20, 255


def check(container: Object, path: str) -> Errors:
    """`restartPolicy` and `restartPolicyRules` of a regular or an init container."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules") or []
    errors: Errors = []
    if policy is not None and policy not in POLICIES:
        errors.append(field.not_supported(f"{path}.restartPolicy", policy, POLICIES))
    if policy is None and rules:
        errors.append(field.required(f"{path}.restartPolicy", "must specify restartPolicy when restart rules are used"))
    if len(rules) > MOST_RULES:
        errors.append(field.too_many(f"{path}.restartPolicyRules", len(rules), MOST_RULES))
    for place, rule in enumerate(rules):
        at, codes = f"{path}.restartPolicyRules[{place}]", rule.get("exitCodes")
        if rule.get("action") != "Restart":
            errors.append(field.not_supported(f"{at}.action", rule.get("action", ""), ("Restart",)))
        if codes is None:
            errors.append(field.required(f"{at}.exitCodes", "must be specified"))
            continue
        if codes.get("operator") not in ("In", "NotIn"):
            errors.append(field.not_supported(f"{at}.exitCodes.operator", codes.get("operator", ""), ("In", "NotIn")))
        if len(codes.get("values") or ()) > MOST_CODES:
            errors.append(field.too_many(f"{at}.exitCodes.values", len(codes["values"]), MOST_CODES))
    return errors
