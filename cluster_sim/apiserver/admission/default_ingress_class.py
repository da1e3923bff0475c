"""DefaultIngressClass: an ingress that names no class gets the one marked as default.

Upstream: kubernetes/plugin/pkg/admission/network/defaultingressclass/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

DEFAULT = "ingressclass.kubernetes.io/is-default-class"
OLD_ANNOTATION = "kubernetes.io/ingress.class"


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """The ingress with its class."""
    spec = new.get("spec") or {}
    if old is not None or "ingressClassName" in spec or OLD_ANNOTATION in (new["metadata"].get("annotations") or {}):
        return new
    for found in server.cache.list("ingressclasses"):
        if (found["metadata"].get("annotations") or {}).get(DEFAULT) == "true":
            return {**new, "spec": {**spec, "ingressClassName": found["metadata"]["name"]}}
    return new
