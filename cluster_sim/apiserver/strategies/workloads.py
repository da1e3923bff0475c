"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers.

Upstream: kubernetes/pkg/registry/apps/*/strategy.go, pkg/registry/core/replicationcontroller/strategy.go.
"""

from __future__ import annotations

from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import workloads

pod_template = workloads.pod_template

DEPLOYMENT = Strategy(generation=True, status=True, validate=workloads.deployment,
                      validate_update=workloads.deployment_update, validate_status=workloads.deployment_status)
REPLICASET = Strategy(generation=True, status=True, validate=workloads.replicaset,
                      validate_update=workloads.replicaset_update, validate_status=workloads.replicaset_status)
STATEFULSET = Strategy(generation=True, status=True, validate=workloads.statefulset,
                       validate_update=workloads.statefulset_update, validate_status=workloads.statefulset_status)
DAEMONSET = Strategy(generation=True, status=True, validate=workloads.daemonset,
                     validate_update=workloads.daemonset_update)
REPLICATION_CONTROLLER = Strategy(generation=True, status=True, orphan=True, validate=workloads.replication_controller,
                                  validate_status=workloads.replicaset_status)
