"""The control plane's own pods, as kubeadm leaves them in /etc/kubernetes/manifests of each of its machines.

Source: kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go, phases/etcd/local.go. Volumes and most flags are
left out.
"""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

VERSION, ETCD_VERSION = "v1.37.0", "3.6.8-0"
# process → (image, requests, flags, path and port of its liveness probe)
PROCESSES: dict[str, tuple[str, dict[str, str], list[str], tuple[str, int]]] = {
    "etcd": (f"registry.k8s.io/etcd:{ETCD_VERSION}", {"cpu": "100m", "memory": "100Mi"},
             ["--data-dir=/var/lib/etcd", "--listen-client-urls=https://127.0.0.1:2379"], ("/livez", 2381)),
    "kube-apiserver": (f"registry.k8s.io/kube-apiserver:{VERSION}", {"cpu": "250m"},
                       ["--authorization-mode=Node,RBAC", "--etcd-servers=https://127.0.0.1:2379", "--secure-port=6443",
                        "--service-cluster-ip-range=10.96.0.0/12"], ("/livez", 6443)),
    "kube-controller-manager": (f"registry.k8s.io/kube-controller-manager:{VERSION}", {"cpu": "200m"},
                                ["--leader-elect=true", "--use-service-account-credentials=true"], ("/healthz", 10257)),
    "kube-scheduler": (f"registry.k8s.io/kube-scheduler:{VERSION}", {"cpu": "100m"}, ["--leader-elect=true"],
                       ("/livez", 10259)),
}


def manifests() -> dict[str, Manifest]:
    """process → Pod."""
    return {process: _manifest(process, *row) for process, row in PROCESSES.items()}


def _manifest(process: str, image: str, requests: dict[str, str], flags: list[str], probe: tuple[str, int]) -> Manifest:
    path, port = probe
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": process, "namespace": "kube-system", "labels": {"component": process, "tier": "control-plane"}},
        "spec": {
            "hostNetwork": True, "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": process, "image": image, "imagePullPolicy": "IfNotPresent", "command": [process, *flags],
                "resources": {"requests": requests},
                "livenessProbe": {"httpGet": {"host": "127.0.0.1", "path": path, "port": port, "scheme": "HTTPS"},
                                  "failureThreshold": 8, "initialDelaySeconds": 10, "periodSeconds": 10, "timeoutSeconds": 15},
            }],
        },
    }
