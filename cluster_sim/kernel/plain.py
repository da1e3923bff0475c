"""Plain data as bytes, and back. marshal knows builtins and nothing else, writes each shared value once, and needs half
of pickle's time. It trusts what it reads: `history` takes no bytes whose checksum is not theirs.

Real components write protobuf to etcd and keep nothing else; ours keep their memory too, so that a cluster can be cut
between any two events.
"""

from __future__ import annotations

import gc
import marshal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cluster_sim.kernel import frozen


def dumps(value: Any) -> bytes:
    """The value as bytes; what it shares stays shared. Raises ValueError for anything but builtins."""
    return marshal.dumps(frozen.thaw(value) if frozen.enabled else value)


def loads(data: bytes | memoryview) -> Any:
    """The value of bytes that `dumps` made."""
    with growing():
        return marshal.loads(data)


@contextmanager
def growing() -> Iterator[None]:
    """So many new containers at once would make the garbage collector look through all of them several times over, to
    find that nothing is garbage: it waits until they are there."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
