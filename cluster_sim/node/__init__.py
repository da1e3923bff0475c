"""The worker's processes: kubelet, container runtime, kube-proxy; and the registry images come from."""

from cluster_sim.node.container_runtime import ContainerRuntime
from cluster_sim.node.kube_proxy import KubeProxy
from cluster_sim.node.kubelet import Kubelet
from cluster_sim.node.node_network import NodeNetwork
from cluster_sim.node.pod_process import build as build_pod_process
from cluster_sim.node.registry import Registry

__all__ = ["ContainerRuntime", "KubeProxy", "Kubelet", "NodeNetwork", "Registry", "build_pod_process"]
