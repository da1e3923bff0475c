"""Add-ons: what a cluster brings along beyond its own processes, as ordinary manifests applied when a scene opens.

`dns` is CoreDNS and its Service at 10.96.0.10, as kubeadm installs it; `storage-class` a default StorageClass;
`network-policy`, only when it is asked for, an agent on each node that enforces NetworkPolicies (Calico's).
`metrics` is the metrics server with its Service, its rights and the APIService `v1beta1.metrics.k8s.io`, as its own
components.yaml has them. kube-proxy is a process of every node here (kubeadm runs it as a DaemonSet), so that name is
accepted and adds no object.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.addon_metrics import METRICS_SERVER
from cluster_sim.scenario import ADDONS

Manifest = dict[str, Any]

DNS_LABELS = {"k8s-app": "kube-dns"}
CONTROL_PLANE_TOLERATION = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}

COREDNS_READS = [
    {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": ["list", "watch"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
]
COREDNS_RIGHTS: list[Manifest] = [
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "coredns", "namespace": "kube-system"}},
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "system:coredns"},
     "rules": COREDNS_READS},
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "system:coredns"},
     "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:coredns"},
     "subjects": [{"kind": "ServiceAccount", "name": "coredns", "namespace": "kube-system"}]},
]
COREDNS: Manifest = {
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "coredns", "namespace": "kube-system", "labels": DNS_LABELS},
    "spec": {
        "replicas": 2, "selector": {"matchLabels": DNS_LABELS},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "template": {"metadata": {"labels": DNS_LABELS}, "spec": {
            "priorityClassName": "system-cluster-critical", "serviceAccountName": "coredns",
            "dnsPolicy": "Default",  # its own names are those of its machine, or it would ask itself
            "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}, CONTROL_PLANE_TOLERATION],
            "containers": [{
                "name": "coredns", "image": "registry.k8s.io/coredns/coredns:v1.13.1",
                "ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP"},
                          {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
                          {"name": "metrics", "containerPort": 9153, "protocol": "TCP"}],
                "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 60,
                                  "timeoutSeconds": 5, "failureThreshold": 5},
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}},
                "resources": {"requests": {"cpu": "100m", "memory": "70Mi"}, "limits": {"memory": "170Mi"}},
            }],
        }},
    },
}
KUBE_DNS: Manifest = {
    "apiVersion": "v1", "kind": "Service",
    "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": DNS_LABELS},
    "spec": {"selector": DNS_LABELS, "clusterIP": "10.96.0.10", "ports": [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
    ]},
}
STORAGE_CLASS: Manifest = {
    "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
    "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "podium.dev/local", "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
}

CALICO_LABELS = {"k8s-app": "calico-node"}
NETWORK_POLICY: list[Manifest] = [
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "calico-node", "namespace": "kube-system"}},
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "calico-node"}, "rules": [
        {"apiGroups": [""], "resources": ["pods", "namespaces", "nodes", "services"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["list", "watch"]},
    ]},
    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "calico-node"},
     "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "calico-node"},
     "subjects": [{"kind": "ServiceAccount", "name": "calico-node", "namespace": "kube-system"}]},
    {"apiVersion": "apps/v1", "kind": "DaemonSet",
     "metadata": {"name": "calico-node", "namespace": "kube-system", "labels": CALICO_LABELS},
     "spec": {
         "selector": {"matchLabels": CALICO_LABELS}, "updateStrategy": {"type": "RollingUpdate"},
         "template": {"metadata": {"labels": CALICO_LABELS}, "spec": {
             "hostNetwork": True, "serviceAccountName": "calico-node", "priorityClassName": "system-node-critical",
             "terminationGracePeriodSeconds": 0,
             "tolerations": [{"effect": "NoSchedule", "operator": "Exists"}, {"effect": "NoExecute", "operator": "Exists"},
                             {"key": "CriticalAddonsOnly", "operator": "Exists"}],
             "containers": [{"name": "calico-node", "image": "docker.io/calico/node:v3.31.0",
                             "resources": {"requests": {"cpu": "250m"}}}],
         }},
     }},
]

MANIFESTS: dict[str, list[Manifest]] = {
    "dns": [*COREDNS_RIGHTS, COREDNS, KUBE_DNS], "kube-proxy": [], "metrics": METRICS_SERVER, "storage-class": [STORAGE_CLASS],
    "network-policy": NETWORK_POLICY,
}
assert list(MANIFESTS) == list(ADDONS)


def manifests(names: list[str]) -> list[Manifest]:
    """The manifests of these add-ons, in the scene's order."""
    return [manifest for name in names for manifest in MANIFESTS[name]]
