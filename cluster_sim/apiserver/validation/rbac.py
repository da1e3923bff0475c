"""Roles and bindings.

Upstream: kubernetes/pkg/apis/rbac/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import label_selector, object_meta

Object = dict[str, Any]
Errors = list[FieldError]

GROUP = "rbac.authorization.k8s.io"


def _rules(obj: Object, namespaced: bool) -> Errors:
    errors: Errors = []
    for place, rule in enumerate(obj.get("rules") or ()):
        errors += _rule(rule, f"rules[{place}]", namespaced)
    return errors


def _rule(rule: Object, path: str, namespaced: bool) -> Errors:
    errors: Errors = []
    if not rule.get("verbs"):
        errors.append(field.required(f"{path}.verbs", "verbs must contain at least one value"))
    if rule.get("nonResourceURLs"):
        if namespaced:
            errors.append(field.invalid(f"{path}.nonResourceURLs", rule["nonResourceURLs"],
                                        "namespaced rules cannot apply to non-resource URLs"))
        if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            errors.append(field.invalid(f"{path}.nonResourceURLs", rule["nonResourceURLs"],
                                        "rules cannot apply to both regular resources and non-resource URLs"))
        return errors
    if not rule.get("apiGroups"):
        errors.append(field.required(f"{path}.apiGroups", "resource rules must supply at least one api group"))
    if not rule.get("resources"):
        errors.append(field.required(f"{path}.resources", "resource rules must supply at least one resource"))
    return errors


def role(obj: Object) -> Errors:
    """ValidateRole."""
    return _rules(obj, True)


def role_update(new: Object, old: Object) -> Errors:
    """ValidateRoleUpdate."""
    return role(new)


def cluster_role(obj: Object) -> Errors:
    """ValidateClusterRole."""
    errors = _rules(obj, False)
    gather = obj.get("aggregationRule")
    if gather is not None:
        if not gather.get("clusterRoleSelectors"):
            errors.append(field.required("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil"))
        for place, selector in enumerate(gather.get("clusterRoleSelectors") or ()):
            errors += label_selector.check(selector, f"aggregationRule.clusterRoleSelectors[{place}]")
    return errors


def cluster_role_update(new: Object, old: Object) -> Errors:
    """ValidateClusterRoleUpdate."""
    return cluster_role(new)


def role_binding(obj: Object) -> Errors:
    """ValidateRoleBinding."""
    return _binding(obj, ("Role", "ClusterRole"), True)


def cluster_role_binding(obj: Object) -> Errors:
    """ValidateClusterRoleBinding."""
    return _binding(obj, ("ClusterRole",), False)


def _binding(obj: Object, kinds: tuple[str, ...], namespaced: bool) -> Errors:
    reference, errors = obj.get("roleRef") or {}, []
    if reference.get("apiGroup") != GROUP:
        errors.append(field.not_supported("roleRef.apiGroup", reference.get("apiGroup", ""), (GROUP,)))
    if reference.get("kind") not in kinds:
        errors.append(field.not_supported("roleRef.kind", reference.get("kind", ""), kinds))
    name = reference.get("name", "")
    if not name:
        errors.append(field.required("roleRef.name"))
    else:
        errors += [field.invalid("roleRef.name", name, text) for text in object_meta.path_segment(name)]
    for place, subject in enumerate(obj.get("subjects") or ()):
        errors += _subject(subject, f"subjects[{place}]", namespaced)
    return errors


def _subject(subject: Object, path: str, namespaced: bool) -> Errors:
    errors: Errors = []
    kind, name, group = subject.get("kind", ""), subject.get("name", ""), subject.get("apiGroup", "")
    if not name:
        errors.append(field.required(f"{path}.name"))
    if kind == "ServiceAccount":
        if name:
            errors += [field.invalid(f"{path}.name", name, text) for text in names.dns_subdomain(name)]
        if group:
            errors.append(field.not_supported(f"{path}.apiGroup", group, ("",)))
        if not namespaced and not subject.get("namespace"):
            errors.append(field.required(f"{path}.namespace"))
    elif kind in ("User", "Group"):
        if group != GROUP:
            errors.append(field.not_supported(f"{path}.apiGroup", group, (GROUP,)))
    else:
        errors.append(field.not_supported(f"{path}.kind", kind, ("Group", "ServiceAccount", "User")))
    return errors


def binding_update(new: Object, old: Object) -> Errors:
    """A binding's role cannot change."""
    errors = role_binding(new) if new["kind"] == "RoleBinding" else cluster_role_binding(new)
    if new.get("roleRef") != old.get("roleRef"):
        reference = new.get("roleRef") or {}
        shown = {"APIGroup": reference.get("apiGroup", ""), "Kind": reference.get("kind", ""), "Name": reference.get("name", "")}
        errors.append(field.invalid("roleRef", shown, "cannot change roleRef"))
    return errors
