"""What a kubelet may do: its own Node, Lease and CSINode, the pods bound to its node, and what those pods refer to.

A kubelet is whoever is called `system:node:NAME` in the group `system:nodes`. Of Secrets, ConfigMaps, claims, volumes
and accounts it may only read those that some pod on its node uses: who breaks into one machine does not hold the keys
of the others. The real one keeps a graph of these relations; ours looks at the pods when asked. Everything that needs
no such relation is allowed by the rules of the ClusterRole system:node. What it may write to the objects it can reach
is admission's matter (admission/node_restriction.py).

Upstream: kubernetes/plugin/pkg/auth/authorizer/node/{node_authorizer,graph}.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cluster_sim.api import selectors
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.rbac import defaults
from cluster_sim.apiserver.rbac.rules import Attributes, allows
from cluster_sim.apiserver.watch_cache import WatchCache

Object = dict[str, Any]
Decision = tuple[bool, str]

PREFIX, GROUP = "system:node:", "system:nodes"
LEASES = "kube-node-lease"
MIRROR = "kubernetes.io/config.mirror"
OWN = ("get", "create", "update", "patch", "delete")


def node_of(user: str, groups: tuple[str, ...]) -> str | None:
    """The node whose kubelet this is; None if it is no kubelet."""
    return user[len(PREFIX):] if user.startswith(PREFIX) and GROUP in groups else None


def decide(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    """Whether a kubelet may; if not, why."""
    if wanted.path:
        return False, ""
    handler = HANDLERS.get((wanted.group, wanted.resource))
    if handler is not None:
        return handler(cache, node, wanted)
    return any(allows(rule, wanted) for rule in defaults.rules_of("system:node")), ""


def _read(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    """Secrets and ConfigMaps."""
    if wanted.verb not in ("get", "list", "watch"):
        return False, "can only read resources of this type"
    if wanted.subresource:
        return False, "cannot read subresource"
    if not wanted.namespace:
        return False, "can only read namespaced object of this type"
    return _related(cache, node, wanted)


def _get(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    """Claims, volumes, attachments."""
    if wanted.resource == "persistentvolumeclaims" and wanted.subresource == "status":
        if wanted.verb not in ("update", "patch"):
            return False, "can only get/update/patch this type"
        return _related(cache, node, wanted)
    if wanted.verb != "get":
        return False, "can only get individual resources of this type"
    if wanted.subresource:
        return False, "cannot get subresource"
    return _related(cache, node, wanted)


def _token(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    """Tokens of service accounts."""
    if wanted.verb != "create" or not wanted.name:
        return False, "can only create tokens for individual service accounts"
    if wanted.subresource != "token":
        return False, "can only create token subresource of serviceaccount"
    return _related(cache, node, wanted)


def _lease(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    """Its heartbeat. On create nobody knows the name yet: admission looks."""
    if wanted.verb not in OWN:
        return False, "can only get, create, update, patch, or delete a node lease"
    if wanted.namespace != LEASES:
        return False, f'can only access leases in the "{LEASES}" system namespace'
    if wanted.verb != "create" and wanted.name != node:
        return False, "can only access node lease with the same name as the requesting node"
    return True, ""


def _csi_node(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    if wanted.verb not in OWN:
        return False, "can only get, create, update, patch, or delete a CSINode"
    if wanted.subresource:
        return False, "cannot authorize CSINode subresources"
    if wanted.verb != "create" and wanted.name != node:
        return False, "can only access CSINode with the same name as the requesting node"
    return True, ""


def _node(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    if wanted.subresource == "status":
        return wanted.verb in ("update", "patch"), ""
    if wanted.subresource:
        return False, ""
    if wanted.verb in ("create", "update", "patch"):
        return True, ""
    if wanted.verb not in ("get", "list", "watch"):
        return False, ""
    if wanted.name == node:
        return True, ""
    if not wanted.name:
        return False, f"node '{node}' cannot read all nodes, only its own Node object"
    return False, f"node '{node}' cannot read '{wanted.name}', only its own Node object"


def _pod(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    verb, sub = wanted.verb, wanted.subresource
    if sub == "status":
        return verb in ("update", "patch"), ""
    if sub == "eviction":
        return verb == "create", ""
    if sub:
        return False, ""
    if verb == "get":
        return _related(cache, node, wanted)
    if verb in ("list", "watch"):
        if selects(wanted.fields, "spec.nodeName", node):
            return True, ""
        if wanted.name:
            return _related(cache, node, wanted)
        return False, "can only list/watch pods with spec.nodeName field selector"
    return verb in ("create", "delete"), ""


HANDLERS = {
    ("", "secrets"): _read, ("", "configmaps"): _read, ("", "persistentvolumeclaims"): _get, ("", "persistentvolumes"): _get,
    ("storage.k8s.io", "volumeattachments"): _get, ("resource.k8s.io", "resourceclaims"): _get,
    ("", "serviceaccounts"): _token, ("coordination.k8s.io", "leases"): _lease, ("storage.k8s.io", "csinodes"): _csi_node,
    ("", "nodes"): _node, ("", "pods"): _pod,
}


def selects(text: str, name: str, value: str) -> bool:
    """Whether a field selector asks for exactly this."""
    if not text:
        return False
    try:
        requirements = selectors.parse_field_selector(text)
    except ApiError:
        return False
    return any((field, operator, values[0]) == (name, "=", value) for field, operator, values in requirements)


def _related(cache: WatchCache, node: str, wanted: Attributes) -> Decision:
    if not wanted.name:
        return False, "No Object name found"
    if _is_related(cache, node, wanted):
        return True, ""
    return False, f"no relationship found between node '{node}' and this object"


def _is_related(cache: WatchCache, node: str, wanted: Attributes) -> bool:
    namespace, name = wanted.namespace, wanted.name
    if wanted.resource == "pods":
        pod = cache.get("pods", f"{namespace}/{name}")
        return pod is not None and pod["spec"].get("nodeName") == node
    if wanted.resource == "volumeattachments":
        attachment = cache.get("volumeattachments", name)
        return attachment is not None and (attachment.get("spec") or {}).get("nodeName") == node
    if wanted.resource == "persistentvolumes":
        volume = cache.get("persistentvolumes", name)
        claim = ((volume or {}).get("spec") or {}).get("claimRef") or {}
        resource, namespace, name = "persistentvolumeclaims", claim.get("namespace", ""), claim.get("name", "")
        return bool(name) and any((resource, name) in references(pod) for pod in _pods_on(cache, node, namespace))
    return any((wanted.resource, name) in references(pod) for pod in _pods_on(cache, node, namespace))


def _pods_on(cache: WatchCache, node: str, namespace: str) -> Iterator[Object]:
    """Pods of a namespace that run on a node; what a static pod's mirror names gives no rights."""
    for pod in cache.list("pods", namespace):
        if pod["spec"].get("nodeName") == node and MIRROR not in (pod["metadata"].get("annotations") or {}):
            yield pod


