"""The network plugin's agent for policies: turns NetworkPolicies into rules for the pods of its node.

It stands for Calico's Felix (`calico-node`), which writes iptables rules as kube-proxy does: packets never pass through
it, and when it stops, the rules stay and grow old. A cluster without such an agent (flannel alone) takes NetworkPolicies
and enforces none.

It watches policies always, and pods and namespaces only once there is a policy, so that a cluster without policies pays
for one idle watch a node. Source: projectcalico/calico felix; kubernetes networking/v1.
"""

from __future__ import annotations

from cluster_sim.client import Process, Watch
from cluster_sim.client.informer import Object, key_of
from cluster_sim.kernel import DETAIL, MS
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import network_policy, node_network

register_phrases({
    "policy-agent.changes": "calico-node on {node} changes its rules: policies bind {count} of its pods",
}, file="cluster_sim/node/policy_agent.py")

PAUSE = 50 * MS  # what changes meanwhile is one update
MORE = (Watch("pods"), Watch("namespaces"))


class PolicyAgent(Process):
    """Part `pod/NAMESPACE/NAME`; begun by its container (see `pod_process`)."""

    kind = "calico-node"

    @property
    def node(self) -> str:
        """The machine its pod runs on."""
        return str(self.state.get("machine", ""))

    @property
    def user(self) -> str:  # type: ignore[override]
        """Its service account."""
        return f"system:serviceaccount:{self.part.split('/')[1]}:calico-node"

    def interests(self) -> tuple[Watch, ...]:
        """Policies; the rest when there is one."""
        return (Watch("networkpolicies"), *(MORE if self.state.get("enforcing") else ()))

    def reset(self) -> None:
        """The process ended; the machine's kernel keeps the rules."""
        kept: Object = {name: self.state[name] for name in ("process", "machine", "container") if name in self.state}
        super().reset()
        self.state.update({**kept, "enforcing": False, "planned": False})

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """A policy, a pod or a namespace changed."""
        if resource == "networkpolicies" and not self.state["enforcing"]:
            self.state["enforcing"] = True
            for watch in MORE:
                self.follow(watch, span)
        if resource != "pods" or _seen(old) != _seen(new):
            self._plan(span)

    def synced(self, span: int) -> None:
        """After a start the rules that are there may be old."""
        self._plan(span)

    def _plan(self, span: int) -> None:
        if not self.state["planned"]:
            self.state["planned"] = True
            self.kernel.timer(self.part, PAUSE, "policies", cause=span)

    def on_timer(self, kind: str, payload: object, span: int) -> None:
        """Write the rules anew."""
        if kind != "policies":
            return
        self.state["planned"] = False
        if not all(informer.synced for informer in self.informers.values()):
            return
        rules: dict[str, Object] = {}
        if self.state["enforcing"]:
            policies = sorted(self.informers["networkpolicies"].list(), key=key_of)
            namespaces, pods = self.informers["namespaces"].objects, sorted(self.informers["pods"].list(), key=key_of)
            for pod in pods:
                if pod["spec"].get("nodeName") == self.node and _address(pod) and not pod["spec"].get("hostNetwork"):
                    made = network_policy.compile_for(pod, policies, namespaces, pods)
                    if made:
                        rules[_address(pod)] = made
        network = node_network.of(self)
        if rules != network.state["policies"]:
            network.restore_policies(rules)
            self.kernel.work(self.part, span, verb="policies", subject="networkpolicies", phrase="policy-agent.changes",
                             args={"node": self.node, "count": len(rules)}, level=DETAIL)


def _address(pod: Object) -> str:
    return str((pod.get("status") or {}).get("podIP") or "")


def _seen(pod: Object | None) -> list[object]:
    """What of a pod can matter to policies."""
    if pod is None:
        return []
    return [pod["metadata"].get("labels"), _address(pod), pod["spec"].get("nodeName")]
