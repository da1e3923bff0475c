"""NamespaceLifecycle: nothing new in a namespace that is not there or on its way out; three that must stay.

Upstream: k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

IMMORTAL = ("default", "kube-system", "kube-public")


def admit(server: APIServer, info: RequestInfo, new: Object) -> None:
    """Raise ApiError 404 or 403."""
    if not info.kind.namespaced or info.plural == "localsubjectaccessreviews":
        return
    namespace = server.cache.get("namespaces", info.namespace)
    if namespace is None:
        raise ApiError(status.not_found("namespaces", info.namespace))
    if (namespace.get("status") or {}).get("phase") == "Terminating":
        cause = {"reason": "NamespaceTerminating", "message": f"namespace {info.namespace} is being terminated",
                 "field": "metadata.namespace"}
        text = f"unable to create new content in namespace {info.namespace} because it is being terminated"
        raise refusal(info, new, text, [cause])


def check_delete(info: RequestInfo) -> None:
    """Raise ApiError 403 for an immortal namespace."""
    if info.kind.group_resource == "namespaces" and info.name in IMMORTAL:
        raise ApiError(status.forbidden("namespaces", info.name, "this namespace may not be deleted"))
