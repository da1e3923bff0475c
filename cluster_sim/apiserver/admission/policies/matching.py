"""Whether a policy, a binding or a webhook is about a request: rules, selectors, names.

Upstream: k8s.io/apiserver/pkg/admission/plugin/policy/matching/matching.go, plugin/webhook/predicates/{rules,namespace,object}.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import resources, selectors
from cluster_sim.apiserver.admission.policies.request import Request

Object = dict[str, Any]

CONFIGURATION = "admissionregistration.k8s.io"
EXEMPT = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
          "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings")


def is_exempt(request: Request) -> bool:
    """Nothing may lock itself in: the configuration of admission is never subject to it."""
    return request.info.group == CONFIGURATION and request.info.plural in EXEMPT


def matches(request: Request, wanted: Object, rules_key: str = "resourceRules") -> bool:
    """Whether a MatchResources (or a webhook, whose rules are just `rules`) is about the request."""
    if not in_namespaces(request, wanted.get("namespaceSelector")) or not is_selected(request, wanted.get("objectSelector")):
        return False
    policy = wanted.get("matchPolicy", "Equivalent")
    if any(_rule(request, rule, policy) for rule in wanted.get("excludeResourceRules") or ()):
        return False
    rules = wanted.get(rules_key) or []
    return not rules and rules_key == "resourceRules" or any(_rule(request, rule, policy) for rule in rules)


def in_namespaces(request: Request, selector: Object | None) -> bool:
    """By the labels of the namespace; what lives in none is always meant, a Namespace has its own labels."""
    if not selector:
        return True
    if request.resource.group_resource == "namespaces" and not request.info.subresource:
        space = request.new if request.operation in ("CREATE", "UPDATE") else request.old
    elif not request.resource.namespaced:
        return True
    else:
        space = request.space()
    return selectors.matches(selector, ((space or {}).get("metadata") or {}).get("labels"))


def is_selected(request: Request, selector: Object | None) -> bool:
    """By the labels of the object, as it was or as it shall be."""
    if not selector:
        return True
    return any(obj is not None and selectors.matches(selector, (obj.get("metadata") or {}).get("labels"))
               for obj in (request.new, request.old))


def _rule(request: Request, rule: Object, policy: str) -> bool:
    info = request.info
    operations = rule.get("operations") or []
    if "*" not in operations and request.operation not in operations:
        return False
    scope = rule.get("scope", "*")
    if scope == "Namespaced" and not (request.resource.namespaced):
        return False
    if scope == "Cluster" and request.resource.namespaced:
        return False
    names = rule.get("resourceNames")
    if names and request.name not in names:
        return False
    if not any(_resource(info.plural, info.subresource, text) for text in rule.get("resources") or ()):
        return False
    groups, versions = rule.get("apiGroups") or [], rule.get("apiVersions") or []
    if _listed(info.group, groups) and _listed(info.version, versions):
        return True
    if policy == "Exact":
        return False
    return any(_listed(other.group, groups) and _listed(other.version, versions) for other in _equivalents(request))


def _listed(value: str, values: list[str]) -> bool:
    return "*" in values or value in values


def _resource(plural: str, subresource: str, text: str) -> bool:
    """pods, pods/log, pods/*, */scale, * (resources only), */* (everything)."""
    resource, slash, sub = text.partition("/")
    if resource not in ("*", plural):
        return False
    return sub in ("*", subresource) if slash else not subresource


def _equivalents(request: Request) -> list[resources.Resource]:
    """Other groups and versions in which the very same objects are served."""
    here = request.resource
    built_in = [one for one in resources.RESOURCES if one.plural == here.plural and one is not here and (
        one.storage_prefix == here.storage_prefix) and one.kind == here.kind]
    custom = request.server.custom
    others = [custom.find(here.group, version, here.plural) for version in custom.versions(here.group)]
    return [*built_in, *(one for one in others if one is not None and one != here)]
