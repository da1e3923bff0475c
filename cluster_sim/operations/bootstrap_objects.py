"""What `kubeadm init` leaves in a cluster so that machines can join it: a token, rules, and where the API server is.

They are made when the first machine joins; a scene begins without them.

Source: kubernetes cmd/kubeadm/app/phases/bootstraptoken (node, clusterinfo), phases/copycerts.
"""

from __future__ import annotations

import base64
from typing import Any

from cluster_sim.api import resources
from cluster_sim.kernel import SECOND

Object = dict[str, Any]
TOKEN_TTL = 24 * 3600 * SECOND
GROUP = "system:bootstrappers:kubeadm:default-node-token"
CLUSTER_INFO = "/api/v1/namespaces/kube-public/configmaps/cluster-info"
RBAC = "rbac.authorization.k8s.io"
KUBELET = "system:certificates.k8s.io:certificatesigningrequests"
# binding → (role, group)
CLUSTER_BINDINGS = {
    "kubeadm:kubelet-bootstrap": ("system:node-bootstrapper", GROUP),
    "kubeadm:node-autoapprove-bootstrap": (f"{KUBELET}:nodeclient", GROUP),
    "kubeadm:node-autoapprove-certificate-rotation": (f"{KUBELET}:selfnodeclient", "system:nodes"),
    "kubeadm:get-nodes": ("kubeadm:get-nodes", GROUP),
}
# (name, namespace, resource, object, who may read it)
ROLES = (
    ("kubeadm:bootstrap-signer-clusterinfo", "kube-public", "configmaps", "cluster-info", ("User", "system:anonymous")),
    ("kubeadm:kubeadm-certs", "kube-system", "secrets", "kubeadm-certs", ("Group", GROUP)),
)


def _at(obj: Object) -> tuple[str, Object]:
    resource = resources.by_kind(obj["apiVersion"], obj["kind"])
    assert resource is not None
    return resources.path(resource, obj["metadata"].get("namespace")), obj


def rules() -> list[tuple[str, Object]]:
    """[(path, object), …]: who has a token may ask for a node's certificate; everybody may read cluster-info."""
    version = f"{RBAC}/v1"
    found: list[Object] = [{"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": "kubeadm:get-nodes"},
                            "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["nodes"]}]}]
    for name, (role, group) in CLUSTER_BINDINGS.items():
        found.append({"apiVersion": version, "kind": "ClusterRoleBinding", "metadata": {"name": name},
                      "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
                      "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": group}]})
    for name, namespace, kind, thing, subject in ROLES:
        meta = {"name": name, "namespace": namespace}
        found.append({"apiVersion": version, "kind": "Role", "metadata": meta, "rules": [
            {"verbs": ["get"], "apiGroups": [""], "resources": [kind], "resourceNames": [thing]}]})
        found.append({"apiVersion": version, "kind": "RoleBinding", "metadata": meta,
                      "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
                      "subjects": [{"apiGroup": RBAC, "kind": subject[0], "name": subject[1]}]})
    return [_at(obj) for obj in found]


def cluster_info(server: str) -> tuple[str, Object]:
    """Where the API server is, and (in reality) the certificate to know it by."""
    text = f"apiVersion: v1\nkind: Config\nclusters:\n- name: ''\n  cluster: {{server: 'https://{server.partition('/')[0]}:6443'}}\n"
    return _at({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cluster-info", "namespace": "kube-public"},
                "data": {"kubeconfig": text}})


def token_secret(token: str, expires: str) -> tuple[str, Object]:
    """The Secret that is the token."""
    number, _, secret = token.partition(".")
    data = {"token-id": number, "token-secret": secret, "expiration": expires, "usage-bootstrap-authentication": "true",
            "usage-bootstrap-signing": "true", "auth-extra-groups": GROUP}
    return _at({"apiVersion": "v1", "kind": "Secret", "type": "bootstrap.kubernetes.io/token",
                "metadata": {"name": f"bootstrap-token-{number}", "namespace": "kube-system"},
                "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}})
