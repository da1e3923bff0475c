"""What the API server's messages say, for the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.rbac.defaults import CONTROLLERS
from cluster_sim.kernel import DETAIL, STORY
from cluster_sim.kernel.trace import register_phrases

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo

register_phrases({
    "apiserver.create": "API server checks {what} and has etcd store it",
    "apiserver.update": "API server has etcd store the change to {what}",
    "apiserver.status": "API server has etcd record the status of {what}",
    "apiserver.pod-status": "API server has etcd record {what}: {status}",
    "apiserver.bind": "API server writes into etcd that {what} belongs on {node}",
    "apiserver.scale": "API server sets {what} to {replicas} replicas",
    "apiserver.delete-later": "API server lets {user} delete {what} and writes into etcd that it must go",
    "apiserver.delete-held": "API server marks {what} for deletion; {finalizers} must be done first",
    "apiserver.delete": "API server lets {user} delete {what} and takes it out of etcd",
    "apiserver.gone": "API server takes {what} out of etcd: nothing holds it any more",
    "apiserver.evict": "API server lets {what} be evicted: the disruption budget allows it",
    "apiserver.refuse": "API server refuses: {message}",
    "apiserver.start": "API server reads the whole store to fill its cache",
    "apiserver.bootstrap": "API server creates the objects every cluster begins with",
}, file="cluster_sim/apiserver/phrases.py")

# Objects whose writes are mechanics, or tell of something that has its own line.
QUIET = {"leases": True, "events": True, "endpoints": True}


def what(info: RequestInfo, name: str = "") -> str:
    """ "pod web-x2k7q"."""
    return f"{info.kind.singular} {name or info.name}"


def level(info: RequestInfo) -> int:
    """Whether a write of this resource is a line of the story."""
    return DETAIL if info.plural in QUIET else STORY


def who(user: str) -> str:
    """A user as a sentence names them."""
    if user.startswith("system:node:"):
        return f"kubelet on {user.removeprefix('system:node:')}"
    if user in CONTROLLERS:
        return "kube-controller-manager"
    return user.removeprefix("system:serviceaccount:").removeprefix("system:")


def pod_word(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What a pod's status says, in a word."""
    status = new.get("status") or {}
    ready = next((c["status"] for c in status.get("conditions") or () if c.get("type") == "Ready"), "")
    phase = status.get("phase", "Unknown")
    return f"{phase}, ready" if ready == "True" and phase == "Running" else str(phase)
