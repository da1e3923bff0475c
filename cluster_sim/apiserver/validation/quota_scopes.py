"""Scopes of a ResourceQuota: which pods and claims it counts.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateResourceQuotaScopes, validateScopeSelector),
pkg/apis/core/helper/helpers.go (IsResourceQuotaScopeValidForResource).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation.container_resources import QUOTA

Object = dict[str, Any]
Errors = list[FieldError]

OF_PODS = ("Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity")
SCOPES = (*OF_PODS, "BestEffort", "VolumeAttributesClass")
EXISTS_ONLY = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity")
EXISTS_TEXT = ("must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
               "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity")
OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
COMPUTE = ("pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def check(spec: Object) -> Errors:
    """The list of scopes, and the scope selector."""
    hard, scopes = sorted(spec.get("hard") or ()), spec.get("scopes") or []
    errors: Errors = []
    for scope in scopes:
        if scope not in SCOPES:
            errors.append(field.invalid("spec.scopes", scopes, "unsupported scope"))
        errors += [field.invalid("spec.scopes", scopes, "unsupported scope applied to resource")
                   for name in hard if _standard(name) and not _counts(scope, name)]
    errors += _conflicts(scopes, scopes)
    selector = spec.get("scopeSelector")
    return errors if selector is None else errors + _selector(selector, hard, scopes)


def _selector(selector: Object, hard: list[str], scopes: list[str]) -> Errors:
    path = "spec.scopeSelector.matchExpressions"
    errors: Errors = []
    chosen = []
    for expression in selector.get("matchExpressions") or ():
        scope, operator, values = expression.get("scopeName", ""), expression.get("operator", ""), expression.get("values") or []
        if scope not in SCOPES:
            errors.append(field.invalid(f"{path}.scopeName", scope, "unsupported scope"))
        errors += [field.invalid(path, selector, "unsupported scope applied to resource")
                   for name in hard if _standard(name) and not _counts(scope, name)]
        if scope in EXISTS_ONLY and operator != "Exists":
            errors.append(field.invalid(f"{path}.operator", operator, EXISTS_TEXT))
        if operator in ("In", "NotIn"):
            if not values:
                errors.append(field.required(f"{path}.values",
                                             "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                errors.append(field.invalid(f"{path}.values", values,
                                            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
        else:
            errors.append(field.invalid(f"{path}.operator", operator, "not a valid selector operator"))
        chosen.append(scope)
    return errors + _conflicts(chosen, scopes, path)


def _conflicts(chosen: list[str], shown: list[str], path: str = "spec.scopes") -> Errors:
    return [field.invalid(path, shown or None, "conflicting scopes") for one, other in OPPOSITES if one in chosen and other in chosen]


def _standard(name: str) -> bool:
    return name in QUOTA or name.startswith(("hugepages-", "requests.hugepages-"))


def _counts(scope: str, name: str) -> bool:
    """Whether there is anything of a resource in a scope."""
    if scope in OF_PODS:
        return name in COMPUTE
    if scope == "BestEffort":
        return name == "pods"
    if scope == "VolumeAttributesClass":
        return name in ("persistentvolumeclaims", "requests.storage")
    return True
