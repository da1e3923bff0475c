"""Namespaces begin Active, with the finalizer that makes their controller empty them before they go.

Upstream: kubernetes/pkg/registry/core/namespace/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import namespaces

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

FINALIZER = "kubernetes"
LABEL = "kubernetes.io/metadata.name"


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """Active, with its finalizer and its name as a label."""
    spec = obj.get("spec") or {}
    finalizers = list(spec.get("finalizers") or [])
    if FINALIZER not in finalizers:
        finalizers.append(FINALIZER)
    meta = obj["metadata"]
    name = meta.get("name", "")
    if name and (meta.get("labels") or {}).get(LABEL) != name:
        meta = {**meta, "labels": {**(meta.get("labels") or {}), LABEL: name}}
    return {**obj, "metadata": meta, "spec": {**spec, "finalizers": finalizers}, "status": {"phase": "Active"}}


def prepare_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """Finalizers change by the subresource only; the label cannot be taken off."""
    meta = new["metadata"]
    name = meta["name"]
    if (meta.get("labels") or {}).get(LABEL) != name:
        meta = {**meta, "labels": {**(meta.get("labels") or {}), LABEL: name}}
    kept = (old.get("spec") or {}).get("finalizers")
    spec = {key: value for key, value in (new.get("spec") or {}).items() if key != "finalizers"}
    return {**new, "metadata": meta, "spec": {**spec, **({"finalizers": kept} if kept else {})}}


STRATEGY = Strategy(status=True, prepare_create=prepare_create, prepare_update=prepare_update, validate=namespaces.validate,
                    validate_status=namespaces.validate_status)
