"""The roles and bindings every cluster begins with, as far as people meet them.

The rules of the user-facing roles are upstream's, shortened: read verbs and write verbs over lists of resources.
Of the controllers' sixty roles only the names people look for are here.

Upstream: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

API = "rbac.authorization.k8s.io/v1"
LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
ANNOTATIONS = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"

READ = ["get", "list", "watch"]
WRITE = ["create", "delete", "deletecollection", "patch", "update"]
READ_WRITE = [*READ, *WRITE]


def rule(verbs: list[str], group: str, *names: str) -> Object:
    """A rule over resources of one group."""
    return {"verbs": verbs, "apiGroups": [group], "resources": list(names)}


def urls(*paths: str) -> Object:
    """A rule over paths."""
    return {"verbs": ["get"], "nonResourceURLs": list(paths)}


VIEW = [
    rule(READ, "", "configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
         "replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts", "services", "services/status"),
    rule(READ, "", "bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status",
         "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"),
    rule(READ, "", "namespaces"),
    rule(READ, "discovery.k8s.io", "endpointslices"),
    rule(READ, "apps", "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale",
         "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets",
         "statefulsets/scale", "statefulsets/status"),
    rule(READ, "autoscaling", "horizontalpodautoscalers", "horizontalpodautoscalers/status"),
    rule(READ, "batch", "cronjobs", "cronjobs/status", "jobs", "jobs/status"),
    rule(READ, "policy", "poddisruptionbudgets", "poddisruptionbudgets/status"),
    rule(READ, "networking.k8s.io", "ingresses", "ingresses/status", "networkpolicies"),
]
EDIT = [
    rule(READ, "", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"),
    rule(["impersonate"], "", "serviceaccounts"),
    rule(WRITE, "", "pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"),
    rule(["create"], "", "pods/eviction"),
    rule(WRITE, "", "configmaps", "events", "persistentvolumeclaims", "replicationcontrollers",
         "replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "services/proxy"),
    rule(["create"], "", "serviceaccounts/token"),
    rule(WRITE, "apps", "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets",
         "replicasets/scale", "statefulsets", "statefulsets/scale"),
    rule(WRITE, "autoscaling", "horizontalpodautoscalers"),
    rule(WRITE, "batch", "cronjobs", "jobs"),
    rule(WRITE, "policy", "poddisruptionbudgets"),
    rule(WRITE, "networking.k8s.io", "ingresses", "networkpolicies"),
    rule(READ_WRITE, "coordination.k8s.io", "leases"),
]
ADMIN = [
    rule(["create"], "authorization.k8s.io", "localsubjectaccessreviews"),
    rule(READ_WRITE, "rbac.authorization.k8s.io", "rolebindings", "roles"),
]
DISCOVERY = urls("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
                 "/version/")
PUBLIC = urls("/healthz", "/livez", "/readyz", "/version", "/version/")
ANY = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
ANY_PATH = {"verbs": ["*"], "nonResourceURLs": ["*"]}

# name → (rules, further labels, the label whose roles it gathers)
ROLES: dict[str, tuple[list[Object], dict[str, str], list[str]]] = {
    "cluster-admin": ([ANY, ANY_PATH], {}, []),
    "admin": ([*ADMIN, *EDIT, *VIEW], {}, ["admin"]),
    "edit": ([*EDIT, *VIEW], {f"{AGGREGATE}admin": "true"}, ["edit"]),
    "view": (VIEW, {f"{AGGREGATE}edit": "true"}, ["view"]),
    "system:aggregate-to-admin": (ADMIN, {f"{AGGREGATE}admin": "true"}, []),
    "system:aggregate-to-edit": (EDIT, {f"{AGGREGATE}edit": "true"}, []),
    "system:aggregate-to-view": (VIEW, {f"{AGGREGATE}view": "true"}, []),
    "system:discovery": ([DISCOVERY], {}, []),
    "system:public-info-viewer": ([PUBLIC], {}, []),
    "system:basic-user": ([rule(["create"], "authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
                           rule(["create"], "authentication.k8s.io", "selfsubjectreviews")], {}, []),
    "system:kube-scheduler": ([
        rule(READ, "", "pods", "nodes", "namespaces", "services", "persistentvolumes", "persistentvolumeclaims"),
        rule(["delete"], "", "pods"), rule(["create"], "", "bindings", "pods/binding"),
        rule(["patch", "update"], "", "pods/status"), rule(["create", "patch", "update"], "events.k8s.io", "events"),
        rule(["create", "get", "update"], "coordination.k8s.io", "leases")], {}, []),
    "system:kube-controller-manager": ([
        {"verbs": READ, "apiGroups": ["*"], "resources": ["*"]}, rule(["create"], "", "serviceaccounts/token"),
        rule(["create", "patch", "update"], "events.k8s.io", "events"),
        rule(["create", "get", "update"], "coordination.k8s.io", "leases")], {}, []),
    "system:node": ([
        rule(["create", "get", "list", "patch", "update", "watch"], "", "nodes"), rule(["patch", "update"], "", "nodes/status"),
        rule(READ, "", "pods", "services", "configmaps", "secrets"), rule(["patch", "update"], "", "pods/status"),
        rule(["create", "delete"], "", "pods"), rule(["create"], "", "pods/eviction"),
        rule(["create", "get", "patch", "update"], "coordination.k8s.io", "leases")], {}, []),
    "system:node-proxier": ([rule(READ, "", "nodes", "services"), rule(READ, "discovery.k8s.io", "endpointslices")], {}, []),
    "system:kubelet-api-admin": ([rule(["*"], "", "nodes/log", "nodes/metrics", "nodes/proxy", "nodes/stats")], {}, []),
    "system:auth-delegator": ([rule(["create"], "authentication.k8s.io", "tokenreviews"),
                               rule(["create"], "authorization.k8s.io", "subjectaccessreviews")], {}, []),
    "system:monitoring": ([urls("/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz",
                                "/readyz/*")], {}, []),
}
# role → groups (and users with "User:")
BINDINGS: dict[str, list[str]] = {
    "cluster-admin": ["system:masters"],
    "system:discovery": ["system:authenticated"],
    "system:basic-user": ["system:authenticated"],
    "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
    "system:monitoring": ["system:monitoring"],
    "system:kube-scheduler": ["User:system:kube-scheduler"],
    "system:kube-controller-manager": ["User:system:kube-controller-manager"],
    "system:node": [],
    "system:node-proxier": ["User:system:kube-proxy"],
}


def objects() -> list[Object]:
    """All of them."""
    found: list[Object] = []
    for name, (rules, labels, gathers) in ROLES.items():
        role: Object = {"apiVersion": API, "kind": "ClusterRole", "rules": rules,
                        "metadata": {"name": name, "labels": {**LABELS, **labels}, "annotations": ANNOTATIONS}}
        if gathers:
            role["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {f"{AGGREGATE}{gathers[0]}": "true"}}]}
        found.append(role)
    for name, members in BINDINGS.items():
        subjects = []
        for member in members:
            kind, colon, user = member.partition(":")
            subjects.append({"kind": "User", "apiGroup": API[:-3], "name": user} if kind == "User" and colon else
                            {"kind": "Group", "apiGroup": API[:-3], "name": member})
        binding: Object = {"apiVersion": API, "kind": "ClusterRoleBinding",
                           "metadata": {"name": name, "labels": LABELS, "annotations": ANNOTATIONS},
                           "roleRef": {"apiGroup": API[:-3], "kind": "ClusterRole", "name": name}}
        if subjects:
            binding["subjects"] = subjects
        found.append(binding)
    return found
