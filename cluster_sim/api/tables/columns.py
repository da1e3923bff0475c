"""The columns of every kind, as facts: name:type, a leading + for those of -o wide (priority 1).

Upstream: AddHandlers in kubernetes/pkg/printers/internalversion/printers.go. The column that holds the object's name
has the format "name"; types are strings unless said otherwise. Kinds without a printer get Name and Created At.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_WORKLOAD = "+Containers +Images +Selector"
_TYPES = {"i": "integer", "b": "boolean", "s": "string", "d": "date", "n": "string"}

# "plural" or "plural.group" → columns; "_" in a name stands for a space.
COLUMNS: dict[str, str] = {
    "pods": "Name Ready Status Restarts Age +IP +Node +Nominated_Node +Readiness_Gates",
    "podtemplates": "Name Containers Images Pod_Labels",
    "replicationcontrollers": f"Name Desired:i Current:i Ready:i Age {_WORKLOAD}",
    "replicasets.apps": f"Name Desired:i Current:i Ready:i Age {_WORKLOAD}",
    "deployments.apps": f"Name Ready Up-to-date Available Age {_WORKLOAD}",
    "statefulsets.apps": "Name Ready Age +Containers +Images",
    "daemonsets.apps": f"Name Desired:i Current:i Ready:i Up-to-date:i Available:i Node_Selector Age {_WORKLOAD}",
    "controllerrevisions.apps": "Name Controller Revision Age",
    "jobs.batch": f"Name Status Completions Duration Age {_WORKLOAD}",
    "cronjobs.batch": f"Name Schedule Timezone Suspend:b Active:i Last_Schedule Age {_WORKLOAD}",
    "services": "Name Type Cluster-IP External-IP Port(s) Age +Selector",
    "endpoints": "Name Endpoints Age",
    "endpointslices.discovery.k8s.io": "Name AddressType Ports Endpoints Age",
    "ingresses.networking.k8s.io": "Name Class Hosts Address Ports Age",
    "ingressclasses.networking.k8s.io": "Name Controller Parameters Age",
    "networkpolicies.networking.k8s.io": "Name Pod-Selector Age",
    "ipaddresses.networking.k8s.io": "Name ParentRef",
    "servicecidrs.networking.k8s.io": "Name CIDRs Age",
    "nodes": "Name Status Roles Age Version +Internal-IP +External-IP +OS-Image +Kernel-Version +Container-Runtime",
    "namespaces": "Name Status Age",
    "events": "Last_Seen Type Reason Object +Subobject +Source Message +First_Seen +Count +Name",
    "events.events.k8s.io": "Last_Seen Type Reason Object +Subobject +Source Message +First_Seen +Count +Name",
    "secrets": "Name Type Data Age",
    "configmaps": "Name Data Age",
    "serviceaccounts": "Name Age",
    "resourcequotas": "Name Request Limit Age",
    "limitranges": "Name Created_At:d",
    "componentstatuses": "Name Status Message Error",
    "persistentvolumes": "Name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass VolumeAttributesClass "
    "Reason Age +VolumeMode",
    "persistentvolumeclaims": "Name Status Volume Capacity Access_Modes StorageClass "
    "VolumeAttributesClass Age +VolumeMode",
    "storageclasses.storage.k8s.io": "Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age",
    "volumeattributesclasses.storage.k8s.io": "Name DriverName Age",
    "volumeattachments.storage.k8s.io": "Name Attacher:n PV Node Attached:b Age",
    "csidrivers.storage.k8s.io": "Name AttachRequired:b PodInfoOnMount:b StorageCapacity:b TokenRequests "
    "RequiresRepublish:b Modes Age",
    "csinodes.storage.k8s.io": "Name Drivers:i Age",
    "csistoragecapacities.storage.k8s.io": "Name StorageClassName Capacity",
    "poddisruptionbudgets.policy": "Name Min_Available Max_Unavailable Allowed_Disruptions:i Age",
    "horizontalpodautoscalers.autoscaling": "Name Reference Targets MinPods MaxPods Replicas Age",
    "priorityclasses.scheduling.k8s.io": "Name Value:i Global-Default:b Age PreemptionPolicy",
    "runtimeclasses.node.k8s.io": "Name Handler Age",
    "leases.coordination.k8s.io": "Name Holder Age",
    "roles.rbac.authorization.k8s.io": "Name Created_At:d",
    "clusterroles.rbac.authorization.k8s.io": "Name Created_At:d",
    "rolebindings.rbac.authorization.k8s.io": "Name Role Age +Users +Groups +ServiceAccounts",
    "clusterrolebindings.rbac.authorization.k8s.io": "Name Role Age +Users +Groups +ServiceAccounts",
    "certificatesigningrequests.certificates.k8s.io": "Name Age SignerName Requestor RequestedDuration Condition",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "Name Webhooks:i Age",
    "validatingwebhookconfigurations.admissionregistration.k8s.io": "Name Webhooks:i Age",
    "mutatingadmissionpolicies.admissionregistration.k8s.io": "Name Mutations:i ParamKind Age",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": "Name PolicyName ParamRef Age",
    "validatingadmissionpolicies.admissionregistration.k8s.io": "Name Validations:i ParamKind Age",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": "Name PolicyName ParamRef Age",
    "apiservices.apiregistration.k8s.io": "Name Service Available Age",
    "deviceclasses.resource.k8s.io": "Name Age",
    "resourceclaims.resource.k8s.io": "Name State Age",
    "resourceclaimtemplates.resource.k8s.io": "Name Age",
    "resourceslices.resource.k8s.io": "Name Node Driver Pool Age",
    "flowschemas.flowcontrol.apiserver.k8s.io": "Name PriorityLevel MatchingPrecedence DistinguisherMethod "
    "Age MissingPL",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": "Name Type NominalConcurrencyShares:i Queues:i "
    "HandSize:i QueueLengthLimit:i Age",
}

DEFAULT = "Name Created_At:d"


def _column(word: str) -> dict[str, Any]:
    name, _, kind = word.lstrip("+").partition(":")
    name = name.replace("_", " ")
    return {
        "name": name,
        "type": _TYPES[kind or "s"],
        "format": "name" if name == "Name" or kind == "n" else "",
        "description": "",
        "priority": 1 if word.startswith("+") else 0,
    }


@cache
def columns(group_resource: str) -> tuple[dict[str, Any], ...]:
    """The columnDefinitions of "pods" or "deployments.apps"."""
    return tuple(_column(word) for word in COLUMNS.get(group_resource, DEFAULT).split())
