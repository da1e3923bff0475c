"""NodeRestriction: what a kubelet may write is its own: its Node, its Lease, the status of pods that run on it.

The Node authorizer lets a kubelet write Nodes, pods' statuses and evictions at all; this plugin looks at which. A
kubelet cannot make its node attractive to pods it wants to see: labels of kubernetes.io but the few that kubelets set,
everything below node-restriction.kubernetes.io, and taints (once it is registered) are for others to write.
Of a control-plane machine the kubelet brings its role's label along; kubeadm puts it on a moment later.

Upstream: kubernetes/plugin/pkg/admission/noderestriction/admission.go, k8s.io/kubelet/pkg/apis/well_known_labels.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.node_authorizer import LEASES, MIRROR, PREFIX, node_of, references
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

RESTRICTED = "node-restriction.kubernetes.io"
ROLE = "node-role.kubernetes.io/control-plane"
KUBELET_LABELS = (
    "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/os",
    "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type", "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
)
KUBELET_DOMAINS = ("kubelet.kubernetes.io", "node.kubernetes.io")
NAMED = {"secrets": "secrets", "configmaps": "configmaps", "persistentvolumeclaims": "persistentvolumeclaims"}


def restricted(info: RequestInfo) -> str:
    """The node whose kubelet asks; "" if nobody asks whom this concerns."""
    return node_of(info.user, info.groups) or "" if info.user.startswith(PREFIX) else ""


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> None:
    """A create or update, of an object or its status; raises ApiError 403."""
    node = restricted(info)
    if not node:
        return
    what = info.kind.group_resource
    if what == "pods":
        if info.subresource == "status":
            _pod_status(info, node, new, old or {})
        elif not info.subresource and old is None:
            _pod(server, info, node, new)
    elif what == "nodes":
        _node(info, node, new, old)
    elif what == "persistentvolumeclaims" and info.subresource == "status":
        _claim_status(info, node, new, old or {})
    elif what == "leases.coordination.k8s.io":
        if info.namespace != LEASES:
            raise refusal(info, new, f'can only access leases in the "{LEASES}" system namespace')
        if new["metadata"].get("name") != node:
            raise refusal(info, new, "can only access node lease with the same name as the requesting node")
    elif what == "csinodes.storage.k8s.io" and new["metadata"].get("name") != node:
        raise refusal(info, new, "can only access CSINode with the same name as the requesting node")


def admit_delete(server: APIServer, info: RequestInfo) -> None:
    """A removal; raises ApiError 403 or 404."""
    node = restricted(info)
    if not node:
        return
    if info.kind.group_resource == "pods":
        pod = server.cache.get("pods", f"{info.namespace}/{info.name}")
        if pod is None:
            raise ApiError(status.not_found("pods", info.name))
        if pod["spec"].get("nodeName") != node:
            raise refusal(info, {}, f'node "{node}" can only delete pods with spec.nodeName set to itself')
    elif info.kind.group_resource == "nodes" and info.name != node:
        raise refusal(info, {}, f'node "{node}" is not allowed to modify node "{info.name}"')


def admit_eviction(info: RequestInfo, pod: Object) -> None:
    """An eviction; raises ApiError 403."""
    node = restricted(info)
    if node and pod["spec"].get("nodeName") != node:
        raise refusal(info, pod, f"node {node} can only evict pods with spec.nodeName set to itself")


def admit_token(server: APIServer, info: RequestInfo, reference: Object | None) -> None:
    """A token, which a kubelet may ask for only in the name of a pod that runs on it; raises ApiError 403 or 404."""
    node = restricted(info)
    if not node:
        return
    given = reference or {}
    if given.get("apiVersion") != "v1" or given.get("kind") != "Pod" or not given.get("name"):
        raise refusal(info, {}, "node requested token not bound to a pod")
    if not given.get("uid"):
        raise refusal(info, {}, "node requested token with a pod binding without a uid")
    pod = server.cache.get("pods", f"{info.namespace}/{given['name']}")
    if pod is None:
        raise ApiError(status.not_found("pods", given["name"]))
    if pod["metadata"]["uid"] != given["uid"]:
        raise refusal(info, {}, f"the UID in the bound object reference ({given['uid']}) does not match the UID in record. "
                                "The object might have been deleted and then recreated")
    if pod["spec"].get("nodeName") != node:
        raise refusal(info, {}, "node requested token bound to a pod scheduled on a different node")


def _pod(server: APIServer, info: RequestInfo, node: str, new: Object) -> None:
    """Kubelets only create mirrors of their static pods, which can do nothing on their own."""
    meta, spec = new["metadata"], new.get("spec") or {}
    if MIRROR not in (meta.get("annotations") or {}):
        raise refusal(info, new, f'pod does not have "{MIRROR}" annotation, node "{node}" can only create mirror pods')
    if spec.get("nodeName") != node:
        raise refusal(info, new, f'node "{node}" can only create pods with spec.nodeName set to itself')
    owners = meta.get("ownerReferences") or []
    if len(owners) > 1:
        raise refusal(info, new, f'node "{node}" can only create pods with a single owner reference set to itself')
    owner = owners[0] if owners else {}
    if (owner.get("apiVersion"), owner.get("kind"), owner.get("name")) != ("v1", "Node", node):
        raise refusal(info, new, f'node "{node}" can only create pods with an owner reference set to itself')
    if not owner.get("controller"):
        raise refusal(info, new, f'node "{node}" can only create pods with a controller owner reference set to itself')
    if owner.get("blockOwnerDeletion"):
        raise refusal(info, new, f'node "{node}" must not set blockOwnerDeletion on an owner reference')
    machine = server.cache.get("minions", node)
    if machine is None:
        raise ApiError(status.not_found("nodes", node))
    if owner.get("uid") != machine["metadata"]["uid"]:
        raise refusal(info, new, f"node {node} UID mismatch: expected {owner.get('uid', '')} got {machine['metadata']['uid']}")
    if spec.get("serviceAccountName"):
        raise refusal(info, new, f'node "{node}" can not create pods that reference a service account')
    named = [resource for resource, name in references(new) if name]
    for resource, word in NAMED.items():
        if resource in named:
            raise refusal(info, new, f'node "{node}" can not create pods that reference {word}')


def _pod_status(info: RequestInfo, node: str, new: Object, old: Object) -> None:
    if old["spec"].get("nodeName") != node:
        raise refusal(info, new, f'node "{node}" can only update pod status for pods with spec.nodeName set to itself')
    after, before = new["metadata"].get("labels"), old["metadata"].get("labels")
    if after is not before and (after or {}) != (before or {}):
        raise refusal(info, new, f'node "{node}" cannot update labels through pod status')


def _claim_status(info: RequestInfo, node: str, new: Object, old: Object) -> None:
    free = ("capacity", "conditions", "allocatedResources", "allocatedResourceStatuses")

    def fixed(obj: Object) -> Object:
        meta = {key: value for key, value in obj["metadata"].items() if key not in ("resourceVersion", "managedFields")}
        kept = {key: value for key, value in (obj.get("status") or {}).items() if key not in free}
        return {**obj, "metadata": meta, "status": kept}

    if fixed(new) != fixed(old):
        raise refusal(info, new, f'node "{node}" is not allowed to update fields other than status.capacity and '
                                 "status.conditions")


def _node(info: RequestInfo, node: str, new: Object, old: Object | None) -> None:
    name = info.name or new["metadata"].get("name", "")
    if name != node:
        raise refusal(info, new, f'node "{node}" is not allowed to modify node "{name}"')
    labels = new["metadata"].get("labels") or {}
    if old is None:
        wrong = [label for label in _forbidden(labels, {}) if label != ROLE]
        if wrong:
            raise refusal(info, new, f'node "{node}" is not allowed to set the following labels: {", ".join(wrong)}')
        return
    if (new.get("spec") or {}).get("taints") != (old.get("spec") or {}).get("taints"):
        raise refusal(info, new, f'node "{node}" is not allowed to modify taints')
    have = old["metadata"].get("labels") or {}
    if labels is not have and (wrong := _forbidden(labels, have)):
        raise refusal(info, new, f"is not allowed to modify labels: {', '.join(wrong)}")


def _forbidden(after: dict[str, str], before: dict[str, str]) -> list[str]:
    """The labels that changed and are not a kubelet's to change, sorted."""
    changed = [key for key in {**after, **before} if after.get(key) != before.get(key)]
    return sorted(key for key in changed if _is_foreign(key))


def _is_foreign(label: str) -> bool:
    domain = label.partition("/")[0] if "/" in label else ""
    if _within(domain, RESTRICTED):
        return True
    ours = _within(domain, "kubernetes.io") or _within(domain, "k8s.io")
    return ours and label not in KUBELET_LABELS and not any(_within(domain, known) for known in KUBELET_DOMAINS)


def _within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")
