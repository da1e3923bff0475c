"""Which strategy each kind has: facts, one kind a line.

Upstream: kubernetes/pkg/registry/<group>/<resource>/strategy.go and storage/storage.go.
"""

from __future__ import annotations

from cluster_sim.apiserver.strategies import (
    configs, custom_resource_definition, jobs, namespace, node, pod, rbac, scheduling, service, storage, workloads,
)
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import (
    autoscaling, config, discovery, endpoints, limits, networking, policy, priority, storage_kinds,
)
from cluster_sim.apiserver.validation import rbac as rbac_checks

STRATEGIES: dict[str, Strategy] = {
    "pods": pod.STRATEGY,
    "namespaces": namespace.STRATEGY,
    "nodes": node.STRATEGY,
    "services": service.STRATEGY,
    "configmaps": Strategy(validate=config.configmap, validate_update=config.configmap_update),
    "secrets": configs.SECRET,
    "serviceaccounts": Strategy(returns_deleted=True, validate_update=config.service_account_update),
    "endpoints": Strategy(create_on_update=True, validate=endpoints.validate),
    "events": configs.EVENT,
    "events.k8s.io/events": configs.EVENT,
    "limitranges": Strategy(create_on_update=True, validate=limits.limit_range),
    "resourcequotas": Strategy(status=True, returns_deleted=True, validate=limits.resource_quota,
                               validate_update=limits.resource_quota_update),
    "persistentvolumes": storage.VOLUME,
    "persistentvolumeclaims": storage.CLAIM,
    "podtemplates": Strategy(returns_deleted=True, generation=True, counted=("template",), validate=workloads.pod_template),
    "replicationcontrollers": workloads.REPLICATION_CONTROLLER,
    "deployments.apps": workloads.DEPLOYMENT,
    "replicasets.apps": workloads.REPLICASET,
    "statefulsets.apps": workloads.STATEFULSET,
    "daemonsets.apps": workloads.DAEMONSET,
    "controllerrevisions.apps": configs.CONTROLLER_REVISION,
    "jobs.batch": jobs.JOB,
    "cronjobs.batch": jobs.CRONJOB,
    "horizontalpodautoscalers.autoscaling": Strategy(status=True, validate=autoscaling.validate),
    "poddisruptionbudgets.policy": Strategy(status=True, generation=True, unconditional=False, validate=policy.budget,
                                            validate_update=policy.budget_update),
    "ingresses.networking.k8s.io": Strategy(status=True, generation=True, validate=networking.ingress),
    "ingressclasses.networking.k8s.io": Strategy(generation=True, validate=networking.ingress_class),
    "networkpolicies.networking.k8s.io": Strategy(generation=True, validate=networking.network_policy),
    "roles.rbac.authorization.k8s.io": rbac.ROLE,
    "clusterroles.rbac.authorization.k8s.io": rbac.CLUSTER_ROLE,
    "rolebindings.rbac.authorization.k8s.io": rbac.ROLE_BINDING,
    "clusterrolebindings.rbac.authorization.k8s.io": rbac.CLUSTER_ROLE_BINDING,
    "priorityclasses.scheduling.k8s.io": Strategy(generation=True, counted=("value", "globalDefault", "preemptionPolicy"),
                                                  validate=priority.validate, validate_update=priority.validate_update),
    "storageclasses.storage.k8s.io": Strategy(returns_deleted=True, validate=storage_kinds.storage_class,
                                              validate_update=storage_kinds.storage_class_update),
    "volumeattachments.storage.k8s.io": Strategy(status=True, returns_deleted=True),
    "csidrivers.storage.k8s.io": Strategy(generation=True, returns_deleted=True),
    "csinodes.storage.k8s.io": Strategy(returns_deleted=True),
    "leases.coordination.k8s.io": Strategy(create_on_update=True, unconditional=False, validate=scheduling.lease),
    "runtimeclasses.node.k8s.io": Strategy(unconditional=False),
    "endpointslices.discovery.k8s.io": Strategy(generation=True, counted=("endpoints", "ports"),
                                                validate=discovery.endpoint_slice,
                                                validate_update=discovery.endpoint_slice_update),
    "certificatesigningrequests.certificates.k8s.io": scheduling.CERTIFICATE_SIGNING_REQUEST,
    "customresourcedefinitions.apiextensions.k8s.io": custom_resource_definition.STRATEGY,
    "validatingadmissionpolicies.admissionregistration.k8s.io": Strategy(generation=True, status=True),
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": Strategy(generation=True),
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": Strategy(generation=True, counted=("webhooks",)),
    "validatingwebhookconfigurations.admissionregistration.k8s.io": Strategy(generation=True, counted=("webhooks",)),
    "flowschemas.flowcontrol.apiserver.k8s.io": Strategy(generation=True, status=True),
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": Strategy(generation=True, status=True),
}
