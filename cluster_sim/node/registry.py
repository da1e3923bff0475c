"""The registry: answers which images there are, and how big they are.

A real registry knows what was pushed to it. Ours knows every repository, and of each the tags that look like a
version (`1.27`, `v2.0.1-alpine`) or are customary (`latest`, `stable`, `alpine`); any other tag is a typing error and
is not found, as is a repository called `missing` or `does-not-exist`; a name that is no image reference is refused.
Sizes of well-known images are near their real ones.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from cluster_sim.kernel import Component
from cluster_sim.kernel.loop import register_connecting

register_connecting("resolve")

MB = 1_000_000
SIZES = {"nginx": 72 * MB, "redis": 52 * MB, "postgres": 158 * MB, "mysql": 260 * MB, "busybox": 2 * MB,
         "alpine": 4 * MB, "httpd": 58 * MB, "coredns": 23 * MB, "pause": 1 * MB}
TAG = re.compile(r"v?\d+(\.\d+)*(-[a-z][a-z0-9]*(\.\d+)*)*|latest|stable|alpine|slim|main|edge")
REFERENCE = re.compile(r"(?P<name>[a-z0-9]+([._/:-]+[a-z0-9]+)*?)(:(?P<tag>[\w][\w.-]{0,127}))?(@sha256:[0-9a-f]{64})?")


def parse(image: str) -> tuple[str, str] | None:
    """(full name, tag) of a reference, as containerd normalises it; None if it is no reference."""
    match = REFERENCE.fullmatch(image)
    if match is None:
        return None
    name = match["name"]
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif "." not in first and ":" not in first and first != "localhost":
        name = f"docker.io/{name}"
    return name, match["tag"] or "latest"


def domain(image: str) -> str:
    """The host of the registry that an image's name stands for."""
    parsed = parse(image)
    host = parsed[0].partition("/")[0] if parsed else ""
    return "registry-1.docker.io" if host == "docker.io" else host


def size_of(name: str) -> int:
    """Bytes of an image; unknown ones have a size that follows from their name."""
    short = name.rpartition("/")[2]
    return SIZES.get(short) or (20 + zlib.crc32(short.encode()) % 100) * MB


def exists(image: str) -> bool:
    """Whether the registry has it."""
    parsed = parse(image)
    if parsed is None or parsed[0].rpartition("/")[2] in ("missing", "does-not-exist"):
        return False
    return TAG.fullmatch(parsed[1]) is not None


class Registry(Component):
    """Part `registry`, somewhere outside the cluster."""

    kind = "registry"

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """Answer whether an image exists."""
        if kind != "resolve":
            return
        parsed, found = parse(payload["image"]), exists(payload["image"])
        gone = [parse(image) for image in self.kernel.world.get("missing-images", {}).values()]
        found = found and parsed not in gone
        answer = {"id": payload["id"], "found": found, "size": size_of(parsed[0]) if parsed and found else 0}
        self.kernel.send(self.part, payload["source"], "resolved", answer, span, verb="resolved",
                         subject=payload["image"])
