"""Persistent volumes and claims.

Upstream: kubernetes/pkg/registry/core/persistentvolume{,claim}/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import claims, persistent_volumes

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def pending_volume(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A new volume is Pending, since now."""
    return {**obj, "status": {"phase": "Pending", "lastPhaseTransitionTime": server.kernel.timestamp()}}


def phase_time(new: Object, old: Object, server: APIServer) -> Object:
    """A volume notes when its phase changed."""
    after, before = new.get("status") or {}, old.get("status") or {}
    if after.get("phase") != before.get("phase") and after.get("lastPhaseTransitionTime") == before.get(
        "lastPhaseTransitionTime"
    ):
        return {**new, "status": {**after, "lastPhaseTransitionTime": server.kernel.timestamp()}}
    return new


def claim_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A new claim is Pending; its two fields for what fills the volume say the same."""
    return {**obj, "spec": _sources(obj.get("spec") or {}), "status": {"phase": "Pending"}}


def _sources(spec: Object) -> Object:
    """NormalizeDataSources: each takes after the other, unless that is of another namespace or the older cannot say it."""
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None and (source.get("apiGroup") or "", source.get("kind")) not in OLD_SOURCES:
        spec = {key: value for key, value in spec.items() if key != "dataSource"}
        source = None
    if source is not None and reference is None:
        return {**spec, "dataSourceRef": source}
    if reference is not None and source is None and not reference.get("namespace"):
        if (reference.get("apiGroup") or "", reference.get("kind")) in OLD_SOURCES:
            return {**spec, "dataSource": reference}
    return spec


OLD_SOURCES = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))


VOLUME = Strategy(status=True, returns_deleted=True, prepare_create=pending_volume, prepare_status=phase_time,
                  validate=persistent_volumes.volume, validate_update=persistent_volumes.volume_update)
CLAIM = Strategy(status=True, returns_deleted=True, prepare_create=claim_create, validate=claims.claim,
                 validate_update=claims.claim_update, validate_status=claims.claim_status)
