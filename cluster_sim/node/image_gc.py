"""Image garbage collection: when the disk is 85 % full, images that no container uses go, until it is 80 % full.

The one that was used longest ago goes first; none that was pulled within the last two minutes. The kubelet looks every
5 minutes; ours looks then after an image was pulled, for nothing else fills the image store.
Source: kubernetes pkg/kubelet/images/image_gc_manager.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

Object = dict[str, Any]
PERIOD = 300 * SECOND
HIGH, LOW = 85, 80  # percent
YOUNG = 120 * SECOND


def plan(kubelet: Kubelet) -> None:
    """An image was pulled: look at the next full period."""
    memory = kubelet.state["image_gc"]
    if not memory["planned"]:
        memory["planned"] = True
        kernel = kubelet.kernel
        kernel.timer(kubelet.part, PERIOD - kernel.now % PERIOD, "image-gc", None, background=True)


def due(kubelet: Kubelet, span: int) -> None:
    """Ask the runtime how full the disk is."""
    kubelet.state["image_gc"]["planned"] = False
    if kubelet.state["settled"]:
        kubelet.runtime("ContainerStats", {}, "image_usage", "", "", span, subject="disk")


def note_use(kubelet: Kubelet, image: str) -> None:
    """A container was made from it, or it was pulled."""
    kubelet.state["image_gc"]["used"][image] = kubelet.kernel.now


def collect(kubelet: Kubelet, stats: Object, span: int) -> None:
    """Remove what may go, the longest unused first."""
    (has, taken), now, used = stats["disk"], kubelet.kernel.now, kubelet.state["image_gc"]["used"]
    if taken * 100 < has * HIGH:
        return
    wanted, freed = taken - has * LOW // 100, 0
    names = sorted(stats["images"], key=lambda image: (used.get(image, 0), image))
    for image in names:
        if freed >= wanted:
            break
        if image not in stats["in_use"] and now - used.get(image, 0) >= YOUNG:
            freed += stats["images"][image]
            used.pop(image, None)
            kubelet.evictions.remove_image(image, span)
    if freed < wanted:
        record(kubelet, "kubelet", kubelet.registration.node(), "Warning", "FreeDiskSpaceFailed",
               f"Failed to garbage collect required amount of images. Attempted to free {wanted} bytes, but only found {freed} "
               "bytes eligible to free.", span)
