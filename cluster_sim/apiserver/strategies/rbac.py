"""Roles and bindings. Nobody may grant what they do not hold (see admission/rbac_escalation.py).

Upstream: kubernetes/pkg/registry/rbac/*/strategy.go.
"""

from __future__ import annotations

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import rbac

ROLE = Strategy(create_on_update=True, validate=rbac.role, validate_update=rbac.role_update)
CLUSTER_ROLE = Strategy(create_on_update=True, validate=rbac.cluster_role, validate_update=rbac.cluster_role_update)
ROLE_BINDING = Strategy(create_on_update=True, validate=rbac.role_binding, validate_update=rbac.binding_update)
CLUSTER_ROLE_BINDING = Strategy(create_on_update=True, validate=rbac.cluster_role_binding, validate_update=rbac.binding_update)