def references(pod: Object) -> Iterator[tuple[str, str]]:
    """(resource, name) of everything a pod's spec refers to in its namespace."""
    spec = pod["spec"]
    yield "serviceaccounts", spec.get("serviceAccountName", "")
    for pull in spec.get("imagePullSecrets") or ():
        yield "secrets", pull.get("name", "")
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(kind) or ():
            yield from _of_container(container)
    for volume in spec.get("volumes") or ():
        yield from _of_volume(volume, pod["metadata"]["name"])
    for claim in (pod.get("status") or {}).get("resourceClaimStatuses") or ():
        yield "resourceclaims", claim.get("resourceClaimName", "")


def _of_container(container: Object) -> Iterator[tuple[str, str]]:
    for source in container.get("envFrom") or ():
        yield "configmaps", (source.get("configMapRef") or {}).get("name", "")
        yield "secrets", (source.get("secretRef") or {}).get("name", "")
    for variable in container.get("env") or ():
        source = variable.get("valueFrom") or {}
        yield "configmaps", (source.get("configMapKeyRef") or {}).get("name", "")
        yield "secrets", (source.get("secretKeyRef") or {}).get("name", "")


def _of_volume(volume: Object, pod: str) -> Iterator[tuple[str, str]]:
    yield "configmaps", (volume.get("configMap") or {}).get("name", "")
    yield "secrets", (volume.get("secret") or {}).get("secretName", "")
    yield "persistentvolumeclaims", (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
    if "ephemeral" in volume:
        yield "persistentvolumeclaims", f"{pod}-{volume['name']}"
    for source in (volume.get("projected") or {}).get("sources") or ():
        yield "configmaps", (source.get("configMap") or {}).get("name", "")
        yield "secrets", (source.get("secret") or {}).get("name", "")
    csi = (volume.get("csi") or {}).get("nodePublishSecretRef") or {}
    yield "secrets", csi.get("name", "")
