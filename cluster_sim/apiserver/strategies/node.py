"""Nodes: a new one may bring its status along; later writes to the node leave it alone.

Upstream: kubernetes/pkg/registry/core/node/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import node

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def prepare_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """The status stays."""
    new = pod_cidrs(new)
    return {**new, "status": old["status"]} if "status" in old else new


def pod_cidrs(obj: Object) -> Object:
    """podCIDR and podCIDRs say the same (the conversion of core/v1)."""
    spec = obj.get("spec") or {}
    if spec.get("podCIDR") and not spec.get("podCIDRs"):
        return {**obj, "spec": {**spec, "podCIDRs": [spec["podCIDR"]]}}
    if spec.get("podCIDRs") and spec.get("podCIDR") != spec["podCIDRs"][0]:
        return {**obj, "spec": {**spec, "podCIDR": spec["podCIDRs"][0]}}
    return obj


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A new node."""
    return pod_cidrs(obj)


STRATEGY = Strategy(
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=node.validate,
    validate_update=node.validate_update,
    validate_status=node.validate_status,
)
