"""State as bytes, state as a hash, and positions in a run.

A snapshot is a header and a pickle of builtins (see kernel/plain.py), compressed where it is stored. The hash is over
the values, in the order they stand, never over pickle bytes. People exchange scenes and logs, never snapshots.
"""

from __future__ import annotations

import json
import zlib
from hashlib import blake2b
from typing import Any, NamedTuple

from cluster_sim.kernel import plain

ENGINE = 3  # the engine version a log was made with: it rises when the same log gives another state
FORMAT = b"podium-snapshot-1\n"  # compressed
PLAIN = b"podium-snapshot-2\n"


class SnapshotError(ValueError):
    """The bytes are no snapshot this engine can read."""


class Position(NamedTuple):
    """A point in a run: virtual time in µs, events run so far, commands taken so far."""

    at: int
    after: int
    commands: int


def pack(state: dict[str, Any]) -> bytes:
    """The state as bytes; what objects share stays shared."""
    return PLAIN + plain.dumps(state)


def compress(data: bytes) -> bytes:
    """A snapshot to be stored: a tenth of the size, for as much time again as it took to make."""
    return FORMAT + zlib.compress(data[len(PLAIN):], 1) if data.startswith(PLAIN) else data


def unpack(data: bytes) -> dict[str, Any]:
    """The state of those bytes; raises SnapshotError."""
    if not data.startswith((FORMAT, PLAIN)):
        raise SnapshotError("these bytes are no snapshot of this engine")
    try:
        state = plain.loads(data[len(PLAIN):] if data.startswith(PLAIN) else zlib.decompress(data[len(FORMAT):]))
    except plain.NotPlain as error:
        raise SnapshotError(str(error)) from error
    except Exception as error:  # whatever broken bytes do to zlib and pickle
        raise SnapshotError(f"the snapshot is damaged: {error}") from error
    if not isinstance(state, dict):
        raise SnapshotError("the snapshot holds no cluster")
    return state


def digest(state: dict[str, Any]) -> str:
    """BLAKE2b over the state by value, dicts in their order."""
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()
