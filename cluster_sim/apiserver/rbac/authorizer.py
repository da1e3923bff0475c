"""May this user do this? Members of system:masters may do anything; kubelets what concerns their node; and then RBAC.

RBAC looks through the bindings in the cache: each gives the rules of a role to users, groups and service accounts. The
cluster's own components are held against their roles like everybody else. A yes that no name of an object decided is
remembered until a role or a binding changes, so that it costs a look-up.

Upstream: kubernetes/plugin/pkg/auth/authorizer/rbac/rbac.go, k8s.io/apiserver/pkg/authorization/union (Node, then RBAC).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import node_authorizer
from cluster_sim.apiserver.authentication import MASTERS
from cluster_sim.apiserver.rbac.rules import Attributes, Rule, allows
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.watch_cache import WatchCache

Object = dict[str, Any]

REMEMBERED = 20_000
STATIC = (("", "pods", "status"), ("", "nodes", "status"))  # what kubelets may whatever the object
COLLECTION = ("list", "watch", "deletecollection")


class Authorizer:
    """Answers from the cache; `forget` when roles or bindings change."""

    def __init__(self, cache: WatchCache) -> None:
        self.cache = cache
        self._rules: dict[tuple[str, tuple[str, ...], str], list[tuple[Rule, str]]] = {}
        self._allowed: dict[tuple[Any, ...], bool] = {}

    def forget(self) -> None:
        """Roles or bindings have changed."""
        self._rules.clear()
        self._allowed.clear()

    def check(self, info: RequestInfo) -> None:
        """Raise ApiError 403 if the request's user may not do it."""
        # What is remembered of a kubelet holds for every kubelet: 5,000 of them ask the same.
        user = node_authorizer.PREFIX if node_authorizer.node_of(info.user, info.groups) is not None else info.user
        key = (user, info.verb, info.plural or info.path, info.subresource, info.namespace, info.group, info.groups)
        if key in self._allowed or MASTERS in info.groups:
            return
        wanted = attributes(info)
        allowed, reason, always = self._decide(wanted)
        if not allowed:
            raise ApiError(refusal(wanted, reason))
        if always:
            if len(self._allowed) >= REMEMBERED:
                self._allowed.clear()
            self._allowed[key] = True

    def allowed(self, wanted: Attributes) -> bool:
        """Whether somebody may."""
        return self.decide(wanted)[0]

    def decide(self, wanted: Attributes) -> tuple[bool, str]:
        """(whether somebody may, in upstream's words why: "" for system:masters)."""
        return self._decide(wanted)[:2]

    def _decide(self, wanted: Attributes) -> tuple[bool, str, bool]:
        """As `decide`, and whether the answer holds for every object."""
        if MASTERS in wanted.groups:
            return True, "", True
        node, denied = node_authorizer.node_of(wanted.user, wanted.groups), ""
        if node is not None:
            allowed, denied = node_authorizer.decide(self.cache, node, wanted)
            if allowed:
                return True, "", (wanted.group, wanted.resource, wanted.subresource) in STATIC or (
                    (wanted.group, wanted.resource) not in node_authorizer.HANDLERS)
        for rule, reason in self._granted(wanted.user, wanted.groups, wanted.namespace):
            if allows(rule, wanted):
                return True, reason, node is None and not rule.get("resourceNames")
        return False, denied, False

    def rules(self, user: str, groups: tuple[str, ...], namespace: str) -> list[Rule]:
        """Every rule that holds for a user in a namespace ("": cluster-wide only)."""
        return [rule for rule, _ in self._granted(user, groups, namespace)]

    def _granted(self, user: str, groups: tuple[str, ...], namespace: str) -> list[tuple[Rule, str]]:
        key = (user, groups, namespace)
        found = self._rules.get(key)
        if found is None:
            found = []
            for binding in self.cache.list("clusterrolebindings"):
                subject = _concerns(binding, user, groups, "")
                if subject:
                    reason = f'RBAC: allowed by ClusterRoleBinding "{binding["metadata"]["name"]}" of '
                    found += self._reasons(binding, "", reason, subject)
            for binding in self.cache.list("rolebindings", namespace) if namespace else ():
                subject = _concerns(binding, user, groups, namespace)
                if subject:
                    reason = f'RBAC: allowed by RoleBinding "{binding["metadata"]["name"]}/{namespace}" of '
                    found += self._reasons(binding, namespace, reason, subject)
            if len(self._rules) > 1_000:
                self._rules.clear()
            self._rules[key] = found
        return found

    def _reasons(self, binding: Object, namespace: str, reason: str, subject: str) -> list[tuple[Rule, str]]:
        reference = binding["roleRef"]
        text = f'{reason}{reference["kind"]} "{reference["name"]}" to {subject}'
        return [(rule, text) for rule in self.role_rules(reference, namespace)]

    def role_rules(self, reference: Object, namespace: str) -> list[Rule]:
        """The rules of the role a binding refers to; none if there is no such role."""
        if reference.get("kind") == "ClusterRole":
            role = self.cache.get("clusterroles", reference["name"])
        else:
            role = self.cache.get("roles", f"{namespace}/{reference['name']}")
        return list(role.get("rules") or []) if role is not None else []


def _concerns(binding: Object, user: str, groups: tuple[str, ...], namespace: str) -> str:
    """The subject of the binding that means this user, as upstream prints it; "" if none does."""
    for subject in binding.get("subjects") or ():
        kind, name = subject.get("kind"), subject.get("name")
        if (kind == "User" and name in (user, "*")) or (kind == "Group" and name in groups):
            return f'{kind} "{name}"'
        if kind == "ServiceAccount":
            home = subject.get("namespace") or namespace
            if user == f"system:serviceaccount:{home}:{name}":
                return f'ServiceAccount "{name}/{home}"'
    return ""


def attributes(info: RequestInfo) -> Attributes:
    """What a request wants. A collection narrowed down to one name is about that name."""
    if not info.is_resource:
        return Attributes(info.user, info.groups, info.verb, path=info.path)
    fields = info.first("fieldSelector") if info.query and info.verb in COLLECTION else ""
    name = info.name or (exact_name(fields) if fields else "")
    return Attributes(info.user, info.groups, info.verb, info.namespace, info.group, info.plural, info.subresource, name,
                      fields=fields)


def exact_name(fields: str) -> str:
    """The name that a field selector asks for; "" if it does not ask for one."""
    for term in fields.split(","):
        key, _, name = term.replace("==", "=").partition("=")
        if key == "metadata.name" and name and "/" not in name and "%" not in name and name not in (".", ".."):
            return name
    return ""


def refusal(wanted: Attributes, reason: str = "") -> Object:
    """403 in upstream's words."""
    more = f": {reason}" if reason else ""
    if wanted.path:
        return status.forbidden_path(wanted.user, wanted.verb, wanted.path)
    place = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    text = f'User "{wanted.user}" cannot {wanted.verb} resource "{wanted.full}" in API group "{wanted.group}" {place}{more}'
    return status.forbidden(wanted.resource, wanted.name, text, wanted.group)
