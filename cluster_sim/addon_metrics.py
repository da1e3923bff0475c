"""The metrics server as an add-on: the manifests of its own components.yaml.

An account with the right to read nodes, their metrics and pods; a Service before one pod; and the APIService by which the
API server passes `metrics.k8s.io` on to it. Upstream: kubernetes-sigs/metrics-server manifests/.
"""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

CONTROL_PLANE_TOLERATION = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
LABELS = {"k8s-app": "metrics-server"}
ACCOUNT = {"kind": "ServiceAccount", "name": "metrics-server", "namespace": "kube-system"}
RBAC = "rbac.authorization.k8s.io"


def _role(name: str, labels: dict[str, str], *rules: tuple[str, str, list[str]]) -> Manifest:
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name, "labels": labels},
            "rules": [{"apiGroups": [group], "resources": resources.split(","), "verbs": verbs}
                      for group, resources, verbs in rules]}


def _binding(kind: str, name: str, role_kind: str, role: str, **meta: str) -> Manifest:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name, "labels": LABELS, **meta},
            "roleRef": {"apiGroup": RBAC, "kind": role_kind, "name": role}, "subjects": [ACCOUNT]}


METRICS_SERVER: list[Manifest] = [
    {"apiVersion": "v1", "kind": "ServiceAccount",
     "metadata": {"name": "metrics-server", "namespace": "kube-system", "labels": LABELS}},
    _role("system:aggregated-metrics-reader", {**LABELS, **{
        f"{RBAC}/aggregate-to-{who}": "true" for who in ("admin", "edit", "view")}},
        ("metrics.k8s.io", "pods,nodes", ["get", "list", "watch"])),
    _role("system:metrics-server", LABELS, ("", "nodes/metrics", ["get"]), ("", "pods,nodes", ["get", "list", "watch"])),
    _binding("ClusterRoleBinding", "metrics-server:system:auth-delegator", "ClusterRole", "system:auth-delegator"),
    _binding("ClusterRoleBinding", "system:metrics-server", "ClusterRole", "system:metrics-server"),
    {"apiVersion": "v1", "kind": "Service",
     "metadata": {"name": "metrics-server", "namespace": "kube-system", "labels": LABELS},
     "spec": {"selector": LABELS,
              "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": "https", "appProtocol": "https"}]}},
    {"apiVersion": "apps/v1", "kind": "Deployment",
     "metadata": {"name": "metrics-server", "namespace": "kube-system", "labels": LABELS},
     "spec": {"selector": {"matchLabels": LABELS}, "strategy": {"rollingUpdate": {"maxUnavailable": 0}},
              "template": {"metadata": {"labels": LABELS}, "spec": {
                  "serviceAccountName": "metrics-server", "priorityClassName": "system-cluster-critical",
                  "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}, CONTROL_PLANE_TOLERATION],
                  "containers": [{
                      "name": "metrics-server", "image": "registry.k8s.io/metrics-server/metrics-server:v0.8.0",
                      "imagePullPolicy": "IfNotPresent",
                      "args": ["--cert-dir=/tmp", "--secure-port=10250", "--metric-resolution=15s"],
                      "ports": [{"containerPort": 10250, "name": "https", "protocol": "TCP"}],
                      "livenessProbe": {"httpGet": {"path": "/livez", "port": "https", "scheme": "HTTPS"}, "periodSeconds": 10,
                                        "failureThreshold": 3},
                      "readinessProbe": {"httpGet": {"path": "/readyz", "port": "https", "scheme": "HTTPS"},
                                         "periodSeconds": 10, "initialDelaySeconds": 20, "failureThreshold": 3},
                      "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}},
                  }],
              }}}},
    {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
     "metadata": {"name": "v1beta1.metrics.k8s.io", "labels": LABELS},
     "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
              "insecureSkipTLSVerify": True, "service": {"name": "metrics-server", "namespace": "kube-system"}}},
]
