"""DefaultStorageClass: a claim that names no class gets the one marked as default.

Upstream: kubernetes/plugin/pkg/admission/storage/storageclass/setdefault/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

DEFAULT = "storageclass.kubernetes.io/is-default-class"
BETA = "volume.beta.kubernetes.io/storage-class"


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """The claim with its class; of several defaults the newest wins."""
    spec = new.get("spec") or {}
    if old is not None or "storageClassName" in spec or BETA in (new["metadata"].get("annotations") or {}):
        return new
    found = [storage for storage in server.cache.list("storageclasses")
             if (storage["metadata"].get("annotations") or {}).get(DEFAULT) == "true"]
    if not found:
        return new
    newest = max(storage["metadata"]["creationTimestamp"] for storage in found)
    chosen = next(storage for storage in found if storage["metadata"]["creationTimestamp"] == newest)
    return {**new, "spec": {**spec, "storageClassName": chosen["metadata"]["name"]}}
