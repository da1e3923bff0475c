"""Cluster IPs and node ports: drawn from their ranges, each used once.

The real server keeps bitmaps (now IPAddress objects) in etcd and repairs them; ours reads what is taken off the
Services themselves, plus what it has promised to writes still under way. Dynamic addresses come from the upper part
of the range, so that people can choose fixed ones from the lower.

Upstream: kubernetes/pkg/registry/core/service/ipallocator, portallocator.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.watch_cache import WatchCache
from cluster_sim.kernel import Kernel

Object = dict[str, Any]

NETWORK, RANGE = 10 << 24 | 96 << 16, 1 << 20  # 10.96.0.0/12, kubeadm's --service-cluster-ip-range
SIZE = 4096  # addresses given out: the first of the range, which is enough and quick to look at
BAND = 256  # addresses below are for fixed choices: min(max(16, 2**12 / 16), 256)
FIRST_PORT, PORTS = 30000, 2768
PORT_BAND = 86


def address(number: int) -> str:
    """A number as dotted IPv4."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def in_range(word: str) -> bool:
    """Whether an IPv4 address is one of the cluster's for Services."""
    parts = word.split(".")
    if len(parts) != 4:
        return False
    number = sum(int(part) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))
    return NETWORK < number < NETWORK + RANGE - 1


class Allocator:
    """What is taken; `reserved` (state) holds promises to writes that have not come back as Services."""

    def __init__(self, cache: WatchCache, reserved: dict[str, str]) -> None:
        self.reserved = reserved
        self.taken: dict[str, str] = {}  # address or port → key of its Service
        for obj in cache.list("services/specs"):
            self._take(obj)

    def observe(self, change: list[Any]) -> None:
        """A Service has changed."""
        kind, key, obj, before = change[1], change[2], change[3], change[4]
        for word in _words(before) if before is not None else ():
            if self.taken.get(word) == key:
                del self.taken[word]
        if kind != "DELETED":
            self._take(obj)
            for word in _words(obj):
                self.reserved.pop(word, None)

    def owner(self, word: str) -> str | None:
        """The key of the Service that has an address or port, or was promised it."""
        return self.taken.get(word) or self.reserved.get(word)

    def draw_address(self, kernel: Kernel, key: str) -> str:
        """A free cluster IP."""
        start = BAND + kernel.draw("clusterIP", SIZE - BAND - 1)
        for step in range(SIZE - 2):
            word = address(NETWORK + 1 + (start - 1 + step) % (SIZE - 2))
            if self.owner(word) is None:
                self.reserved[word] = key
                return word
        raise ApiError(status.internal("failed to allocate IP: range is full"))

    def draw_port(self, kernel: Kernel, key: str) -> int:
        """A free node port."""
        start = PORT_BAND + kernel.draw("nodePort", PORTS - PORT_BAND)
        for step in range(PORTS):
            port = FIRST_PORT + (start + step) % PORTS
            if self.owner(str(port)) is None:
                self.reserved[str(port)] = key
                return port
        raise ApiError(status.internal("failed to allocate a nodePort: range is full"))

    def claim(self, word: str, key: str) -> bool:
        """Take a chosen address or port; False if somebody else has it."""
        owner = self.owner(word)
        if owner is not None and owner != key:
            return False
        if owner is None:
            self.reserved[word] = key
        return True

    def _take(self, obj: Object) -> None:
        meta = obj["metadata"]
        for word in _words(obj):
            self.taken[word] = f"{meta['namespace']}/{meta['name']}"


def _words(obj: Object) -> list[str]:
    """Addresses and ports of a Service."""
    spec = obj.get("spec") or {}
    words = [ip for ip in spec.get("clusterIPs") or [] if ip != "None"]
    words += [str(port["nodePort"]) for port in spec.get("ports") or [] if port.get("nodePort")]
    if spec.get("healthCheckNodePort"):
        words.append(str(spec["healthCheckNodePort"]))
    return words
