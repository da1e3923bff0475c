"""Admission: plugins that change or refuse what was allowed and well-formed. One plugin a file, in upstream's order.

Upstream: kubernetes/pkg/kubeapiserver/options/plugins.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.admission import (
    default_ingress_class,
    default_storage_class,
    default_toleration_seconds,
    limit_ranger,
    namespace_lifecycle,
    node_restriction,
    node_taints,
    pod_security,
    policies,
    priority,
    rbac_escalation,
    resource_quota,
    runtime_class,
    service_account,
    storage_object_in_use,
)
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]
Mutation = Callable[["APIServer", RequestInfo, Object, "Object | None"], Object]
Check = Callable[["APIServer", RequestInfo, Object, "Object | None"], None]

MUTATING: dict[str, tuple[Mutation, ...]] = {
    "pods": (limit_ranger.admit, service_account.admit, priority.admit, default_toleration_seconds.admit, runtime_class.admit),
    "nodes": (node_taints.admit,),
    "persistentvolumeclaims": (default_storage_class.admit, storage_object_in_use.admit),
    "persistentvolumes": (storage_object_in_use.admit,),
    "ingresses.networking.k8s.io": (default_ingress_class.admit,),
}
VALIDATING: dict[str, tuple[Check, ...]] = {
    "pods": (limit_ranger.validate, pod_security.validate),
    "persistentvolumeclaims": (limit_ranger.validate,),
    "priorityclasses.scheduling.k8s.io": (priority.validate_class,),
    "namespaces": (pod_security.validate_namespace,),
    "roles.rbac.authorization.k8s.io": (rbac_escalation.validate_role,),
    "clusterroles.rbac.authorization.k8s.io": (rbac_escalation.validate_role,),
    "rolebindings.rbac.authorization.k8s.io": (rbac_escalation.validate_binding,),
    "clusterrolebindings.rbac.authorization.k8s.io": (rbac_escalation.validate_binding,),
    **dict.fromkeys(pod_security.WORKLOADS, (pod_security.warn,)),
}


def mutate(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Run the plugins that change objects; raises ApiError 403."""
    if old is None:
        namespace_lifecycle.admit(server, info, new)
    node_restriction.admit(server, info, new, old)
    for plugin in MUTATING.get(info.kind.group_resource, ()):
        new = plugin(server, info, new, old)
    return policies.mutate(server, info, new, old, "CREATE" if old is None else "UPDATE")


def validate(server: APIServer, info: RequestInfo, new: Object, old: Object | None, call: Object) -> list[Object]:
    """Run the plugins that only look; → writes to be made first (a quota's usage). Raises ApiError 403."""
    for plugin in VALIDATING.get(info.kind.group_resource, ()):
        plugin(server, info, new, old)
    policies.validate(server, info, new, old, "CREATE" if old is None else "UPDATE")
    return resource_quota.charge(server, info, new, old, call)


def check_delete(server: APIServer, info: RequestInfo) -> None:
    """Some namespaces may not be deleted; kubelets delete only what is theirs."""
    namespace_lifecycle.check_delete(info)
    node_restriction.admit_delete(server, info)


def removal(server: APIServer, info: RequestInfo, old: Object) -> None:
    """Ask the policies about an object that is to be deleted; raises ApiError."""
    policies.validate(server, info, None, old, "DELETE")


def check_subresource(server: APIServer, info: RequestInfo, new: Object | None, old: Object | None,
                      given: Object | None = None) -> None:
    """A status or another part of an object is to change, or something is to be done with it; raises ApiError.

    `given`: what was sent, where that is not the object itself (an Eviction, a Binding).
    """
    if new is not None and old is not None:
        node_restriction.admit(server, info, new, old)
    policies.validate(server, info, new, old, "UPDATE" if old is not None else "CREATE", given)
