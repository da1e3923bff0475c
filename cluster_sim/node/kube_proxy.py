"""kube-proxy: keeps this node's rules for Services current. It is not in the way of any packet.

In iptables mode (the default) it writes rules into the kernel and the kernel picks an endpoint at random for each new
connection; when kube-proxy stops, the rules stay as they are and grow old. It watches Services and EndpointSlices,
and gathers what changes within a second into one sync. The rules lie in the machine's kernel (`NODE/network`).

Source: kubernetes pkg/proxy/iptables/proxier.go. The real one also writes everything anew each 30 s (`syncPeriod`) in
case somebody else had changed its rules; nobody does here, so ours only writes what has changed.
"""

from __future__ import annotations

from cluster_sim.client import Process, Watch
from cluster_sim.client.informer import Object, key_of
from cluster_sim.kernel import DETAIL, SECOND
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import node_network, service_rules
from cluster_sim.node.node_network import NodeNetwork
from cluster_sim.node.service_rules import service_of

register_phrases({
    "kube-proxy.changes": "kube-proxy on {node} changes its rules for {service}: {count}",
    "kube-proxy.removes": "kube-proxy on {node} takes away its rules for {service}",
}, file="cluster_sim/node/kube_proxy.py")

MIN_SYNC_PERIOD = 1 * SECOND


class KubeProxy(Process):
    """Part `NODE/kube-proxy`."""

    kind = "kube-proxy"
    user = "system:kube-proxy"
    watches = (Watch("services"), Watch("endpointslices"))

    def reset(self) -> None:
        """The process died; the machine's kernel keeps the rules."""
        super().reset()
        self.state.update({"dirty": {}, "synced_at": -MIN_SYNC_PERIOD, "planned": False})

    def rebuild(self) -> None:
        """Slices by the Service they belong to."""
        super().rebuild()
        self.informers["endpointslices"].add_index("service", service_of)

    @property
    def network(self) -> NodeNetwork:
        """The machine's kernel, reached by system calls (iptables-save, iptables-restore)."""
        return node_network.of(self)

    def synced(self, span: int) -> None:
        """After a start every rule is looked at, also those of Services that went meanwhile."""
        for key in [*self.network.state["rules"], *self.informers["services"].objects]:
            self.state["dirty"][key] = span
        self._plan(span)

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """Something about a Service changed: sync soon."""
        if resource == "services":
            self.state["dirty"][key_of(new or old or {})] = span
        else:
            for one in (old, new):
                service = service_of(one) if one is not None else None
                if service is not None:
                    self.state["dirty"][service] = span
        self._plan(span)

    def _plan(self, span: int) -> None:
        """At once, but not sooner than a second after the last sync."""
        if self.state["planned"] or not self.state["dirty"] or not all(one.synced for one in self.informers.values()):
            return
        self.state["planned"] = True
        wait = max(0, self.state["synced_at"] + MIN_SYNC_PERIOD - self.kernel.now)
        self.kernel.timer(self.part, wait, "sync-rules", cause=span)

    def on_timer(self, kind: str, payload: object, span: int) -> None:
        """Write the rules of what has changed."""
        if kind != "sync-rules":
            return
        dirty, self.state["dirty"] = self.state["dirty"], {}
        self.state.update(planned=False, synced_at=self.kernel.now)
        zone, rules = self.network.zone, self.network.state["rules"]
        changed: dict[str, Object] = {}
        removed: list[str] = []
        for key, cause in dirty.items():
            rule = self._rule(key, zone)
            if rule == rules.get(key):
                continue
            if rule is None:
                removed.append(key)
            else:
                changed[key] = rule
            count = f"{len(rule['endpoints'])} endpoints" if rule else ""
            self.kernel.work(self.part, cause, verb="rules", subject=f"service/{key}", level=DETAIL,
                             phrase="kube-proxy.changes" if rule else "kube-proxy.removes",
                             args={"node": self.node, "service": key.partition("/")[2], "count": count}, detail=rule)
        if changed or removed:
            self.network.restore_rules(changed, removed)

    def _rule(self, key: str, zone: str | None) -> Object | None:
        """The Service's rule as it should be; None if it has no address of its own (headless) or is gone."""
        service = self.informers["services"].get(key)
        if service is None or service["spec"].get("clusterIP") in (None, "", "None"):
            return None
        slices = sorted(self.informers["endpointslices"].by("service", key), key=key_of)
        return service_rules.rule(service, slices, self.node, zone)

    def view(self) -> Object:
        """The rules this node has now."""
        return {**super().view(), "rules": self.network.state["rules"]}
