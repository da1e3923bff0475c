"""Tables: what `kubectl get` prints, computed by the server.

kubectl asks for `application/json;as=Table;v=v1;g=meta.k8s.io` and prints the cells it gets; every column, its word and
its order is the API server's doing. Upstream: kubernetes/pkg/printers/internalversion (built-in kinds, one function
each) and apiextensions-apiserver's tableconvertor (custom resources).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api.resources import Resource, resolve

from . import cluster, networking, storage, workloads
from .ages import human_duration, since
from .cluster import node_roles, node_status
from .columns import columns as _columns
from .custom import custom_cells, custom_columns
from .pods import pod_cells, pod_ready, pod_restarts, pod_row_conditions, pod_status
from .workloads import job_status

__all__ = [
    "human_duration",
    "job_status",
    "node_roles",
    "node_status",
    "partial_metadata",
    "pod_ready",
    "pod_restarts",
    "pod_status",
    "since",
    "table",
]

Object = dict[str, Any]
Cells = Callable[[Object, int], list[Any]]

# A DaemonSet's annotation that only exists in its v1 form: upstream takes metadata from the internal one.
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"

CELLS: dict[str, Cells] = {
    "pods": pod_cells,
    "podtemplates": workloads.pod_template,
    "replicationcontrollers": workloads.replication_controller,
    "replicasets.apps": workloads.replica_set,
    "deployments.apps": workloads.deployment,
    "statefulsets.apps": workloads.stateful_set,
    "daemonsets.apps": workloads.daemon_set,
    "controllerrevisions.apps": workloads.controller_revision,
    "jobs.batch": workloads.job,
    "cronjobs.batch": workloads.cron_job,
    "poddisruptionbudgets.policy": workloads.disruption_budget,
    "horizontalpodautoscalers.autoscaling": workloads.autoscaler,
    "certificatesigningrequests.certificates.k8s.io": workloads.certificate_request,
    "services": networking.service,
    "endpoints": networking.endpoints,
    "endpointslices.discovery.k8s.io": networking.endpoint_slice,
    "ingresses.networking.k8s.io": networking.ingress,
    "ingressclasses.networking.k8s.io": networking.ingress_class,
    "networkpolicies.networking.k8s.io": networking.network_policy,
    "ipaddresses.networking.k8s.io": networking.ip_address,
    "servicecidrs.networking.k8s.io": networking.service_cidr,
    "persistentvolumes": storage.volume,
    "persistentvolumeclaims": storage.claim,
    "storageclasses.storage.k8s.io": storage.storage_class,
    "volumeattributesclasses.storage.k8s.io": storage.attributes_class,
    "volumeattachments.storage.k8s.io": storage.attachment,
    "csidrivers.storage.k8s.io": storage.csi_driver,
    "csinodes.storage.k8s.io": storage.csi_node,
    "csistoragecapacities.storage.k8s.io": storage.csi_capacity,
    "nodes": cluster.node,
    "namespaces": cluster.namespace,
    "events": cluster.event,
    "events.events.k8s.io": cluster.event,
    "secrets": cluster.secret,
    "configmaps": cluster.config_map,
    "serviceaccounts": cluster.aged,
    "resourcequotas": cluster.quota,
    "componentstatuses": cluster.component_status,
    "rolebindings.rbac.authorization.k8s.io": cluster.binding,
    "clusterrolebindings.rbac.authorization.k8s.io": cluster.binding,
    "leases.coordination.k8s.io": cluster.lease,
    "priorityclasses.scheduling.k8s.io": cluster.priority_class,
    "runtimeclasses.node.k8s.io": cluster.runtime_class,
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": cluster.webhooks,
    "validatingwebhookconfigurations.admissionregistration.k8s.io": cluster.webhooks,
    "mutatingadmissionpolicies.admissionregistration.k8s.io": cluster.admission_policy,
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": cluster.admission_binding,
    "validatingadmissionpolicies.admissionregistration.k8s.io": cluster.admission_policy,
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": cluster.admission_binding,
    "apiservices.apiregistration.k8s.io": cluster.api_service,
    "deviceclasses.resource.k8s.io": cluster.aged,
    "resourceclaims.resource.k8s.io": cluster.resource_claim,
    "resourceclaimtemplates.resource.k8s.io": cluster.aged,
    "resourceslices.resource.k8s.io": cluster.resource_slice,
    "flowschemas.flowcontrol.apiserver.k8s.io": cluster.flow_schema,
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": cluster.priority_level,
}


def partial_metadata(obj: Object) -> Object:
    """The object without all but its metadata, as `as=PartialObjectMetadata` asks for."""
    metadata = obj.get("metadata") or {}
    notes = metadata.get("annotations")
    if notes and TEMPLATE_GENERATION in notes:
        kept = {key: value for key, value in notes.items() if key != TEMPLATE_GENERATION}
        metadata = {key: value for key, value in metadata.items() if key != "annotations"}
        if kept:
            metadata["annotations"] = kept
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}


def table(
    resource: Resource | str,
    objects: list[Object],
    now: int,
    include: str = "Metadata",
    metadata: Object | None = None,
    columns: list[Object] | None = None,
) -> Object:
    """A meta.k8s.io/v1 Table.

    now: microseconds since 1970, for the ages. include: what each row carries (None, Metadata, Object). metadata: the
    list's; left out, the version of a single object. columns: a custom resource's additionalPrinterColumns, [] when
    it has none.
    """
    found = resolve(resource)
    custom = columns is not None
    cells_of = CELLS.get(found.group_resource, cluster.default)
    rows = []
    for obj in objects:
        row: Object = {"cells": custom_cells(obj, columns, now) if custom else cells_of(obj, now)}
        if found.group_resource == "pods" and (finished := pod_row_conditions(obj)):
            row["conditions"] = finished
        if include == "Object":
            row["object"] = obj
        elif include != "None":
            row["object"] = partial_metadata(obj)
        rows.append(row)
    if metadata is None:
        version = (objects[0].get("metadata") or {}).get("resourceVersion") if len(objects) == 1 else None
        metadata = {"resourceVersion": version} if version else {}
    definitions = custom_columns(columns) if custom else list(_columns(found.group_resource))
    head = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
    if not rows and not custom and cells_of is cluster.default:
        return {**head, "columnDefinitions": definitions, "rows": None}  # as Go writes a slice that nobody made
    return {**head, "columnDefinitions": definitions, "rows": rows}
