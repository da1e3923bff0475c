"""CoreDNS: answers the names of Services from what it hears of the API server.

It is a pod like any other: clients reach it by the rules of its Service, and what it knows is its watch's copy. While the
API server is down it goes on answering what it knew. Names outside the cluster it passes on to its machine's own name
server.

Source: coredns plugin/kubernetes, plugin/forward, plugin/loadbalance (answers turn round); kubeadm's Corefile. Answers are
not cached by clients, as in the real world; CoreDNS' own cache would only spare it work.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import Process, Watch
from cluster_sim.node import dns_records, outside
from cluster_sim.node.service_rules import service_of

Object = dict[str, Any]
ALIASES = 8  # followed for one question


class CoreDNS(Process):
    """Part `pod/NAMESPACE/NAME`; begun by its container (see `pod_process`)."""

    kind = "coredns"
    watches = (Watch("services"), Watch("endpointslices"), Watch("namespaces"))

    def reset(self) -> None:
        """The process ended: what it knew is gone."""
        kept: Object = {name: self.state[name] for name in ("process", "machine", "container") if name in self.state}
        super().reset()
        self.state.update(kept)

    @property
    def node(self) -> str:
        """The machine its pod runs on."""
        return str(self.state.get("machine", ""))

    @property
    def user(self) -> str:  # type: ignore[override]
        """Its service account."""
        return f"system:serviceaccount:{self.part.split('/')[1]}:coredns"

    def rebuild(self) -> None:
        """Slices by the Service they belong to."""
        super().rebuild()
        self.informers["endpointslices"].add_index("service", service_of)

    def resolve(self, name: str, types: list[str]) -> Object:
        """The answer to one question."""
        found: Object = {"code": "NOERROR", "answers": [], "addresses": []}
        for _ in range(ALIASES):
            one = self._one(name.rstrip("."), types)
            found = {**one, "answers": [*found["answers"], *one["answers"]]}
            if "alias" not in one:
                break
            name = one["alias"]
        addresses = found["addresses"]
        if len(addresses) > 1:
            turn = self.kernel.draw(f"dns {self.part}", len(addresses))
            found["addresses"] = addresses[turn:] + addresses[:turn]
        return found

    def _one(self, name: str, types: list[str]) -> Object:
        if not dns_records.in_zone(name):
            return outside.look_up(name)
        if not all(informer.synced for informer in self.informers.values()):
            return {"code": "SERVFAIL", "answers": [], "addresses": []}
        slices = self.informers["endpointslices"]
        return dns_records.answer(name, types, self.informers["services"].get, lambda key: slices.by("service", key))

    def view(self) -> Object:
        """Whether it knows what the API server has."""
        return {**super().view(), "synced": all(informer.synced for informer in self.informers.values())}
