"""Scale: the little object that says how many replicas something has and should have.

Upstream: kubernetes/pkg/registry/apps/deployment/storage/storage.go (scaleFromDeployment); apiextensions for CRDs.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import selectors

Object = dict[str, Any]


def scale_of(obj: Object) -> Object:
    """The autoscaling/v1 Scale of a workload."""
    meta, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    chosen = spec.get("selector") or {}
    if obj["kind"] == "ReplicationController":
        chosen = {"matchLabels": chosen}
    text = selectors.format_requirements(selectors.requirements_of(chosen))
    replicas = spec.get("replicas", 0)
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": scale_meta(meta),
            "spec": {"replicas": replicas} if replicas else {},
            "status": {"replicas": status.get("replicas", 0), **({"selector": text} if text else {})}}


def scale_meta(meta: Object) -> Object:
    """A Scale's metadata: only what names the object."""
    return {key: meta[key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp") if key in meta}
