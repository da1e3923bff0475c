"""ImageLocality: prefer nodes that have the pod's images already, weighted by size and by how common they are.

An image that only one node has counts little, so that not everything flocks there. Names are compared as the node's
status shows them (`docker.io/library/nginx:1.27`), so a pod that says `nginx:1.27` gains nothing: that is so in
real clusters too. Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go.
"""

from __future__ import annotations

from cluster_sim.scheduler.framework import MAX_SCORE, Cycle, Plugin
from cluster_sim.scheduler.node_info import NodeInfo

MIB = 1024 * 1024
LOWEST = 23 * MIB  # below this an image is too small to matter
HIGHEST = 1000 * MIB  # per container


class ImageLocality(Plugin):
    """Score by images present."""

    name = "ImageLocality"
    weight = 1

    def scores(self, cycle: Cycle) -> bool:
        """Only if some node has one of the images."""
        return any(cycle.cache.image_nodes.get(image) for image in cycle.shape.images)

    def raw(self, cycle: Cycle, node: NodeInfo) -> int:
        """Bytes present, each image scaled by the share of nodes that have it; then to 0–100."""
        total = len(cycle.cache.order)
        present = sum(int(float(node.images[image]) * (cycle.cache.image_nodes[image] / total))
                      for image in cycle.shape.images if image in node.images)
        highest = HIGHEST * len(cycle.shape.images)
        return MAX_SCORE * (min(max(present, LOWEST), highest) - LOWEST) // (highest - LOWEST)
