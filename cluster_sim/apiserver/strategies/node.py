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
    return {**new, "status": old["status"]} if "status" in old else new


STRATEGY = Strategy(prepare_update=prepare_update, validate=node.validate, validate_update=node.validate_update)
