"""The image store of a node: what was pulled stays on the disk, one pull at a time.

Pulling the same image twice costs a question to the registry and no transfer. The real store keeps layers, which
images share; ours keeps whole images. One at a time is the kubelet's serializeImagePulls, kept here because the
queue is where the pulls are. Source: containerd internal/cri/server/images.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import DETAIL, SECOND, Component
from cluster_sim.node.registry import domain, parse

Call = dict[str, Any]
BANDWIDTH = 100  # bytes a microsecond (100 MB/s)
TIMEOUT = 30 * SECOND


class ImageStore:
    """Works on the runtime's state: "images" (name → bytes), "pulling", "pulls"."""

    def __init__(self, runtime: Component) -> None:
        self.runtime = runtime
        self.kernel = runtime.kernel

    @property
    def state(self) -> dict[str, Any]:
        """The runtime's."""
        return self.runtime.state

    def pull(self, call: Call, span: int) -> None:
        """PullImage: queue it, unless the name is no image's."""
        if parse(call["image"]) is None:
            self.answer(call, {"error": "InvalidImageName", "message":
                               f'Failed to apply default image tag "{call["image"]}": couldn\'t parse image name '
                               f'"{call["image"]}": invalid reference format'}, span)
            return
        self.state["pulls"].append([call, span, self.kernel.now])
        self._next()

    def _next(self) -> None:
        if self.state["pulling"] is None and self.state["pulls"]:
            call, span, asked = self.state["pulls"].pop(0)
            timer = self.kernel.timer(self.runtime.part, TIMEOUT, "pull-timeout", call["id"], cause=span)
            self.state["pulling"] = [call, span, asked, self.kernel.now, timer]
            self.kernel.send(self.runtime.part, "registry", "resolve",
                             {"source": self.runtime.part, "id": call["id"], "image": call["image"]}, span,
                             verb="resolve", subject=call["image"], level=DETAIL)

    def resolved(self, answer: dict[str, Any], span: int) -> None:
        """The registry knows the image (then it is transferred) or not."""
        if self.state["pulling"] is None or self.state["pulling"][0]["id"] != answer["id"]:
            return
        self.kernel.cancel(self.state["pulling"][4])
        if not answer["found"]:
            self._end({"error": "ErrImagePull", "message": not_found(self.state["pulling"][0]["image"])}, span)
            return
        known = self.state["images"].get(self.state["pulling"][0]["image"])
        self.kernel.timer(self.runtime.part, 0 if known else answer["size"] // BANDWIDTH, "pulled", answer, cause=span)

    def unreachable(self, span: int, why: str = "connect: connection refused") -> None:
        """Nobody answers at the registry."""
        if self.state["pulling"] is not None:
            self.kernel.cancel(self.state["pulling"][4])
            image = self.state["pulling"][0]["image"]
            host = domain(image)
            name = full_name(image)
            message = (
                f'rpc error: code = Unknown desc = failed to pull and unpack image "{name}": failed to resolve '
                f'reference "{name}": failed to do request: Head "https://{host}/v2/": dial tcp: {why}'
            )
            self._end({"error": "ErrImagePull", "message": message}, span)

    def pulled(self, answer: dict[str, Any], span: int) -> None:
        """All bytes are here."""
        if self.state["pulling"] is None or self.state["pulling"][0]["id"] != answer["id"]:
            return
        call, _, asked, began, _ = self.state["pulling"]
        self.state["images"][call["image"]] = answer["size"]
        self._end({"size": answer["size"], "took": self.kernel.now - began, "waited": self.kernel.now - asked}, span)

    def _end(self, result: dict[str, Any], span: int) -> None:
        call = self.state["pulling"][0]
        self.state["pulling"] = None
        self.answer(call, result, span)
        self._next()

    def answer(self, call: Call, result: dict[str, Any], span: int) -> None:
        """To the kubelet."""
        self.kernel.send(self.runtime.part, call["source"], "runtime-answer", {"id": call["id"], **result}, span,
                         verb="answer", subject=call.get("subject", ""))


def full_name(image: str) -> str:
    """`nginx` → `docker.io/library/nginx:latest`."""
    parsed = parse(image)
    return f"{parsed[0]}:{parsed[1]}" if parsed else image


def not_found(image: str) -> str:
    """containerd's words for a reference the registry does not have."""
    full = full_name(image)
    return (f'rpc error: code = NotFound desc = failed to pull and unpack image "{full}": '
            f'failed to resolve reference "{full}": {full}: not found')
