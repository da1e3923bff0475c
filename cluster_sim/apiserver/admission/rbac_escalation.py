"""Nobody may grant what they do not hold, unless they may `escalate` roles or `bind` the role.

In the real server this is a wrapper around the storage of roles and bindings, not a plugin.

Upstream: kubernetes/pkg/registry/rbac/{role,rolebinding}/policybased/storage.go, escalation_check.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.authentication import MASTERS
from cluster_sim.apiserver.rbac.rules import Attributes, compact_all, covers
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

GROUP = "rbac.authorization.k8s.io"


def _free(server: APIServer, info: RequestInfo, verb: str, resource: str, name: str) -> bool:
    if MASTERS in info.groups:
        return True
    return server.authorizer.allowed(Attributes(info.user, info.groups, verb, info.namespace, GROUP, resource, "", name))


def _refuse(server: APIServer, info: RequestInfo, name: str, wanted: list[Object]) -> None:
    missing = covers(server.authorizer.rules(info.user, info.groups, info.namespace), wanted)
    if missing:
        groups = " ".join(f'"{group}"' for group in info.groups)
        text = (f'user "{info.user}" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n'
                + "\n".join(compact_all(missing)))
        raise ApiError(status.forbidden(info.plural, name, text, info.group))


def validate_role(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """A role may hold only what its author holds."""
    name = new["metadata"].get("name", "")
    if old is not None and old.get("rules") == new.get("rules"):
        return
    if not _free(server, info, "escalate", info.plural, name):
        _refuse(server, info, name, new.get("rules") or [])


def validate_binding(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """A binding may give only what its author holds."""
    name, reference = new["metadata"].get("name", ""), new.get("roleRef") or {}
    if old is not None and old.get("subjects") == new.get("subjects") and old.get("roleRef") == reference:
        return
    plural = "clusterroles" if reference.get("kind") == "ClusterRole" else "roles"
    if not _free(server, info, "bind", plural, reference.get("name", "")):
        if server.cache.get(plural, reference["name"] if plural == "clusterroles" else f"{info.namespace}/{reference['name']}") is None:
            raise ApiError(status.not_found(plural, reference["name"], GROUP))
        _refuse(server, info, name, server.authorizer.role_rules(reference, info.namespace))
