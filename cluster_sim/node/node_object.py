"""The Node object a kubelet registers, and its status.

Allocatable is capacity less the hard eviction threshold (100Mi of memory); a kubelet that reserves something for the
system takes that off as well, ours reserves nothing. Source: kubernetes pkg/kubelet/kubelet_node_status.go,
pkg/kubelet/nodestatus/setters.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity
from cluster_sim.api.machines import address
from cluster_sim.node.image_store import full_name

Object = dict[str, Any]
VERSION = "v1.37.0"
EVICTION_THRESHOLD = 100 << 20

# Type, reason and message when all is well; in the kubelet's order.
HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)
# Condition → whether it holds → the Event's word, and when it holds reason and message.
PRESSURE: dict[str, dict[bool, tuple[str, ...]]] = {
    "MemoryPressure": {False: ("HasSufficientMemory",), True: (
        "HasInsufficientMemory", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")},
    "DiskPressure": {False: ("HasNoDiskPressure",), True: (
        "HasDiskPressure", "KubeletHasDiskPressure", "kubelet has disk pressure")},
    "PIDPressure": {False: ("HasSufficientPID",), True: (
        "HasInsufficientPID", "KubeletHasInsufficientPID", "kubelet has insufficient PID available")},
}
NOT_YET = "container runtime status check may not have completed yet"
RUNTIME_DOWN = "container runtime is down"


def pod_network(machine: Object) -> str:
    """The node's share of the pod network, a /24 (stands for the node IPAM controller's podCIDR).

    10.244.0.0/16, as kubeadm's manuals have it, has room for 256 nodes; more of them go on to 10.255.0.0/16, and then, as
    large clusters do, in the range that RFC 6598 shares among everybody, 100.64.0.0/10.
    """
    block, place = divmod(machine["index"], 256)
    start = f"10.{244 + block}" if block < 12 else f"100.{64 + block - 12}"
    return f"{start}.{place}.0/24"


def capacity(machine: Object) -> Object:
    """What the machine has."""
    return {"cpu": machine["cpu"], "ephemeral-storage": "100Gi", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
            "memory": machine["memory"], "pods": str(machine["pods"])}


def new_node(machine: Object, status: Object) -> Object:
    """The object a kubelet registers."""
    name = machine["name"]
    labels = {"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
              "kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
    spec: Object = {"podCIDR": pod_network(machine), "podCIDRs": [pod_network(machine)]}
    if machine["role"] == "control-plane":
        if not machine.get("joining"):  # kubeadm has the kubelet register the taint, and sets the label itself
            labels["node-role.kubernetes.io/control-plane"] = ""
        spec["taints"] = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    if machine["zone"]:
        labels["topology.kubernetes.io/zone"] = machine["zone"]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": status,
    }


def pressure_words(before: list[str], now: list[str]) -> list[str]:
    """What the kubelet's Events call the change of its pressure conditions."""
    return [PRESSURE[kind][kind in now][0] for kind in PRESSURE if (kind in before) != (kind in now)]


def node_status(machine: Object, since: dict[str, Any], stamp: str, images: Object, problem: str,
                pressures: list[str]) -> Object:
    """The status; `problem` keeps the node from being Ready. `since`: condition → [status, time of its transition]."""
    memory = quantity.value(machine["memory"]) - EVICTION_THRESHOLD
    allocatable = {**capacity(machine), "memory": f"{memory >> 10}Ki", "ephemeral-storage": str((100 << 30) * 9 // 10)}
    rows: tuple[Any, ...] = HEALTHY if not problem else (*HEALTHY[:3], ("Ready", "False", "KubeletNotReady", problem))
    if pressures:
        rows = tuple((kind, "True", *PRESSURE[kind][True][1:]) if kind in pressures else (kind, *rest) for kind, *rest in rows)
    conditions = []
    for kind, status, reason, message in rows:
        if since.get(kind, [""])[0] != status:
            since[kind] = [status, stamp]
        conditions.append({"type": kind, "status": status, "lastHeartbeatTime": stamp,
                           "lastTransitionTime": since[kind][1], "reason": reason, "message": message})
    return {
        "capacity": capacity(machine), "allocatable": allocatable, "conditions": conditions,
        "addresses": [{"type": "InternalIP", "address": address(machine)},
                      {"type": "Hostname", "address": machine["name"]}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [{"names": [full_name(image)], "sizeBytes": size} for image, size in sorted(images.items())][:50],
        "nodeInfo": {"kubeletVersion": VERSION, "osImage": "Debian GNU/Linux 13 (trixie)", "operatingSystem": "linux",
                     "architecture": "amd64", "kernelVersion": "6.12.0", "containerRuntimeVersion": "containerd://2.2.0",
                     "kubeProxyVersion": "", "machineID": machine["name"], "systemUUID": machine["name"],
                     "bootID": machine["name"]},
    }
