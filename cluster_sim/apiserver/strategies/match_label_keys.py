"""matchLabelKeys: "pods like me in these labels", resolved into the label selectors when the pod is created.

Who reads the selectors later (the scheduler) need not know of the keys.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (mutatePodAffinity, mutateTopologySpreadConstraints).
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

REQUIRED, PREFERRED = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


def resolve(spec: Object, labels: dict[str, str]) -> Object:
    """The spec with its keys' values in its selectors; the very same one if it has no such keys."""
    found = spec
    affinity: Object = spec.get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(kind)
        if terms and _has_keys(terms):
            found = {**found, "affinity": {**found["affinity"], kind: _terms(terms, labels)}}
    spread = spec.get("topologySpreadConstraints")
    if spread and any(constraint.get("matchLabelKeys") for constraint in spread):
        found = {**found, "topologySpreadConstraints": [_term(constraint, labels) for constraint in spread]}
    return found


def _has_keys(terms: Object) -> bool:
    every = [*(terms.get(REQUIRED) or ()), *(term.get("podAffinityTerm") or {} for term in terms.get(PREFERRED) or ())]
    return any(term.get("matchLabelKeys") or term.get("mismatchLabelKeys") for term in every)


def _terms(terms: Object, labels: dict[str, str]) -> Object:
    found = {**terms}
    if terms.get(REQUIRED):
        found[REQUIRED] = [_term(term, labels) for term in terms[REQUIRED]]
    if terms.get(PREFERRED):
        found[PREFERRED] = [{**term, "podAffinityTerm": _term(term.get("podAffinityTerm") or {}, labels)}
                            for term in terms[PREFERRED]]
    return found


def _term(term: Object, labels: dict[str, str]) -> Object:
    """One term or constraint. Without a selector it chooses nothing, with or without keys."""
    selector = term.get("labelSelector")
    if selector is None:
        return term
    added = [{"key": key, "operator": operator, "values": [labels[key]]}
             for keys, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn"))
             for key in term.get(keys) or () if key in labels]
    if not added:
        return term
    return {**term, "labelSelector": {**selector, "matchExpressions": [*(selector.get("matchExpressions") or ()), *added]}}
