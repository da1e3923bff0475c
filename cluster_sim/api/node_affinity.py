"""Node selectors: whether a pod's nodeSelector and node affinity match a node.

Upstream: k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def matches_required(spec: Object, labels: dict[str, str], name: str) -> bool:
    """Whether a node with these labels and this name satisfies a pod spec's nodeSelector and required affinity."""
    for key, value in (spec.get("nodeSelector") or {}).items():
        if labels.get(key) != value:
            return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return required is None or matches_terms(required.get("nodeSelectorTerms"), labels, name)


def matches_terms(terms: list[Object] | None, labels: dict[str, str], name: str) -> bool:
    """Terms are ORed; no terms match nothing."""
    return any(matches_term(term, labels, name) for term in terms or ())


def matches_term(term: Object, labels: dict[str, str], name: str) -> bool:
    """The requirements of a term are ANDed; an empty term matches nothing."""
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    return (all(matches_expression(one, labels) for one in expressions)
            and all(matches_expression(one, {"metadata.name": name}) for one in fields))


def matches_expression(expression: Object, labels: dict[str, str]) -> bool:
    """One requirement: In, NotIn, Exists, DoesNotExist, Gt or Lt."""
    operator, values = expression.get("operator"), expression.get("values") or ()
    value = labels.get(expression["key"])
    if operator == "In":
        return value is not None and value in values
    if operator == "NotIn":
        return value is None or value not in values
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    here, there = whole_number(value), whole_number(values[0] if values else None)
    if here is None or there is None:
        return False
    return here > there if operator == "Gt" else here < there


def preference(spec: Object, labels: dict[str, str], name: str) -> int:
    """The sum of the weights of the preferred terms that match."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    total = 0
    for preferred in affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
        if matches_term(preferred.get("preference") or {}, labels, name):
            total += preferred.get("weight", 0)
    return total


def whole_number(text: str | None) -> int | None:
    """As Go's strconv.ParseInt: digits with an optional sign, nothing else."""
    digits = (text or "").removeprefix("-").removeprefix("+")
    return int(text or "") if digits.isascii() and digits.isdigit() else None
