"""kube-proxy: keeps this node's rules for Services current. It is not in the way of any packet.

In iptables mode (the default) it writes rules into the kernel and the kernel picks an endpoint at random for each new
connection; when kube-proxy stops, the rules stay as they are and grow old. It watches Services and EndpointSlices.
Source: kubernetes pkg/proxy/iptables/proxier.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import Process, Watch
from cluster_sim.client.informer import Object

SYNC_PERIOD = 1_000_000  # changes are gathered: at most one sync a second


class KubeProxy(Process):
    """Part `NODE/kube-proxy`."""

    kind = "kube-proxy"
    user = "system:kube-proxy"
    watches = (Watch("services"), Watch("endpointslices"))

    def reset(self) -> None:
        """The process died; the kernel keeps the rules."""
        rules = self.state.get("rules", {})
        super().reset()
        self.state.update({"rules": rules, "waiting": False})

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """Something about a Service changed: sync soon."""
        if not self.state["waiting"]:
            self.state["waiting"] = True
            self.kernel.timer(self.part, SYNC_PERIOD, "sync-rules", cause=span)

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """Write the rules anew."""
        if kind == "sync-rules":
            self.state["waiting"] = False
            self.state["rules"] = dict(self._rules())

    def _rules(self) -> list[tuple[str, Object]]:
        """For each Service with an address: its ports and the ready endpoints behind them."""
        found = []
        for service in self.informer("services").list():
            meta, spec = service["metadata"], service["spec"]
            if spec.get("clusterIP") in (None, "", "None"):
                continue
            endpoints = []
            for part in self.informer("endpointslices").list(meta["namespace"]):
                if part["metadata"].get("labels", {}).get("kubernetes.io/service-name") == meta["name"]:
                    endpoints += [address for endpoint in part.get("endpoints") or ()
                                  if (endpoint.get("conditions") or {}).get("ready", True)
                                  for address in endpoint["addresses"]]
            found.append((f"{meta['namespace']}/{meta['name']}", {
                "address": spec["clusterIP"], "ports": [port["port"] for port in spec.get("ports", ())],
                "endpoints": endpoints}))
        return found

    def view(self) -> Object:
        """The rules this node has now."""
        return {**super().view(), "rules": self.state["rules"]}
