"""Policy rules: what a rule allows, and whether a set of rules covers another.

Upstream: kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go, k8s.io/component-helpers/auth/rbac/validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What somebody wants to do. `path` for what is no resource."""

    user: str
    groups: tuple[str, ...]
    verb: str
    namespace: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    path: str = ""
    fields: str = ""  # the field selector of a collection

    @property
    def full(self) -> str:
        """ "pods/log"."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def allows(rule: Rule, wanted: Attributes) -> bool:
    """Whether a rule allows it."""
    verbs = rule.get("verbs") or ()
    if wanted.verb not in verbs and "*" not in verbs:
        return False
    if wanted.path:
        return any(_path_matches(pattern, wanted.path) for pattern in rule.get("nonResourceURLs") or ())
    groups = rule.get("apiGroups") or ()
    if wanted.group not in groups and "*" not in groups:
        return False
    names = rule.get("resourceNames")
    if names and wanted.name not in names:
        return False
    return any(_resource_matches(have, wanted) for have in rule.get("resources") or ())


def _resource_matches(have: str, wanted: Attributes) -> bool:
    if have in ("*", wanted.full):
        return True
    return bool(wanted.subresource) and have == f"*/{wanted.subresource}"


def _path_matches(pattern: str, path: str) -> bool:
    return pattern in ("*", path) or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


def breakdown(rule: Rule) -> list[Rule]:
    """A rule as single permissions, each of one group, resource, verb and name."""
    found: list[Rule] = []
    for group in rule.get("apiGroups") or ():
        for resource in rule.get("resources") or ():
            for verb in rule.get("verbs") or ():
                base = {"apiGroups": [group], "resources": [resource], "verbs": [verb]}
                names = rule.get("resourceNames")
                found += [{**base, "resourceNames": [name]} for name in names] if names else [base]
    for url in rule.get("nonResourceURLs") or ():
        found += [{"nonResourceURLs": [url], "verbs": [verb]} for verb in rule.get("verbs") or ()]
    return found


def covers(owned: list[Rule], wanted: list[Rule]) -> list[Rule]:
    """What of `wanted` nobody with `owned` holds, as single permissions."""
    missing = []
    for rule in wanted:
        missing += [one for one in breakdown(rule) if not any(_covered(have, one) for have in owned)]
    return missing


def _covered(have: Rule, one: Rule) -> bool:
    def holds(key: str, everything: bool = True) -> bool:
        owned = have.get(key) or ()
        return (everything and "*" in owned) or all(value in owned for value in one.get(key) or ())

    if "nonResourceURLs" in one:
        urls = have.get("nonResourceURLs") or ()
        return holds("verbs") and all(any(_path_matches(pattern, url) for pattern in urls) for url in one["nonResourceURLs"])
    names = have.get("resourceNames")
    if names and (not one.get("resourceNames") or one["resourceNames"][0] not in names):
        return False
    resource = one["resources"][0]
    _, slash, sub = resource.partition("/")
    owned = have.get("resources") or ()
    fits = "*" in owned or resource in owned or bool(slash and f"*/{sub}" in owned)
    return holds("verbs") and holds("apiGroups") and fits


def compact(rule: Rule) -> str:
    """A rule as upstream prints it: {APIGroups:[""], Resources:["secrets"], Verbs:["get"]}."""
    parts = []
    for key, word in (("apiGroups", "APIGroups"), ("resources", "Resources"), ("resourceNames", "ResourceNames"),
                      ("nonResourceURLs", "NonResourceURLs"), ("verbs", "Verbs")):
        if rule.get(key):
            parts.append(f"{word}:[" + " ".join(f'"{value}"' for value in rule[key]) + "]")
    return "{" + ", ".join(parts) + "}"


def compact_all(rules: list[Rule]) -> list[str]:
    """Single permissions joined where they differ only in their verbs, sorted, in upstream's short form."""
    joined: dict[str, Rule] = {}
    for rule in rules:
        key = compact({**rule, "verbs": []})
        if key in joined:
            joined[key] = {**joined[key], "verbs": [*joined[key]["verbs"], *rule["verbs"]]}
        else:
            joined[key] = rule
    return sorted(compact(rule) for rule in joined.values())
