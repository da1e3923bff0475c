"""Defaults: what the server fills in where the client said nothing, before anybody looks at the object.

Upstream: pkg/apis/*/v1/defaults.go of kubernetes. Each function returns its input when there was nothing to fill in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api.resources import Resource
from cluster_sim.apiserver.defaulting import autoscaling, batch, core, kinds, networking, pod, storage, workloads

Object = dict[str, Any]

DEFAULTS: dict[str, Callable[[Object], Object]] = {
    "pods": pod.pod,
    "podtemplates": pod.pod_template,
    "replicationcontrollers": workloads.replication_controller,
    "services": core.service,
    "secrets": core.secret,
    "namespaces": core.namespace,
    "nodes": core.node,
    "limitranges": core.limit_range,
    "endpoints": core.endpoints,
    "persistentvolumes": storage.volume,
    "persistentvolumeclaims": storage.claim,
    "deployments.apps": workloads.deployment,
    "replicasets.apps": workloads.replicaset,
    "statefulsets.apps": workloads.statefulset,
    "daemonsets.apps": workloads.daemonset,
    "jobs.batch": batch.job,
    "cronjobs.batch": batch.cronjob,
    "horizontalpodautoscalers.autoscaling": autoscaling.autoscaler,
    "networkpolicies.networking.k8s.io": networking.network_policy,
    "ingressclasses.networking.k8s.io": networking.ingress_class,
    "roles.rbac.authorization.k8s.io": kinds.role,
    "rolebindings.rbac.authorization.k8s.io": kinds.binding,
    "clusterrolebindings.rbac.authorization.k8s.io": kinds.binding,
    "storageclasses.storage.k8s.io": storage.storage_class,
    "csidrivers.storage.k8s.io": storage.csi_driver,
    "priorityclasses.scheduling.k8s.io": kinds.priority_class,
    "endpointslices.discovery.k8s.io": kinds.endpoint_slice,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": kinds.webhooks,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": kinds.webhooks,
    "validatingadmissionpolicies.admissionregistration.k8s.io": kinds.admission_policy,
    "mutatingadmissionpolicies.admissionregistration.k8s.io": kinds.admission_policy,
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": kinds.admission_binding,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": kinds.admission_binding,
    "flowschemas.flowcontrol.apiserver.k8s.io": kinds.flow_schema,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": kinds.priority_level,
}


def apply(obj: Object, resource: Resource) -> Object:
    """The object with its kind's defaults."""
    function = DEFAULTS.get(resource.group_resource)
    return obj if function is None else function(obj)
