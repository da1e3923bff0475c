"""The causal trace: spans by id, bounded, with their children, so that a chain can be walked both ways.

Levels: *story* (something a learner should see), *detail* (mechanics on the way), *background* (declared timers:
heartbeats, leases, resyncs). A chain that begins in the background becomes visible as soon as one of its spans is
story: then its ancestors are lifted with it. The trace is not part of the cluster's state: no level of recording
changes the state hash.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain as one_after_another
from typing import Any

from cluster_sim.kernel.shelf import CHUNK, Shelf
from cluster_sim.kernel.span import BACKGROUND, DETAIL, FILES, LEVELS, STORY, Span, register_phrases

__all__ = ["Trace", "register_phrases"]

STORY_LIMIT = 5_000  # story spans kept; older ones by replay
DETAIL_LIMIT = 15_000
BACKGROUND_LIMIT = 2_000
RISEN_LIMIT = 5_000  # spans kept that were recorded at a lower level than they have now
INDEX_LIMIT = 50_000
ACTS_LIMIT = 100  # acts of several requests whose first is known
ALSO_LIMIT = 16  # further causes of one coalesced piece of work; the rest is a count

# Columns of a recorded span (a plain list, because a snapshot holds plain data only).
ID, CAUSE, ALSO, TIME, LANDS, SOURCE, TARGET, VERB, SUBJECT, PHRASE, ARGS, LEVEL, REVISION, DETAILS = range(14)


class Trace:
    """Recorded spans. With `recording` off nothing is kept, for large benchmarks.

    Most of what happens in a cluster at rest is background, so that costs least: a row at the end of a list. Ids tell
    what began in the background (they are odd); `risen` knows those that became visible all the same.
    """

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        data = data or {}
        self.recording: bool = data.get("recording", True)
        shelves: list[Any] = data.get("shelves", [None, None, None])
        self.background = Shelf(BACKGROUND_LIMIT, False, shelves[BACKGROUND])  # most of it nobody ever asks for
        self.shelves = (self.background, Shelf(DETAIL_LIMIT, True, shelves[DETAIL]), Shelf(STORY_LIMIT, True, shelves[STORY]))
        self.moved: dict[int, list[Any]] = {row[ID]: row for row in data.get("moved", [])}  # to a higher level, afterwards
        self.risen: dict[int, bool] = dict.fromkeys(data.get("risen", []), True)
        self.acts: dict[str, int] = data.get("acts", {})  # a person's act → its first span, for its further requests
        self._routes: dict[str, int] = data.get("routes", {})
        self._children: dict[int, list[int]] = {}  # what each span led to; made when somebody walks forward
        self._indexed = 0  # the newest span that is in it

    def dump(self) -> dict[str, Any]:
        """The trace as plain data."""
        return {"recording": self.recording, "shelves": [shelf.dump() for shelf in self.shelves],
                "moved": list(self.moved.values()), "risen": list(self.risen), "routes": self._routes,
                "acts": dict(self.acts)}

    @property
    def routes(self) -> dict[str, int]:
        """Background messages per route "SOURCE TARGET"."""
        routes = dict(self._routes)
        _count(routes, self.background.open)
        return routes

    def record(self, row: list[Any]) -> None:
        """Keep one span, if `recording`, which the caller asks; a story span lifts its background ancestors."""
        level, cause = row[LEVEL], row[CAUSE]
        if cause & 1 and cause not in self.risen:
            if level == STORY:
                self._lift(cause)
            else:
                row[LEVEL] = level = BACKGROUND
        if level != BACKGROUND and row[ID] & 1:
            self._rises(row[ID])
        shelf = self.shelves[level]
        shelf.open.append(row)
        if len(shelf.open) >= CHUNK:
            rows = shelf.close()
            if level == BACKGROUND:
                _count(self._routes, rows)

    def began(self, act: str, span: int) -> None:
        """Remember the first span of an act."""
        self.acts[act] = span
        if len(self.acts) > ACTS_LIMIT:
            del self.acts[next(iter(self.acts))]

    def tell(self, span: int, values: dict[int, Any], level: int | None) -> None:
        """Change columns of a span already recorded (arguments add to those it has), and lift it to `level`."""
        row = self._row(span)
        if row is None:
            return
        for column, value in values.items():
            row[column] = {**(row[ARGS] or {}), **value} if column == ARGS and value else value
        if span not in self.moved:
            self.shelves[row[LEVEL]].touch(span)
        if level is not None and level > row[LEVEL]:
            if level == STORY and row[CAUSE] & 1 and row[CAUSE] not in self.risen:
                self._lift(row[CAUSE])
            self._move(row, level)

    def get(self, span: int) -> Span | None:
        """The span of that id, if it is still kept."""
        row = self._row(span)
        return None if row is None else as_span(row)

    def since(self, span: int, background: bool = False) -> list[Span]:
        """Kept spans with an id above `span`, in order."""
        return [as_span(row) for row in self._rows(span, background)]

    def root(self, span: int) -> int:
        """The first cause of `span` that is still kept."""
        row = self._row(span)
        while row is not None and row[CAUSE]:
            above = self._row(row[CAUSE])
            if above is None:
                break
            row = above
        return span if row is None else row[ID]

    def chain(self, span: int, limit: int = 2_000) -> list[Span]:
        """Everything that `span`'s root has led to, `span`'s own ancestors included, in order of id."""
        seen = {self.root(span): True, span: True}
        queue = list(seen)
        children = self._index()
        while queue and len(seen) < limit:
            for child in children.get(queue.pop(), ()):
                if child not in seen:
                    seen[child] = True
                    queue.append(child)
        rows = [row for key in sorted(seen) if (row := self._row(key)) is not None]
        return [as_span(row) for row in rows]

    def _row(self, span: int) -> list[Any] | None:
        row = self.moved.get(span)
        if row is not None:
            return row
        if span & 1 and span not in self.risen:
            return self.background.find(span)
        return self.shelves[DETAIL].find(span) or self.shelves[STORY].find(span)

    def _rows(self, above: int, background: bool) -> list[list[Any]]:
        shelves = self.shelves if background else self.shelves[DETAIL:]
        moved = (row for key, row in self.moved.items() if key > above)
        return sorted(one_after_another(moved, *(shelf.since(above) for shelf in shelves)), key=lambda row: row[ID])

    def _index(self) -> dict[int, list[int]]:
        """Span → what it led to, of all spans kept; the newest since the last look are added."""
        if len(self._children) > INDEX_LIMIT:  # most of it is of spans long forgotten
            self._children, self._indexed = {}, 0
        children = self._children
        for row in self._rows(self._indexed, True):
            self._indexed = row[ID]
            if row[CAUSE]:
                children.setdefault(row[CAUSE], []).append(row[ID])
            for cause in row[ALSO]:
                children.setdefault(cause, []).append(row[ID])
        return children

    def _lift(self, span: int) -> None:
        """A background span turns out to matter: it and its background ancestors become visible."""
        row = self._row(span)
        while row is not None and row[LEVEL] == BACKGROUND:
            self._move(row, DETAIL if row[CAUSE] else STORY)
            row = self._row(row[CAUSE]) if row[CAUSE] else None

    def _move(self, row: list[Any], level: int) -> None:
        key, before = row[ID], row[LEVEL]
        if key not in self.moved:
            if before == BACKGROUND and self.background.open and key >= self.background.open[0][ID]:
                _count(self._routes, [row])  # it was a background message, and is not counted yet
            self.shelves[before].take(key)
            self.moved[key] = row
            if len(self.moved) > RISEN_LIMIT:
                del self.moved[next(iter(self.moved))]
        row[LEVEL] = level
        if key & 1:
            self._rises(key)

    def _rises(self, span: int) -> None:
        self.risen[span] = True
        if len(self.risen) > RISEN_LIMIT + DETAIL_LIMIT:
            del self.risen[next(iter(self.risen))]


def _count(routes: dict[str, int], rows: list[list[Any]]) -> None:
    """Add the messages among background rows to the routes they took."""
    for (source, target), count in Counter([(row[SOURCE], row[TARGET]) for row in rows if row[LANDS] is not None]).items():
        route = f"{source} {target}"
        routes[route] = routes.get(route, 0) + count


def as_span(row: list[Any]) -> Span:
    """The recorded row as a value for readers."""
    return Span(
        id=row[ID], cause=row[CAUSE] or None, time=row[TIME] / 1_000_000, source=row[SOURCE], target=row[TARGET],
        verb=row[VERB], subject=row[SUBJECT], also=tuple(row[ALSO]), level=LEVELS[row[LEVEL]],
        lands=None if row[LANDS] is None else row[LANDS] / 1_000_000, revision=row[REVISION], phrase=row[PHRASE],
        args=row[ARGS] or {}, detail=row[DETAILS], file=FILES.get(row[PHRASE], ""),
    )
