"""The scheduler's plugins, one a file, in the order in which they are asked, with their default weights.

Source: kubernetes pkg/scheduler/apis/config/v1/default_plugins.go. Left out:
DynamicResources (devices); and NodeName: a pod that names its node never comes here.
"""

from cluster_sim.scheduler.framework import Plugin
from cluster_sim.scheduler.plugins.balanced_allocation import BalancedAllocation
from cluster_sim.scheduler.plugins.image_locality import ImageLocality
from cluster_sim.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from cluster_sim.scheduler.plugins.node_affinity import NodeAffinity
from cluster_sim.scheduler.plugins.node_ports import NodePorts
from cluster_sim.scheduler.plugins.node_resources_fit import NodeResourcesFit
from cluster_sim.scheduler.plugins.node_unschedulable import NodeUnschedulable
from cluster_sim.scheduler.plugins.node_volume_limits import NodeVolumeLimits
from cluster_sim.scheduler.plugins.pod_topology_spread import PodTopologySpread
from cluster_sim.scheduler.plugins.taint_toleration import TaintToleration
from cluster_sim.scheduler.plugins.volume_binding import VolumeBinding
from cluster_sim.scheduler.plugins.volume_restrictions import VolumeRestrictions
from cluster_sim.scheduler.plugins.volume_zone import VolumeZone

VOLUME_BINDING = VolumeBinding()
PLUGINS: tuple[Plugin, ...] = (
    NodeUnschedulable(), TaintToleration(), NodeAffinity(), NodePorts(), NodeResourcesFit(), VolumeRestrictions(),
    NodeVolumeLimits(), VOLUME_BINDING, VolumeZone(), PodTopologySpread(), InterPodAffinity(), BalancedAllocation(),
    ImageLocality(),
)
BY_NAME = {plugin.name: plugin for plugin in PLUGINS}

__all__ = ["BY_NAME", "PLUGINS", "VOLUME_BINDING"]
