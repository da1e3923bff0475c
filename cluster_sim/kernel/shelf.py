"""Recorded spans of one level, in order of their ids; the oldest are forgotten.

They stand in chunks. A full one that nobody has touched for a while is kept as bytes, made once: a snapshot takes these
as they are, and whoever walks that far back unpacks them again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from cluster_sim.kernel import plain

CHUNK = 256  # spans

Row = list[Any]  # its id comes first


class Chunk:
    """So many rows, as rows or as bytes."""

    __slots__ = ("count", "data", "first", "last", "unpacked")

    def __init__(self, first: int, last: int, count: int, data: bytes | None, unpacked: list[Row] | None) -> None:
        self.first, self.last, self.count, self.data, self.unpacked = first, last, count, data, unpacked

    def rows(self) -> list[Row]:
        """The rows, to be read; they stay unpacked until `pack`."""
        if self.unpacked is None:
            assert self.data is not None
            self.unpacked = plain.loads(self.data)
        return self.unpacked

    def changed(self) -> None:
        """One of the rows is another now."""
        self.rows()
        self.data = None

    def pack(self) -> bytes:
        """The rows as bytes, and only so."""
        if self.data is None:
            self.data = plain.dumps(self.unpacked)
        self.unpacked = None
        return self.data


class Shelf:
    """At least the newest `limit` rows. `packing`: whether full chunks become bytes before a snapshot wants them."""

    def __init__(self, limit: int, packing: bool = True, data: list[Any] | None = None) -> None:
        self.limit, self.packing = limit, packing
        chunks: list[tuple[int, int, int, bytes]] = data[0] if data else []
        self.open: list[Row] = data[1] if data else []
        self.chunks = [Chunk(first, last, count, packed, None) for first, last, count, packed in chunks]
        self.count = sum(chunk.count for chunk in self.chunks)  # of rows in chunks

    def dump(self) -> list[Any]:
        """As plain data."""
        return [[[chunk.first, chunk.last, chunk.count, chunk.pack()] for chunk in self.chunks], self.open]

    def close(self) -> list[Row]:
        """The newest rows fill a chunk: a new one begins; → them."""
        rows, self.open = self.open, []
        if self.packing and self.chunks:
            self.chunks[-1].pack()
        self.chunks.append(Chunk(rows[0][0], rows[-1][0], len(rows), None, rows))
        self.count += len(rows)
        while self.count - self.chunks[0].count >= self.limit:
            self.count -= self.chunks.pop(0).count
        return rows

    def find(self, key: int) -> Row | None:
        """The row of that id."""
        rows, _ = self._where(key)
        at = bisect_left(rows, key, key=_id)
        return rows[at] if at < len(rows) and rows[at][0] == key else None

    def touch(self, key: int) -> None:
        """The row of that id was changed."""
        _, chunk = self._where(key)
        if chunk is not None:
            chunk.changed()

    def take(self, key: int) -> None:
        """Remove the row of that id, which is here."""
        rows, chunk = self._where(key)
        if chunk is not None:
            chunk.changed()
            chunk.count -= 1
            self.count -= 1
        del rows[bisect_left(rows, key, key=_id)]

    def since(self, key: int) -> Iterator[Row]:
        """The rows with an id above `key`, in order."""
        at = bisect_right(self.chunks, key, key=_last)
        for chunk in self.chunks[at:]:
            rows = chunk.rows()
            yield from rows if chunk.first > key else rows[bisect_right(rows, key, key=_id):]
        yield from self.open[bisect_right(self.open, key, key=_id):]

    def _where(self, key: int) -> tuple[list[Row], Chunk | None]:
        if self.open and key >= self.open[0][0]:
            return self.open, None
        at = bisect_left(self.chunks, key, key=_last)
        return (self.chunks[at].rows(), self.chunks[at]) if at < len(self.chunks) else ([], None)


def _id(row: Row) -> int:
    number: int = row[0]
    return number


def _last(chunk: Chunk) -> int:
    return chunk.last
