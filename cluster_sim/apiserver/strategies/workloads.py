"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers.

Upstream: kubernetes/pkg/registry/apps/*/strategy.go, pkg/registry/core/replicationcontroller/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import workloads

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

# A field of the API before apps/v1, kept as an annotation ever since.
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def _with_generation(obj: Object, number: int) -> Object:
    meta = obj["metadata"]
    return {**obj, "metadata": {**meta, "annotations": {**(meta.get("annotations") or {}), TEMPLATE_GENERATION: str(number)}}}


def daemonset_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """The first template."""
    return _with_generation(obj, 1)


def daemonset_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """A changed template is the next one."""
    text = (old["metadata"].get("annotations") or {}).get(TEMPLATE_GENERATION, "1")
    number = int(text) if text.isdigit() else 1
    changed = (new.get("spec") or {}).get("template") != (old.get("spec") or {}).get("template")
    return _with_generation(new, number + 1 if changed else number)


DEPLOYMENT = Strategy(generation=True, status=True, validate=workloads.deployment,
                      validate_update=workloads.deployment_update, validate_status=workloads.deployment_status)
REPLICASET = Strategy(generation=True, status=True, validate=workloads.replicaset,
                      validate_update=workloads.replicaset_update, validate_status=workloads.replicaset_status)
STATEFULSET = Strategy(generation=True, status=True, validate=workloads.statefulset,
                       validate_update=workloads.statefulset_update, validate_status=workloads.statefulset_status)
DAEMONSET = Strategy(
    generation=True,
    status=True,
    prepare_create=daemonset_create,
    prepare_update=daemonset_update,
    validate=workloads.daemonset,
    validate_update=workloads.daemonset_update,
    validate_status=workloads.daemonset_status,
)
REPLICATION_CONTROLLER = Strategy(generation=True, status=True, orphan=True, validate=workloads.replication_controller,
                                  validate_update=workloads.replication_controller_update,
                                  validate_status=workloads.replicaset_status)
POD_TEMPLATE = Strategy(returns_deleted=True, generation=True, counted=("template",), validate=workloads.pod_template,
                        validate_update=workloads.pod_template_update)
