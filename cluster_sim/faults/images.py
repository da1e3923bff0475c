"""An image's tag is gone from the registry, as when somebody deleted or mistyped it. What nodes have, they keep."""

from __future__ import annotations

from cluster_sim.faults.containers import runtimes
from cluster_sim.faults.fault import Fault, Options
from cluster_sim.kernel import Kernel
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node.registry import parse

register_phrases({
    "fault.image-gone": "You take the image {target} out of the registry",
    "fault.image-back": "You push the image {target} to the registry again",
}, file="cluster_sim/faults/images.py")


def images(kernel: Kernel) -> list[str]:
    """Images that some node has or that a container was made from; any other name will do as well."""
    return list(dict.fromkeys(image for runtime in runtimes(kernel) for image in runtime.view().get("images", [])))


def _take_out(kernel: Kernel, fault: str, image: str, options: Options, cause: int) -> None:
    kernel.world.setdefault("missing-images", {})[fault] = image


def _push(kernel: Kernel, fault: str, image: str, options: Options, cause: int) -> None:
    missing = kernel.world["missing-images"]
    del missing[fault]
    if not missing:
        del kernel.world["missing-images"]


FAULTS = (
    Fault("image-gone", "A tag disappears from the registry: it cannot be pulled any more", images, {}, _take_out, _push,
          "fault.image-gone", "fault.image-back", accepts=lambda kernel, image: parse(image) is not None),
)
