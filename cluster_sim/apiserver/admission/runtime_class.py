"""RuntimeClass: a pod's class must exist; its overhead and node selector become the pod's.

Upstream: kubernetes/plugin/pkg/admission/runtimeclass/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Set the overhead and scheduling of the class; raises ApiError 403."""
    spec = new.get("spec") or {}
    name = spec.get("runtimeClassName")
    if old is not None or not name:
        return new
    found = server.cache.get("runtimeclasses", name)
    if found is None:
        raise refusal(info, new, f'pod rejected: RuntimeClass "{name}" not found')
    overhead = (found.get("overhead") or {}).get("podFixed")
    if overhead:
        spec = {**spec, "overhead": overhead}
    scheduling = found.get("scheduling") or {}
    if scheduling.get("nodeSelector"):
        spec = {**spec, "nodeSelector": {**scheduling["nodeSelector"], **(spec.get("nodeSelector") or {})}}
    if scheduling.get("tolerations"):
        spec = {**spec, "tolerations": [*(spec.get("tolerations") or []), *scheduling["tolerations"]]}
    return {**new, "spec": spec}
