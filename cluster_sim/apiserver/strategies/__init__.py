"""The strategy of each kind, by resource."""

from __future__ import annotations

from cluster_sim.api.resources import Resource
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.strategies.table import STRATEGIES

__all__ = ["Strategy", "of"]

_PLAIN = Strategy()
_CUSTOM = Strategy(generation=True, unconditional=False, returns_deleted=False)


def of(resource: Resource) -> Strategy:
    """How the store treats this resource."""
    return STRATEGIES.get(resource.group_resource, _PLAIN)
