"""Where objects are kept, and small changes to their metadata.

Upstream: k8s.io/apiserver/pkg/registry/generic/registry/store.go (NamespaceKeyFunc).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api.resources import Resource

Object = dict[str, Any]


def storage_key(resource: Resource, namespace: str, name: str) -> tuple[str, str]:
    """(storage prefix, "ns/name" or "name")."""
    return resource.storage_prefix, f"{namespace}/{name}" if resource.namespaced else name


def without_revision(obj: Object) -> Object:
    """The object as it is stored: its resourceVersion is the store's business."""
    meta = obj["metadata"]
    if "resourceVersion" not in meta:
        return obj
    return {**obj, "metadata": {key: value for key, value in meta.items() if key != "resourceVersion"}}


def revision_of(obj: Object) -> int:
    """The revision of an object's last write."""
    return int(obj["metadata"]["resourceVersion"])
