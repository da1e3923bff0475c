"""How many pods a selector matches on each node, kept as pods come and go.

Spreading asks this at every decision. Counting anew would look at every pod of the cluster each time; here each
shape of pod is matched once and then only counted. The real plugin counts anew (podtopologyspread/common.go).
"""

from __future__ import annotations

from collections.abc import Callable

from cluster_sim.scheduler.node_info import NodeInfo, ScheduledPod
from cluster_sim.scheduler.pod_shape import PodShape


class SelectorCounter:
    """Pods of one namespace that match, per node and per value of a topology label."""

    def __init__(self, namespace: str, matches: Callable[[dict[str, str]], bool]) -> None:
        self.namespace = namespace
        self._matches = matches
        self._known: dict[str, bool] = {}
        self.by_node: dict[str, int] = {}
        self.domains: dict[str, dict[str, int]] = {}  # topology key → value → pods

    def counts(self, pod: ScheduledPod) -> bool:
        """Whether this pod is one of those meant; pods on their way out are not."""
        return not pod.deleting and self.matches(pod.shape)

    def matches(self, shape: PodShape) -> bool:
        """Whether pods of this shape are meant."""
        known = self._known.get(shape.key)
        if known is None:
            known = self._known[shape.key] = shape.namespace == self.namespace and self._matches(shape.labels)
        return known

    def track(self, topology_key: str, nodes: dict[str, NodeInfo]) -> dict[str, int]:
        """The count per value of a node label; kept current from now on."""
        found = self.domains.get(topology_key)
        if found is None:
            found = self.domains[topology_key] = {}
            for node in nodes.values():
                value = node.labels.get(topology_key)
                if value is not None and node.node is not None:
                    found[value] = found.get(value, 0) + self.by_node.get(node.name, 0)
        return found

    def fill(self, nodes: dict[str, NodeInfo]) -> None:
        """Count every pod there is."""
        self.by_node = {node.name: sum(map(self.counts, node.pods.values())) for node in nodes.values()}
        self.domains = {}

    def change(self, node: NodeInfo, by: int) -> None:
        """A pod that counts came to the node, or left it."""
        self.by_node[node.name] = self.by_node.get(node.name, 0) + by
        for key, domain in self.domains.items():
            value = node.labels.get(key)
            if value is not None:
                domain[value] = domain.get(value, 0) + by

    def forget_domains(self) -> None:
        """Node labels changed: sums over them must be made anew."""
        self.domains = {}
