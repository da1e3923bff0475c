"""Persistent volumes and claims.

Upstream: kubernetes/pkg/registry/core/persistentvolume{,claim}/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import storage_kinds

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def pending(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A new one is Pending."""
    return {**obj, "status": {"phase": "Pending"}}


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


VOLUME = Strategy(status=True, returns_deleted=True, prepare_create=pending_volume, prepare_status=phase_time,
                  validate=storage_kinds.volume, validate_update=storage_kinds.volume_update)
CLAIM = Strategy(status=True, returns_deleted=True, prepare_create=pending, validate=storage_kinds.claim,
                 validate_update=storage_kinds.claim_update)
