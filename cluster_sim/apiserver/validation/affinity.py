"""Affinity, node selectors, tolerations and spreading: where a pod may, should and must go.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateAffinity, ValidateTolerations,
validateTopologySpreadConstraints).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import label_selector
from cluster_sim.apiserver.validation.numbers import label_name

Object = dict[str, Any]
Errors = list[FieldError]

REQUIRED, PREFERRED = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
HONOR = ("Honor", "Ignore")


def check(given: Object | None, path: str) -> Errors:
    """validateAffinity."""
    if not given:
        return []
    errors: Errors = []
    node = given.get("nodeAffinity") or {}
    if node.get(REQUIRED) is not None:
        errors += node_selector(node[REQUIRED], f"{path}.nodeAffinity.{REQUIRED}")
    for place, term in enumerate(node.get(PREFERRED) or ()):
        at = f"{path}.nodeAffinity.{PREFERRED}[{place}]"
        errors += _weight(term, at, "must be in the range 1-100")
        errors += _term(term.get("preference") or {}, f"{at}.preference", False)
    for kind in ("podAffinity", "podAntiAffinity"):
        pods = given.get(kind) or {}
        for place, term in enumerate(pods.get(REQUIRED) or ()):
            errors += _pod_term(term, f"{path}.{kind}.{REQUIRED}[{place}]")
        for place, term in enumerate(pods.get(PREFERRED) or ()):
            at = f"{path}.{kind}.{PREFERRED}[{place}]"
            errors += _weight(term, at, "must be in the range 1-100")
            errors += _pod_term(term.get("podAffinityTerm") or {}, f"{at}.podAffinityTerm")
    return errors


def _weight(term: Object, path: str, text: str) -> Errors:
    weight = term.get("weight", 0)
    return [] if 1 <= weight <= 100 else [field.invalid(f"{path}.weight", weight, text)]


def node_selector(given: Object, path: str) -> Errors:
    """ValidateNodeSelector."""
    terms = given.get("nodeSelectorTerms") or []
    if not terms:
        return [field.required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")]
    errors: Errors = []
    for place, term in enumerate(terms):
        errors += _term(term, f"{path}.nodeSelectorTerms[{place}]")
    return errors


def _term(term: Object, path: str, strict: bool = True) -> Errors:
    """ValidateNodeSelectorTerm. What is only preferred may name values that no label has (`strict` False)."""
    errors: Errors = []
    for place, expression in enumerate(term.get("matchExpressions") or ()):
        at = f"{path}.matchExpressions[{place}]"
        errors += _requirement(expression, at)
        for number, value in enumerate((expression.get("values") or ()) if strict else ()):
            errors += [field.invalid(f"{at}.values[{number}]", value, text) for text in names.label_value(value)]
    for place, expression in enumerate(term.get("matchFields") or ()):
        at, values = f"{path}.matchFields[{place}]", expression.get("values") or []
        if expression.get("operator") in ("In", "NotIn"):
            if len(values) != 1:
                errors.append(field.required(f"{at}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
        else:
            errors.append(field.invalid(f"{at}.operator", expression.get("operator", ""), "not a valid selector operator"))
        if expression.get("key") != "metadata.name":
            errors.append(field.invalid(f"{at}.key", expression.get("key", ""), "not a valid field selector key"))
            continue
        for number, value in enumerate(values):
            errors += [field.invalid(f"{at}.values[{number}]", value, text) for text in names.dns_subdomain(value)]
    return errors


def _requirement(given: Object, path: str) -> Errors:
    operator, values = given.get("operator", ""), given.get("values") or []
    errors: Errors = []
    if operator in ("In", "NotIn"):
        if not values:
            errors.append(field.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            errors.append(field.forbidden(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            errors.append(field.required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'"))
    else:
        errors.append(field.invalid(f"{path}.operator", operator, "not a valid selector operator"))
    return errors + label_name(given.get("key", ""), f"{path}.key")


def _pod_term(term: Object, path: str) -> Errors:
    errors = label_selector.check(term.get("labelSelector"), f"{path}.labelSelector")
    errors += label_selector.check(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in term.get("namespaces") or ():
        errors += [field.invalid(f"{path}.namespace", name, text) for text in names.dns_label(name)]
    errors += _label_keys(term, path)
    key = term.get("topologyKey", "")
    if not key:
        return [*errors, field.required(f"{path}.topologyKey", "can not be empty"), *label_name("", f"{path}.topologyKey")]
    return errors + label_name(key, f"{path}.topologyKey")


def _label_keys(term: Object, path: str) -> Errors:
    """ValidateMatchLabelKeysAndMismatchLabelKeys. The values of matchLabelKeys are in the selector by now."""
    match, mismatch, selector = term.get("matchLabelKeys") or [], term.get("mismatchLabelKeys") or [], term.get("labelSelector")
    errors: Errors = []
    for name, keys in (("matchLabelKeys", match), ("mismatchLabelKeys", mismatch)):
        if keys and selector is None:
            errors.append(field.forbidden(f"{path}.{name}", "must not be specified when labelSelector is not set"))
        else:
            for place, key in enumerate(keys):
                errors += label_name(key, f"{path}.{name}[{place}]")
    seen = dict.fromkeys((selector or {}).get("matchLabels") or (), True)
    for expression in (selector or {}).get("matchExpressions") or ():
        key = expression.get("key", "")
        if key in match and key in seen:
            errors.append(field.invalid(f"{path}[{match.index(key)}]", key, "exists in both matchLabelKeys and labelSelector"))
        seen[key] = True
    return errors + [field.invalid(f"{path}.matchLabelKeys[{place}]", key, "exists in both matchLabelKeys and mismatchLabelKeys")
                     for place, key in enumerate(match) if key in mismatch]


def tolerations(given: list[Object] | None, path: str) -> Errors:
    """ValidateTolerations."""
    errors: Errors = []
    for place, toleration in enumerate(given or ()):
        at = f"{path}[{place}]"
        key, operator, effect = toleration.get("key", ""), toleration.get("operator", ""), toleration.get("effect", "")
        if key:
            errors += label_name(key, f"{at}.key")
        elif operator != "Exists":
            errors.append(field.invalid(f"{at}.operator", operator, "operator must be Exists when `key` is empty, which means "
                                        '"match all values and all keys"'))
        if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
            errors.append(field.invalid(f"{at}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        value = toleration.get("value", "")
        if operator in ("Equal", ""):
            wrong = names.label_value(value)
            if wrong:
                errors.append(field.invalid(f"{at}.operator", value, ";".join(wrong)))
        elif operator == "Exists":
            if value:
                errors.append(field.invalid(f"{at}.operator", value, "value must be empty when `operator` is 'Exists'"))
        elif operator in ("Lt", "Gt"):
            errors.append(field.not_supported(f"{at}.operator", operator, ("Equal", "Exists", "Lt", "Gt")))
        else:
            errors.append(field.not_supported(f"{at}.operator", operator, ("Equal", "Exists")))
        if effect and effect not in EFFECTS:
            errors.append(field.not_supported(f"{at}.effect", effect, EFFECTS))
    return errors


def spread(given: list[Object] | None, path: str) -> Errors:
    """validateTopologySpreadConstraints."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, constraint in enumerate(given or ()):
        at = f"{path}[{place}]"
        skew, key, when = constraint.get("maxSkew", 0), constraint.get("topologyKey", ""), constraint.get("whenUnsatisfiable", "")
        if skew <= 0:
            errors.append(field.invalid(f"{at}.maxSkew", skew, "must be greater than zero"))
        if not key:
            errors.append(field.required(f"{at}.topologyKey", "can not be empty"))
        if when not in ("DoNotSchedule", "ScheduleAnyway"):
            errors.append(field.not_supported(f"{at}.whenUnsatisfiable", when, ("DoNotSchedule", "ScheduleAnyway")))
        pair = f"{{{key}, {when}}}"
        if pair in seen:
            errors.append(field.duplicate(f"{at}.{{topologyKey, whenUnsatisfiable}}", pair))
        seen[pair] = True
        least = constraint.get("minDomains")
        if least is not None:
            if least <= 0:
                errors.append(field.invalid(f"{at}.minDomains", least, "must be greater than zero"))
            if when != "DoNotSchedule":
                errors.append(field.invalid(f"{at}.minDomains", least,
                                            f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"))
        for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if constraint.get(name) not in (None, *HONOR):
                errors.append(field.not_supported(f"{at}.{name}", constraint[name], HONOR))
        errors += _label_keys(constraint, at)
        errors += label_selector.check(constraint.get("labelSelector"), f"{at}.labelSelector")
    return errors


def taints(given: list[Object] | None, path: str) -> Errors:
    """validateNodeTaints: of a node."""
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, taint in enumerate(given or ()):
        at, key, effect = f"{path}[{place}]", taint.get("key", ""), taint.get("effect", "")
        errors += label_name(key, f"{at}.key")
        wrong = names.label_value(taint.get("value", ""))
        if wrong:
            errors.append(field.invalid(f"{at}.value", taint.get("value", ""), ";".join(wrong)))
        if not effect:
            errors.append(field.required(f"{at}.effect"))
        elif effect not in EFFECTS:
            errors.append(field.not_supported(f"{at}.effect", effect, EFFECTS))
        pair = f"{effect} {key}"
        if pair in seen:
            errors.append(field.duplicate(at, {"Key": key, "Value": taint.get("value", ""), "Effect": effect, "TimeAdded": None}))
        seen[pair] = True
    return errors
