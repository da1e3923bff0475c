"""TaintNodesByCondition: a new node is not ready, and tainted so, until its kubelet has said otherwise.

Upstream: kubernetes/plugin/pkg/admission/nodetaint/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Taint a new node."""
    if old is not None:
        return new
    spec = new.get("spec") or {}
    taints = spec.get("taints") or []
    if any(taint.get("key") == NOT_READY["key"] and taint.get("effect") == NOT_READY["effect"] for taint in taints):
        return new
    return {**new, "spec": {**spec, "taints": [*taints, NOT_READY]}}
