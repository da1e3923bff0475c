"""VolumeZone: a volume that carries the label of a zone or region can be used by nodes there.

Clouds' volumes had only these labels before they had node affinity. A node without any such label takes every volume.
Source: pkg/scheduler/framework/plugins/volumezone/volume_zone.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import Cycle, Plugin, Rejection
from cluster_sim.scheduler.node_info import NodeInfo

LABELS = ("failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
          "topology.kubernetes.io/zone", "topology.kubernetes.io/region")
TODAY = dict(zip(LABELS[:2], LABELS[2:], strict=True))  # what the labels of old are called now
SEPARATOR = "__"  # between several zones in one label


class VolumeZone(Plugin):
    """Filter by the labels of bound volumes."""

    name = "VolumeZone"
    wakes = ("node-add", "node-label", "claim", "volume", "class")
    ELSEWHERE = Rejection("VolumeZone", ("node(s) had no available volume zone",), unresolvable=True)

    def filters(self, cycle: Cycle) -> bool:
        """Only if one of the pod's volumes has such a label, or is missing."""
        return bool(cycle.shape.claims) and (bool(self._missing(cycle)) or bool(self._places(cycle)))

    looks_beyond = filters

    def prepare(self, cycle: Cycle) -> Rejection | None:
        """Label and allowed values, for each label of each volume; a volume that is gone cannot be anywhere."""
        missing = self._missing(cycle)
        if missing:
            return Rejection(self.name, (f'persistentvolume "{missing[0]}" not found',), unresolvable=True)
        cycle.data[self.name] = self._places(cycle)
        return None

    def filter(self, cycle: Cycle, node: NodeInfo) -> Rejection | None:
        """Whether the node lies where every volume can be used."""
        if not any(label in node.labels for label in LABELS):
            return None
        labels = node.labels
        allowed = all(labels.get(label, labels.get(TODAY.get(label, label))) in values for label, values in cycle.data[self.name])
        return None if allowed else self.ELSEWHERE

    def _missing(self, cycle: Cycle) -> list[str]:
        """Volumes that claims name but that don't exist."""
        shape, volumes = cycle.shape, cycle.listers["persistentvolumes"]
        claims = [cycle.listers["persistentvolumeclaims"].get(f"{shape.namespace}/{name}") for name in shape.claims]
        named = [claim["spec"].get("volumeName") for claim in claims if claim is not None]
        return [name for name in named if name and volumes.get(name) is None]

    def _places(self, cycle: Cycle) -> list[tuple[str, list[str]]]:
        shape, found = cycle.shape, []
        for name in shape.claims:
            claim = cycle.listers["persistentvolumeclaims"].get(f"{shape.namespace}/{name}")
            volume = cycle.listers["persistentvolumes"].get(((claim or {}).get("spec") or {}).get("volumeName") or "")
            labels = (volume or {"metadata": {}})["metadata"].get("labels") or {}
            found += [(label, labels[label].split(SEPARATOR)) for label in LABELS if label in labels]
        return found
