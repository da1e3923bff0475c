"""The node lifecycle controller: a node that falls silent is noticed here, and nowhere else.

A kubelet renews its Lease every 10 s. Every 5 s this controller looks whose last sign of life is older than 50 s. It
cannot tell a dead machine from a cut cable, so it writes `Unknown`, not `False`; taints the node, first so that nothing
new is scheduled there (NoSchedule), then so that what runs there leaves (NoExecute; taint_eviction.py does that after
each pod's toleration, 300 s by default); and marks its pods not ready, so that Services stop sending traffic there.

When many nodes of a zone fall silent together the fault is more likely the network's: then evictions slow down or
stop (node_health.py).

Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta
from cluster_sim.api.conditions import find_condition
from cluster_sim.client import MERGE_PATCH, STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.client.event_recorder import record
from cluster_sim.controllers import node_health as rules
from cluster_sim.controllers import pods
from cluster_sim.controllers.pod_gc import NODE_INDEX, index_by_node
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import refused
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "node_lifecycle.unknown": "Node controller has heard nothing from {node} for {seconds} s and marks it Unknown",
    "node_lifecycle.taint": "Node controller taints {node}: {taints}",
    "node_lifecycle.untaint": "Node controller takes taints off {node}",
    "node_lifecycle.pod": "Node controller marks {pod} not ready: its node {node} is not",
}, file="cluster_sim/controllers/node_lifecycle.py")

LEASE_NAMESPACE = "kube-node-lease"


class NodeLifecycleController(Controller):
    """Nodes, by their signs of life."""

    name = "node-lifecycle"
    account = "node-controller"
    watches = ("nodes", "leases", "pods")
    reads = ("pods",)

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        index_by_node(process)
        self.nodes: dict[str, Any] = self.state.setdefault("nodes", {})  # name → heard (µs), span, ready, evicting
        self.zones: dict[str, Any] = self.state.setdefault("zones", {})  # zone → when the next node may be tainted
        self.state.setdefault("all_down", False)

    def begin(self, span: int) -> None:
        """Look every 5 s."""
        self.every(rules.PERIOD)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A Lease renewed is a sign of life; so is a node's own report. A changed node needs a look at its taints."""
        if resource == "leases":
            if new is not None and meta.namespace(new) == LEASE_NAMESPACE and meta.name(new) in self.nodes:
                self.nodes[meta.name(new)] |= {"heard": self.now, "span": self.process.observing}
            return ()
        if resource == "pods" or (old or new) is None:
            return ()
        name = meta.name(new or old or {})
        if new is None:
            self.nodes.pop(name, None)
        elif name not in self.nodes:
            self.nodes[name] = {"heard": self.now, "span": self.process.observing, "ready": None,
                                "evicting": rules.has_eviction_taint(new)}
        elif _report(new) != _report(old) and rules.ready_status(new) != "Unknown":
            self.nodes[name] |= {"heard": self.now, "span": self.process.observing}
        if old is not None and new is not None and _report(new, True) == _report(old, True) and (
                old.get("spec") == new.get("spec")):
            return ()  # only a heartbeat
        return (name,)

    def tick(self, span: int) -> None:
        """Who is overdue? Who has been bad since the last look, and may be tainted with NoExecute now?"""
        self.every(rules.PERIOD)
        nodes = self.lister("nodes").list()
        zones = rules.zone_states(nodes)
        self.note_disruption(zones, span)
        for node in sorted(nodes, key=meta.name):
            known = self.nodes.get(meta.name(node))
            if known is None:
                continue
            if rules.is_overdue(node, known["heard"], self.now):
                self.enqueue(meta.name(node), span)
            elif rules.ready_status(node) in ("False", "Unknown") and not known["evicting"]:
                if not self.state["all_down"] and self.may_evict(rules.zone_of(node), zones):
                    known["evicting"] = True
                    self.enqueue(meta.name(node), span)

    def note_disruption(self, zones: dict[str, Any], span: int) -> None:
        """If every zone is down, the fault is probably ours: evict nobody. When it is over, give everybody new time."""
        down = bool(zones) and all(zone["state"] == "FullDisruption" for zone in zones.values())
        if down == self.state["all_down"]:
            return
        self.state["all_down"] = down
        for name, known in self.nodes.items():
            if down and known["evicting"]:
                known["evicting"] = False
                self.enqueue(name, span)
            elif not down:
                known["heard"] = self.now

    def may_evict(self, zone: str, zones: dict[str, Any]) -> bool:
        """Spend the zone's turn, if it has come."""
        pause = rules.eviction_pause(zones[zone])
        if pause is None or self.zones.get(zone, 0) > self.now:
            return False
        self.zones[zone] = self.now + pause
        return True

    def sync(self, key: str, span: int) -> None:
        """Write silence into the conditions; else see to taints and pods."""
        node = self.lister("nodes").get(key)
        known = self.nodes.get(key)
        if node is None or known is None:
            if known is None and node is None:
                gone = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": key, "uid": key}}
                self.tell(gone, "RemovingNode", f"Node {key} event: Removing Node {key} from Controller")
            return
        if known["ready"] is None:
            self.tell(node, "RegisteredNode", f"Node {key} event: Registered Node {key} in Controller")
            known["ready"] = rules.ready_status(node) or ""
        if rules.is_overdue(node, known["heard"], self.now):
            seconds = (self.now - known["heard"]) // SECOND
            self.blame(known["span"], *self.kernel.behind_silence(f"{key}/kubelet"))
            conditions = rules.silent_conditions(node, self.kernel.timestamp())
            self.patch("nodes", node, {"status": {"conditions": conditions}}, subresource="status", then="unknown",
                       content_type=STRATEGIC_MERGE_PATCH, subject=key, phrase="node_lifecycle.unknown",
                       args={"node": key, "seconds": seconds},
                       detail={"rule": "node-monitor-grace-period", "heard": known["heard"],
                               "seconds": rules.GRACE // SECOND})
        else:
            self.settle(node)

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Once the node counts as silent: taints and pods."""
        node = self.lister("nodes").get(key)
        if node is not None and key in self.nodes and answers[0][0] == "unknown" and not refused(answers):
            self.settle(node)

    def settle(self, node: Object) -> None:
        """Make taints and pods agree with the conditions."""
        name, ready = meta.name(node), rules.ready_status(node)
        known = self.nodes[name]
        if ready == "True":
            known["evicting"] = False
        elif known["ready"] == "True":
            self.tell(node, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
            self.mark_pods(name)
        known["ready"] = ready or ""
        before = (node.get("spec") or {}).get("taints") or []
        taints = rules.wanted_taints(node, known["evicting"], self.kernel.timestamp())
        if taints != before:
            self.blame(*self.kernel.behind_silence(f"{name}/kubelet"))
            added = [f"{taint['key']}:{taint['effect']}" for taint in taints if taint not in before]
            self.patch("nodes", node, {"metadata": {"resourceVersion": node["metadata"]["resourceVersion"]},
                                       "spec": {"taints": taints or None}}, content_type=MERGE_PATCH, then="tainted",
                       subject=name, phrase=f"node_lifecycle.{'taint' if added else 'untaint'}",
                       args={"node": name, "taints": ", ".join(added)})

    def mark_pods(self, node: str) -> None:
        """Services must not send traffic to pods of which nobody knows how they are."""
        for pod in sorted(self.lister("pods").by(NODE_INDEX, node), key=meta.key):
            ready = pods.condition(pod, "Ready")
            if ready is not None and ready["status"] != "False":
                record(self.process, "node-controller", pod, "Warning", "NodeNotReady", "Node is not ready", self._span)
                condition = {"type": "Ready", "status": "False", "lastTransitionTime": self.kernel.timestamp()}
                self.patch("pods", pod, {"status": {"conditions": [condition]}}, subresource="status", then="marked",
                           content_type=STRATEGIC_MERGE_PATCH, subject=meta.name(pod), phrase="node_lifecycle.pod",
                           args={"pod": meta.name(pod), "node": node}, level=DETAIL)

    def tell(self, node: Object, reason: str, message: str) -> None:
        """An Event about a node."""
        record(self.process, "node-controller", node, "Normal", reason, message, self._span)


def _report(node: Object | None, without_times: bool = False) -> Any:
    """The Ready condition; or what all conditions say, without their times."""
    conditions = ((node or {}).get("status") or {}).get("conditions")
    if not without_times:
        return find_condition(conditions, "Ready")
    return [(condition["type"], condition["status"]) for condition in conditions or ()]
