"""How a kubelet makes its machine a Node of the cluster, and keeps saying that it lives.

It creates the Node object (retrying from 100 ms, doubling to 7 s), writes a status when something changed or every
5 minutes, and renews a Lease every 10 s: the Lease is the heartbeat, small and cheap. If both stop, nobody tells the
control plane anything; it concludes from the silence. Source: kubernetes pkg/kubelet/kubelet_node_status.go,
component-helpers/apimachinery/lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client import STRATEGIC_MERGE_PATCH
from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import BACKGROUND, DETAIL, MS, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_object
from cluster_sim.node.restart_backoff import go_duration

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.registers": "kubelet on {node} registers its machine as a Node",
    "kubelet.no-runtime": "kubelet on {node} has not reached its container runtime for 30 s",
    "kubelet.node-status": "kubelet on {node} reports its node {word}",
}, file="cluster_sim/node/node_registration.py")

RUNTIME_PATIENCE = 30 * SECOND  # a runtime that is down for longer makes the node not ready
PLEG_PATIENCE = 180 * SECOND  # so long the kubelet may not have looked what runs (pleg/generic.go)
LEASE_SECONDS = 40
LEASE_PERIOD = 10 * SECOND
STATUS_PERIOD = 300 * SECOND
RETRY, LONGEST_RETRY = 100 * MS, 7 * SECOND
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class NodeRegistration:
    """The part of a kubelet that speaks about the node itself. `kubelet.state["node"]` is its memory:

    "uid" once registered, "since" (condition → [status, time]), "dirty" (something to tell), "told" (Ready as last
    written), "problem" (its reason as last written), "pressures" (conditions as last written), "failures".
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    @property
    def memory(self) -> dict[str, Any]:
        """What it remembers."""
        memory: dict[str, Any] = self.kubelet.state["node"]
        for name, value in (("uid", ""), ("since", {}), ("dirty", False), ("told", ""), ("problem", ""), ("failures", 0),
                            ("pressures", [])):
            memory.setdefault(name, value)
        return memory

    def register(self, cause: int) -> None:
        """Create the Node object; it may be there already."""
        kubelet = self.kubelet
        kubelet.request("POST", "/api/v1/nodes", node_object.new_node(kubelet.machine, self._status()), cause=cause,
                        then="registered", level=DETAIL, phrase="kubelet.registers", args={"node": kubelet.node},
                        patient=False)

    def on_registered(self, data: Any, status: int, body: Any, span: int) -> None:
        """Go on to status and Lease, or try again."""
        kubelet = self.kubelet
        if status == 409:
            kubelet.request("GET", f"/api/v1/nodes/{kubelet.node}", cause=span, then="node_found", level=BACKGROUND)
        elif status == 201:
            self._begin(body, span)
        else:
            failures = self.memory["failures"]
            self.memory["failures"] = failures + 1
            self.kernel.timer(kubelet.part, min(RETRY << min(failures, 10), LONGEST_RETRY), "register", background=True)

    def on_node_found(self, data: Any, status: int, body: Any, span: int) -> None:
        """The Node is there already, as some earlier kubelet left it."""
        if status != 200:
            self.on_registered(None, 0, body, span)
            return
        for item in (body.get("status") or {}).get("conditions") or ():
            self.memory["since"][item["type"]] = [item["status"], item["lastTransitionTime"]]
            if item["type"] == "Ready":
                self.memory["told"] = item["status"]
        self._begin(body, span)

    def observe(self, node: Any, span: int) -> None:
        """The Node as the API server has it now: if somebody else wrote its Ready (the node controller, while nobody
        heard from here), it is put right with the next heartbeat."""
        for item in ((node or {}).get("status") or {}).get("conditions") or ():
            if item["type"] == "Ready" and self.memory["told"] and item["status"] != self.memory["told"]:
                self.memory.update(told=item["status"])
                self.memory["since"]["Ready"] = [item["status"], item["lastTransitionTime"]]

    def _begin(self, node: Any, span: int) -> None:
        kubelet = self.kubelet
        self.memory.update(uid=node["metadata"]["uid"], dirty=True)
        record(kubelet, "kubelet", self.node(), "Normal", "Starting", "Starting kubelet.", span)
        self.update(span)
        self._renew(span)
        self.kernel.timer(kubelet.part, STATUS_PERIOD, "node-status", background=True)

    def _problem(self) -> str:
        """Why the node is not Ready."""
        kubelet = self.kubelet
        down = kubelet.state["runtime_down"]
        if down is not None and self.kernel.now - down >= RUNTIME_PATIENCE:
            silent = self.kernel.now - down
            return (f"[{node_object.RUNTIME_DOWN}, PLEG is not healthy: pleg was last seen active {go_duration(silent)} ago; "
                    f"threshold is {go_duration(PLEG_PATIENCE)}]" if silent > PLEG_PATIENCE else node_object.RUNTIME_DOWN)
        if down is None and not kubelet.state["reached"]:
            return node_object.NOT_YET
        return ""

    def _status(self) -> dict[str, Any]:
        kubelet = self.kubelet
        return node_object.node_status(kubelet.machine, self.memory["since"], kubelet.stamp(self.kernel.now), kubelet.images,
                                       self._problem(), kubelet.evictions.pressures())

    def update(self, span: int) -> None:
        """Write the node's status if there is something to tell: Ready at once, images with the next heartbeat."""
        kubelet, memory = self.kubelet, self.memory
        if not memory["uid"]:
            return
        problem, pressures = self._problem(), kubelet.evictions.pressures()
        ready, was = "False" if problem else "True", memory["told"]
        changed = ready != memory["told"] or pressures != memory["pressures"]
        if not changed and not memory["dirty"] and problem == memory["problem"]:
            return
        words = [] if ready == memory["told"] else ["Ready" if ready == "True" else "NotReady"]
        words += node_object.pressure_words(memory["pressures"], pressures)
        memory.update(dirty=False, told=ready, problem=problem, pressures=pressures)
        kubelet.request("PATCH", f"/api/v1/nodes/{kubelet.node}/status", {"status": self._status()}, cause=span,
                        then="node_told", data=[ready, was], content_type=STRATEGIC_MERGE_PATCH,
                        level=STORY if changed else BACKGROUND, phrase="kubelet.node-status" if changed else "",
                        args={"node": kubelet.node, "word": ", ".join(words)} if changed else None)
        for word in words:
            record(kubelet, "kubelet", self.node(), "Normal", f"Node{word}", f"Node {kubelet.node} status is now: Node{word}",
                   span)

    def on_node_told(self, data: Any, status: int, body: Any, span: int) -> None:
        """If nobody took it, say it again with the next heartbeat. A deleted Node is not made anew before a restart."""
        if status not in (200, 404):
            self.memory["dirty"] = True
            if self.memory["told"] == data[0]:
                self.memory["told"] = data[1]  # still what the API server has: what is no news is not told as such again

    def node(self) -> dict[str, Any]:
        """The Node as Events are about it: the kubelet uses its name for a uid."""
        return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": self.kubelet.node, "uid": self.kubelet.node}}

    def _renew(self, span: int) -> None:
        """Renew the Lease; the first time, create it."""
        kubelet = self.kubelet
        spec = {"holderIdentity": kubelet.node, "leaseDurationSeconds": LEASE_SECONDS,
                "renewTime": self.kernel.microtime(self.kubelet.clock)}
        lease = kubelet.state["lease"]
        if lease is None:
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                    "metadata": {"name": kubelet.node, "namespace": "kube-node-lease"}, "spec": spec}
            kubelet.request("POST", LEASES, body, cause=span, then="lease", level=BACKGROUND)
        else:
            kubelet.request("PUT", f"{LEASES}/{kubelet.node}", {**lease, "spec": spec}, cause=span, then="lease",
                            level=BACKGROUND)
        self.kernel.timer(kubelet.part, LEASE_PERIOD, "renew", background=True)

    def on_lease(self, data: Any, status: int, body: Any, span: int) -> None:
        """Keep the Lease's newest version; if somebody else made it, take over theirs."""
        kubelet = self.kubelet
        if status in (200, 201):
            kubelet.state["lease"] = body
        elif status == 409:
            kubelet.request("GET", f"{LEASES}/{kubelet.node}", cause=span, then="lease_found", level=BACKGROUND)
        elif status == 404:
            kubelet.state["lease"] = None

    def on_lease_found(self, data: Any, status: int, body: Any, span: int) -> None:
        """An earlier life's Lease: renew it now, for it may be old."""
        if status == 200:
            kubelet = self.kubelet
            kubelet.state["lease"] = body
            spec = {**body["spec"], "holderIdentity": kubelet.node, "renewTime": self.kernel.microtime(self.kubelet.clock)}
            kubelet.request("PUT", f"{LEASES}/{kubelet.node}", {**body, "spec": spec}, cause=span, then="lease",
                            level=BACKGROUND)

    def on_timer(self, kind: str, span: int) -> None:
        """The periodic work."""
        if kind == "renew":
            self._renew(span)
            self.update(span)
        elif kind == "register":
            self.register(span)
        elif kind == "node-status":
            self.memory["dirty"] = True
            self.update(span)
            self.kernel.timer(self.kubelet.part, STATUS_PERIOD, "node-status", background=True)
        elif kind == "runtime-check":
            self.kernel.tell(span, "kubelet.no-runtime", {"node": self.kubelet.node})
            self.update(span)
