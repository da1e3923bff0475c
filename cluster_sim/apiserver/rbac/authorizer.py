"""May this user do this? RBAC over the bindings in the cache; members of system:masters may do anything.

Simplified: the cluster's own components (scheduler, controller manager, kubelets, kube-proxy) are known by name and
may do everything; in a real cluster each has a ClusterRole, and kubelets the Node authorizer. Those roles exist here,
too, to be read, but these components are not held against them.

Upstream: kubernetes/plugin/pkg/auth/authorizer/rbac/rbac.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.authentication import MASTERS
from cluster_sim.apiserver.rbac.rules import Attributes, Rule, allows
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.watch_cache import WatchCache

Object = dict[str, Any]

COMPONENTS = ("system:apiserver", "system:kube-scheduler", "system:kube-controller-manager", "system:kube-proxy")


class Authorizer:
    """Answers from the cache; `forget` when roles or bindings change."""

    def __init__(self, cache: WatchCache) -> None:
        self.cache = cache
        self._rules: dict[tuple[str, tuple[str, ...], str], list[tuple[Rule, str]]] = {}

    def forget(self) -> None:
        """Roles or bindings have changed."""
        self._rules.clear()

    def check(self, info: RequestInfo) -> None:
        """Raise ApiError 403 if the request's user may not do it."""
        user = info.user
        if user in COMPONENTS or user.startswith("system:node:") or MASTERS in info.groups:
            return
        wanted = attributes(info)
        if not self.allowed(wanted):
            raise ApiError(refusal(wanted))

    def allowed(self, wanted: Attributes) -> bool:
        """Whether RBAC allows it."""
        if MASTERS in wanted.groups or wanted.user in COMPONENTS:
            return True
        return self.why(wanted) is not None

    def why(self, wanted: Attributes) -> str | None:
        """The binding that allows it, in upstream's words ("" for system:masters); None if nothing does."""
        if MASTERS in wanted.groups:
            return ""
        for rule, reason in self._granted(wanted.user, wanted.groups, wanted.namespace):
            if allows(rule, wanted):
                return reason
        return None

    def rules(self, user: str, groups: tuple[str, ...], namespace: str) -> list[Rule]:
        """Every rule that holds for a user in a namespace ("": cluster-wide only)."""
        if MASTERS in groups and user == "admin":
            groups = (*groups, "system:masters")
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
    """What a request wants, as RBAC sees it."""
    if not info.is_resource:
        return Attributes(info.user, info.groups, info.verb, path=info.path)
    return Attributes(info.user, info.groups, info.verb, info.namespace, info.group, info.plural, info.subresource, info.name)


def refusal(wanted: Attributes) -> Object:
    """403 in upstream's words."""
    if wanted.path:
        return status.forbidden_path(wanted.user, wanted.verb, wanted.path)
    place = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    text = (f'User "{wanted.user}" cannot {wanted.verb} resource "{wanted.full}" in API group "{wanted.group}" {place}')
    return status.forbidden(wanted.resource, wanted.name, text, wanted.group)
