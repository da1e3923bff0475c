"""Puts a cluster's processes together: which runs on which machine, and who talks to whom.

The control plane's machine runs etcd, the API server, the scheduler and the controller manager; every Node runs a
kubelet, a container runtime and a kube-proxy, over its operating system's network. The former four are static pods where
the control plane's machines are Nodes (`node/static_pods.py` says how), and kube-proxy, a DaemonSet's in a real cluster
made by kubeadm, is a process from the start.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver import APIServer
from cluster_sim.client import Process
from cluster_sim.controllers import ControllerManager
from cluster_sim.etcd import Etcd
from cluster_sim.kernel import Component, Kernel
from cluster_sim.load_balancer import PART as LOAD_BALANCER
from cluster_sim.load_balancer import LoadBalancer
from cluster_sim.node import ContainerRuntime, Kubelet, KubeProxy, NodeNetwork, Registry, build_pod_process
from cluster_sim.operations.kubeadm import Kubeadm
from cluster_sim.scheduler import Scheduler
from cluster_sim.user import User

CONTROL_PLANE: dict[str, type[Component]] = {
    "etcd": Etcd, "kube-apiserver": APIServer, "kube-controller-manager": ControllerManager,
    "kube-scheduler": Scheduler,
}
WORKER: dict[str, type[Component]] = {"network": NodeNetwork, "container-runtime": ContainerRuntime, "kubelet": Kubelet,
                                      "kube-proxy": KubeProxy}
LOCAL = ("kube-controller-manager", "kube-scheduler", "kubelet")  # on a control plane's machine they use its API server


def parts_of(machines: dict[str, dict[str, Any]], load_balancer: bool = False) -> list[str]:
    """Every part id of these machines, in the order in which they start."""
    parts = ["registry", *([LOAD_BALANCER] if load_balancer else [])]
    for name, machine in machines.items():
        if machine["role"] == "control-plane":
            parts += [f"{name}/{process}" for process in CONTROL_PLANE]
    for name, machine in machines.items():
        if machine["node"]:
            parts += node_parts(name)
    return parts


def node_parts(name: str) -> list[str]:
    """The parts of a Node, in the order in which they start."""
    return [f"{name}/{process}" for process in WORKER]


def build(kernel: Kernel, part: str, state: dict[str, Any] | None = None) -> Component:
    """Make the component of a part id, give it its peers, and register it."""
    if part == "registry":
        component: Component = Registry(kernel, part, state)
    elif part == LOAD_BALANCER:
        component = LoadBalancer(kernel, part, state)
    elif part.startswith("user/"):
        component = User(kernel, part, state)
    elif part.startswith("pod/"):  # a pod's process that is a client of the API server, out of a snapshot
        component = build_pod_process(kernel, part, state or {})
    else:
        process = part.rpartition("/")[2]
        component = {**CONTROL_PLANE, **WORKER, "kubeadm": Kubeadm}[process](kernel, part, state)
    if isinstance(component, Process | User):
        component.server = door_of(kernel, part)
    if isinstance(component, APIServer):
        component.store = f"{component.node}/etcd"  # its own machine's, as kubeadm stacks them
    if isinstance(component, Etcd):
        component.initial = tuple(f"{name}/etcd" for name in masters(kernel))
    kernel.register(component)
    return component


def masters(kernel: Kernel) -> list[str]:
    """The control plane's machines."""
    return [name for name, machine in kernel.machines.items() if machine["role"] == "control-plane"]


def door_of(kernel: Kernel, part: str) -> str:
    """Whom a client talks to: its own machine's API server, the load balancer, or the only API server there is.

    kubeadm gives the controller manager and the scheduler their local endpoint since 1.20, the kubelet of a control
    plane's machine since 1.33 (ControlPlaneKubeletLocalMode), so that versions never mix while a cluster is upgraded.
    """
    node, _, process = part.rpartition("/")
    if process == "kubelet" and kernel.machines.get(node, {}).get("joining"):
        return LOAD_BALANCER if LOAD_BALANCER in kernel.components else _first(kernel)
    if process in LOCAL and kernel.machines.get(node, {}).get("role") == "control-plane":
        return f"{node}/kube-apiserver"
    if LOAD_BALANCER in kernel.components:
        return LOAD_BALANCER
    return _first(kernel)


def _first(kernel: Kernel) -> str:
    first = next(name for name, machine in kernel.machines.items() if machine["role"] == "control-plane")
    return f"{first}/kube-apiserver"

