"""How a kubelet makes its machine a Node of the cluster, and keeps saying that it lives.

It creates the Node object (retrying from 100 ms, doubling to 7 s), writes a status when something changed or every
5 minutes, and renews a Lease every 10 s: the Lease is the heartbeat, small and cheap. If both stop, nobody tells the
control plane anything; it concludes from the silence. Source: kubernetes pkg/kubelet/kubelet_node_status.go,
component-helpers/apimachinery/lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client import MERGE_PATCH
from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import BACKGROUND, DETAIL, MS, SECOND
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.registers": "kubelet on {node} registers its machine as a Node",
    "kubelet.node-status": "kubelet on {node} reports its node {word}",
}, file="cluster_sim/node/node_registration.py")

LEASE_SECONDS = 40
LEASE_PERIOD = 10 * SECOND
STATUS_PERIOD = 300 * SECOND
RETRY, LONGEST_RETRY = 100 * MS, 7 * SECOND
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class NodeRegistration:
    """The part of a kubelet that speaks about the node itself."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def register(self, cause: int) -> None:
        """Create the Node object; it may be there already."""
        kubelet = self.kubelet
        kubelet.request("POST", "/api/v1/nodes", node_object.new_node(kubelet.machine), cause=cause,
                        then="registered", level=DETAIL, phrase="kubelet.registers", args={"node": kubelet.node})

    def registered(self, status: int, span: int) -> None:
        """Go on to status and Lease, or try again."""
        kubelet = self.kubelet
        if status not in (201, 409):
            failures = kubelet.state["registered"] or 0
            kubelet.state["registered"] = failures + 1
            delay = min(RETRY << min(int(failures), 10), LONGEST_RETRY)
            self.kernel.timer(kubelet.part, delay, "register", background=True)
            return
        self._ask_node(span)
        self._renew(span)
        self.kernel.timer(kubelet.part, STATUS_PERIOD, "node-status", background=True)

    def _ask_node(self, span: int) -> None:
        self.kubelet.request("GET", f"/api/v1/nodes/{self.kubelet.node}", cause=span, then="node", level=BACKGROUND)

    def node_read(self, status: int, body: Any, span: int) -> None:
        """The Node object as it is: write the status on top of it."""
        kubelet = self.kubelet
        if status == 404:  # somebody deleted it: a kubelet registers only when it starts
            return
        if status == 200:
            before = body.get("status", {})
            ready = [item["status"] for item in before.get("conditions", ()) if item["type"] == "Ready"]
            fresh = node_object.node_status(kubelet.machine, before, self.kernel.timestamp(), self._images(),
                                            not kubelet.state["runtime_down"])
            now_ready = [item["status"] for item in fresh["conditions"] if item["type"] == "Ready"]
            changed = ready != now_ready
            word = "Ready" if now_ready == ["True"] else "NotReady"
            kubelet.request("PATCH", f"/api/v1/nodes/{kubelet.node}/status", {"status": fresh}, cause=span,
                            content_type=MERGE_PATCH, level=DETAIL if changed else BACKGROUND,
                            phrase="kubelet.node-status", args={"node": kubelet.node, "word": word})
            if changed:
                node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": kubelet.node, "uid": kubelet.node}}
                record(kubelet, "kubelet", node, "Normal", f"Node{word}",
                       f"Node {kubelet.node} status is now: Node{word}", span)

    def _images(self) -> dict[str, int]:
        images: dict[str, int] = self.kubelet.state["node_status"].get("images", {})
        return images

    def _renew(self, span: int) -> None:
        """Renew the Lease; the first time, create it."""
        kubelet = self.kubelet
        spec = {"holderIdentity": kubelet.node, "leaseDurationSeconds": LEASE_SECONDS,
                "renewTime": self.kernel.microtime()}
        lease = kubelet.state["lease"]
        if lease is None:
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                    "metadata": {"name": kubelet.node, "namespace": "kube-node-lease"}, "spec": spec}
            kubelet.request("POST", LEASES, body, cause=span, then="lease", level=BACKGROUND)
        else:
            kubelet.request("PUT", f"{LEASES}/{kubelet.node}", {**lease, "spec": spec}, cause=span, then="lease",
                            level=BACKGROUND)
        self.kernel.timer(kubelet.part, LEASE_PERIOD, "renew", background=True)

    def leased(self, status: int, body: Any, span: int) -> None:
        """Keep the Lease's newest version; if somebody else holds it or made it, read it again."""
        kubelet = self.kubelet
        if status in (200, 201):
            kubelet.state["lease"] = body
        elif status == 409:
            kubelet.request("GET", f"{LEASES}/{kubelet.node}", cause=span, then="lease", level=BACKGROUND)
        elif status == 404:
            kubelet.state["lease"] = None

    def on_timer(self, kind: str, span: int) -> None:
        """The periodic work."""
        if kind == "renew":
            self._renew(span)
        elif kind == "register":
            self.register(span)
        elif kind == "node-status":
            self._ask_node(span)
            self.kernel.timer(self.kubelet.part, STATUS_PERIOD, "node-status", background=True)
        elif kind == "runtime-check":
            self._ask_node(span)
