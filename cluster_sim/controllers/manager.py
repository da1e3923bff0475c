"""kube-controller-manager: one process, many controllers.

The controllers share the process's informers (one watch per resource, however many controllers read it) and nothing
else: they meet in the API server. With several control planes one controller manager works, the one that holds the
Lease. The real one runs some forty loops, several workers each, and gives each a service account of its own.

Source: kubernetes cmd/kube-controller-manager/app/controllermanager.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.client import Controller, ControllerHost, Watch
from cluster_sim.controllers import custom_kinds
from cluster_sim.controllers.certificates import CSRApprovingController, CSRSigningController
from cluster_sim.controllers.clusterrole_aggregation import ClusterRoleAggregationController
from cluster_sim.controllers.cronjob import CronJobController
from cluster_sim.controllers.daemonset import DaemonSetController
from cluster_sim.controllers.deployment import DeploymentController
from cluster_sim.controllers.disruption import DisruptionController
from cluster_sim.controllers.endpoints import EndpointsController
from cluster_sim.controllers.endpointslice import EndpointSliceController
from cluster_sim.controllers.endpointslice_mirroring import EndpointSliceMirroringController
from cluster_sim.controllers.ephemeral_volume import EphemeralVolumeController
from cluster_sim.controllers.garbage_collector import GarbageCollector
from cluster_sim.controllers.horizontal_pod_autoscaler import HorizontalPodAutoscalerController
from cluster_sim.controllers.job import JobController
from cluster_sim.controllers.local_provisioner import LocalProvisioner
from cluster_sim.controllers.namespace import NamespaceController
from cluster_sim.controllers.node_lifecycle import NodeLifecycleController
from cluster_sim.controllers.node_ttl import NodeTTLController
from cluster_sim.controllers.persistent_volume import PersistentVolumeController
from cluster_sim.controllers.pod_gc import PodGCController
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.replicaset import ReplicaSetController
from cluster_sim.controllers.replicationcontroller import ReplicationController
from cluster_sim.controllers.resource_quota import ResourceQuotaController
from cluster_sim.controllers.root_ca import RootCAPublisher
from cluster_sim.controllers.serviceaccount import ServiceAccountController
from cluster_sim.controllers.serviceaccount_token import ServiceAccountTokenController
from cluster_sim.controllers.statefulset import StatefulSetController
from cluster_sim.controllers.taint_eviction import TaintEvictionController
from cluster_sim.controllers.token_cleaner import TokenCleaner
from cluster_sim.controllers.ttl_after_finished import TTLAfterFinishedController
from cluster_sim.controllers.volume_expansion import VolumeExpansionController
from cluster_sim.controllers.volume_protection import ClaimProtectionController, VolumeProtectionController

CONTROLLERS: tuple[type[Controller], ...] = (
    ReplicaSetController, ReplicationController, DeploymentController, StatefulSetController, DaemonSetController, JobController,
    CronJobController, TTLAfterFinishedController, EndpointSliceController,
    EndpointSliceMirroringController, EndpointsController, DisruptionController,
    HorizontalPodAutoscalerController, NodeLifecycleController, TaintEvictionController, PodGCController,
    NodeTTLController, EphemeralVolumeController, PersistentVolumeController, LocalProvisioner, VolumeExpansionController,
    ClaimProtectionController, VolumeProtectionController,
    ResourceQuotaController, NamespaceController, ServiceAccountController, ServiceAccountTokenController,
    RootCAPublisher, ClusterRoleAggregationController, CSRApprovingController, CSRSigningController, TokenCleaner,
    GarbageCollector,
)


class ControllerManager(ControllerHost):
    """The process; `view` says what the ReplicaSet controller wants, has and sees ready."""

    kind = "kube-controller-manager"
    user = "system:kube-controller-manager"

    def interests(self) -> tuple[Watch, ...]:
        """Every resource that some controller watches; the garbage collector wants all of them."""
        wanted = [resource for controller in CONTROLLERS for resource in controller.watches]
        built_in = [Watch(resource) for resource in dict.fromkeys(wanted)]
        followed = self.state["informers"]
        known = followed.get(custom_kinds.DEFINITIONS, {}).get("objects", {})
        custom = [custom_kinds.watch_of(known[name]) for name in followed if name in known]  # in order of their coming
        return (*built_in, *custom)

    def make_controllers(self) -> list[Controller]:
        """All of them, in order."""
        return [controller(self) for controller in CONTROLLERS]

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """A new definition makes a kind to watch; custom objects concern the garbage collector only."""
        super().observe(resource, event, old, new, span)
        if resource == custom_kinds.DEFINITIONS:
            name = meta.name(new or old or {})
            if new is not None and custom_kinds.is_served(new):
                if name not in self.informers:
                    self.follow(custom_kinds.watch_of(new), span)
            elif name in self.informers:
                self.unfollow(name)
        elif "." in resource:
            collector = self.controllers["garbage-collector"]
            for key in collector.keys(resource, old, new):
                collector.enqueue(key, span)

    def view(self) -> dict[str, Any]:
        """For the stage: the process, its queues, and each ReplicaSet as its controller sees it."""
        replicasets = self.controllers["replicaset"]
        assert isinstance(replicasets, ReplicaSetController)
        return {**super().view(), "leader": self.elector.leads,
                "queues": {name: len(one.queue) for name, one in self.controllers.items() if len(one.queue)},
                "replicasets": [_seen(replicasets, one) for one in self.informer("replicasets").list()]}


def _seen(controller: ReplicaSetController, replicaset: Object) -> dict[str, Any]:
    counts = controller.tally.of(replicaset["metadata"]["uid"])
    owner = meta.controller_of(replicaset)
    return {"name": meta.name(replicaset), "namespace": meta.namespace(replicaset), "owner": owner and owner["name"],
            "wants": replicaset["spec"].get("replicas", 1), "has": counts.active, "ready": counts.ready,
            "terminating": counts.terminating}
