"""DefaultTolerationSeconds: a pod stays five minutes on a node that is not ready or cannot be reached.

Upstream: kubernetes/plugin/pkg/admission/defaulttolerationseconds/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

SECONDS = 300
NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
ADDED = {key: {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS}
         for key in (NOT_READY, UNREACHABLE)}
BOTH = [ADDED[NOT_READY], ADDED[UNREACHABLE]]


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Add the two tolerations, unless the pod speaks of those taints itself."""
    spec = new.get("spec") or {}
    have = spec.get("tolerations")
    if not have:
        return {**new, "spec": {**spec, "tolerations": BOTH}}
    missing = [ADDED[key] for key in (NOT_READY, UNREACHABLE) if not any(_about(toleration, key) for toleration in have)]
    return {**new, "spec": {**spec, "tolerations": [*have, *missing]}} if missing else new


def _about(toleration: Object, key: str) -> bool:
    return toleration.get("key", "") in (key, "") and toleration.get("effect", "") in ("NoExecute", "")
