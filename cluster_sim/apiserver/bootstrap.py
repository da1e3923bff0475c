"""What every cluster begins with: its first namespaces, the `kubernetes` Service, priority classes, RBAC's defaults.

The server creates them through its own front door, as user system:apiserver, once, when it starts on a store that
lacks them: namespaces first, then the rest at once. It is ready when all have been answered.

Upstream: kubernetes/pkg/controlplane (systemnamespaces, kubernetesservice), pkg/registry/rbac/rest/storage_rbac.go,
pkg/registry/scheduling/rest/storage_scheduling.go (post-start hooks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources
from cluster_sim.apiserver import endpoint_reconciler
from cluster_sim.apiserver.rbac import defaults
from cluster_sim.kernel import DETAIL

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
SERVICE_IP = "10.96.0.1"

KUBERNETES: Object = {
    "apiVersion": "v1", "kind": "Service",
    "metadata": {"name": "kubernetes", "namespace": "default", "labels": {"component": "apiserver", "provider": "kubernetes"}},
    "spec": {"type": "ClusterIP", "clusterIP": SERVICE_IP, "sessionAffinity": "None",
             "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]},
}
PRIORITY_CLASSES: tuple[Object, ...] = (
    {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "system-node-critical"},
     "value": 2000001000,
     "description": "Used for system critical pods that must not be moved from their current node."},
    {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "system-cluster-critical"},
     "value": 2000000000,
     "description": "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."},
)


def objects() -> list[Object]:
    """Everything, namespaces first."""
    spaces: list[Object] = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES]
    return [*spaces, KUBERNETES, *PRIORITY_CLASSES, *defaults.objects()]


def begin(server: APIServer, span: int) -> None:
    """After the cache is filled: create what is missing, in two steps."""
    missing = [obj for obj in objects() if not _exists(server, obj)]
    if not missing:
        _finished(server, span)
        return
    first = [obj for obj in missing if obj["kind"] == "Namespace"]
    cause = server.kernel.work(server.part, span, verb="bootstrap", phrase="apiserver.bootstrap", level=DETAIL)
    server.state["boot"] = [len(first or missing), bool(first), len(missing)]
    for obj in first or missing:
        _create(server, obj, cause)


def done(server: APIServer, call: Object, status: int, body: Any, span: int) -> None:
    """One of them was answered."""
    boot = server.state["boot"]
    if not boot:
        return
    boot[0] -= 1
    if boot[0] == 0:
        server.state["boot"] = []
        if boot[1]:
            begin(server, span)
        else:
            _finished(server, span)


def _finished(server: APIServer, span: int) -> None:
    server.state["ready"] = True
    endpoint_reconciler.begin(server, span)


def _exists(server: APIServer, obj: Object) -> bool:
    resource = resources.by_kind(obj["apiVersion"], obj["kind"])
    assert resource is not None
    meta = obj["metadata"]
    key = f"{meta['namespace']}/{meta['name']}" if resource.namespaced else meta["name"]
    return server.cache.get(resource.storage_prefix, key) is not None


def _create(server: APIServer, obj: Object, cause: int) -> None:
    resource = resources.by_kind(obj["apiVersion"], obj["kind"])
    assert resource is not None
    path = resources.path(resource, obj["metadata"].get("namespace"))
    call = {"source": "", "id": 0, "verb": "POST", "path": path, "body": obj, "user": "system:apiserver", "contentType": None}
    server.serve(call, cause)
