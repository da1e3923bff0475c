"""StorageObjectInUseProtection: volumes and claims do not go while something uses them.

Upstream: kubernetes/plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

FINALIZERS = {"persistentvolumeclaims": "kubernetes.io/pvc-protection", "persistentvolumes": "kubernetes.io/pv-protection"}


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Add the finalizer to a new object."""
    if old is not None:
        return new
    name, have = FINALIZERS[info.plural], new["metadata"].get("finalizers") or []
    return new if name in have else {**new, "metadata": {**new["metadata"], "finalizers": [*have, name]}}
