"""State as bytes, state as a hash, and positions in a run.

A snapshot is a header and a compressed pickle of builtins; it is read by an unpickler that refuses every class, so
that bytes from anywhere can at worst be nonsense. The hash is over the values, in the order they stand, never over
pickle bytes. People exchange scenes and logs, never snapshots.
"""

from __future__ import annotations

import io
import json
import pickle
import zlib
from hashlib import blake2b
from typing import Any, NamedTuple

from cluster_sim.kernel import frozen

ENGINE = 2  # the engine version a log was made with: it rises when the same log gives another state
FORMAT = b"podium-snapshot-1\n"


class SnapshotError(ValueError):
    """The bytes are no snapshot this engine can read."""


class Position(NamedTuple):
    """A point in a run: virtual time in µs, events run so far, commands taken so far."""

    at: int
    after: int
    commands: int


class _Builtins(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise SnapshotError(f"a snapshot holds plain data only, not {module}.{name}")


def pack(state: dict[str, Any]) -> bytes:
    """The state as bytes; what objects share stays shared."""
    if frozen.enabled:
        state = frozen.thaw(state)
    return FORMAT + zlib.compress(pickle.dumps(state, protocol=5), 1)


def unpack(data: bytes) -> dict[str, Any]:
    """The state of those bytes; raises SnapshotError."""
    if not data.startswith(FORMAT):
        raise SnapshotError("these bytes are no snapshot of this engine")
    try:
        state = _Builtins(io.BytesIO(zlib.decompress(data[len(FORMAT):]))).load()
    except SnapshotError:
        raise
    except Exception as error:  # whatever broken bytes do to zlib and pickle
        raise SnapshotError(f"the snapshot is damaged: {error}") from error
    if not isinstance(state, dict):
        raise SnapshotError("the snapshot holds no cluster")
    return state


def digest(state: dict[str, Any]) -> str:
    """BLAKE2b over the state by value, dicts in their order."""
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()
