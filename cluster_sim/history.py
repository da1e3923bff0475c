"""State as bytes, state as a hash, and positions in a run.

A snapshot is a header, a checksum and the state's bytes (see kernel/plain.py), compressed where it is stored. The checksum
finds what a disk or a cut-off write has damaged; people exchange scenes and logs, never snapshots. The hash of a state
is over the values, in the order they stand, never over a snapshot's bytes.
"""

from __future__ import annotations

import json
import zlib
from hashlib import blake2b
from typing import Any, NamedTuple

from cluster_sim.kernel import plain

ENGINE = 6  # the engine version a log was made with: it rises when the same log gives another state
FORMAT = b"podium-snapshot-3\n"  # compressed
PLAIN = b"podium-snapshot-4\n"
CHECKSUM = 4  # bytes


class SnapshotError(ValueError):
    """The bytes are no snapshot this engine can read."""


class Position(NamedTuple):
    """A point in a run: virtual time in µs, events run so far, commands taken so far."""

    at: int
    after: int
    commands: int


def pack(state: dict[str, Any]) -> bytes:
    """The state as bytes; what objects share stays shared."""
    return _sealed(PLAIN, plain.dumps(state))


def compress(data: bytes) -> bytes:
    """A snapshot to be stored: a tenth of the size, for as much time again as it took to make."""
    if not data.startswith(PLAIN):
        return data
    return _sealed(FORMAT, zlib.compress(memoryview(data)[len(PLAIN) + CHECKSUM:], 1))


def unpack(data: bytes) -> dict[str, Any]:
    """The state of those bytes; raises SnapshotError."""
    if not data.startswith((FORMAT, PLAIN)):
        raise SnapshotError("these bytes are no snapshot of this engine")
    seal, body = data[len(PLAIN):len(PLAIN) + CHECKSUM], memoryview(data)[len(PLAIN) + CHECKSUM:]
    if seal != _checksum(body):
        raise SnapshotError("the snapshot is damaged: its bytes are not those that were written")
    try:
        state = plain.loads(zlib.decompress(body) if data.startswith(FORMAT) else body)
    except (ValueError, EOFError, TypeError) as error:  # written whole, by a Python whose marshal has another format
        raise SnapshotError(f"this Python cannot read the snapshot: {error}") from error
    if not isinstance(state, dict):
        raise SnapshotError("the snapshot holds no cluster")
    return state


def _sealed(form: bytes, body: bytes) -> bytes:
    return b"".join((form, _checksum(body), body))


def _checksum(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(CHECKSUM, "big")


def digest(state: dict[str, Any]) -> str:
    """BLAKE2b over the state by value, dicts in their order."""
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()
