"""The causal trace: spans by id, bounded, with their children, so that a chain can be walked both ways.

Levels: *story* (something a learner should see), *detail* (mechanics on the way), *background* (declared timers:
heartbeats, leases, resyncs). A chain that begins in the background becomes visible as soon as one of its spans is
story: then its ancestors are lifted with it. The trace is not part of the cluster's state: no level of recording
changes the state hash.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel.span import BACKGROUND, DETAIL, FILES, LEVELS, STORY, Span, register_phrases

__all__ = ["Trace", "register_phrases"]

STORY_LIMIT = 5_000  # story spans kept; older ones by replay
DETAIL_LIMIT = 15_000
BACKGROUND_LIMIT = 2_000
LIMITS = (BACKGROUND_LIMIT, DETAIL_LIMIT, STORY_LIMIT)
FULL = tuple(limit + limit // 8 for limit in LIMITS)  # when the oldest are forgotten
ALSO_LIMIT = 16  # further causes of one coalesced piece of work; the rest is a count

# Columns of a recorded span (a plain list, because a snapshot holds plain data only).
ID, CAUSE, ALSO, TIME, LANDS, SOURCE, TARGET, VERB, SUBJECT, PHRASE, ARGS, LEVEL, REVISION, DETAILS = range(14)


class Trace:
    """Recorded spans. With `recording` off nothing is kept, for large benchmarks."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        data = data or {}
        self.recording: bool = data.get("recording", True)
        self.kept: tuple[dict[int, list[Any]], ...] = ({}, {}, {})
        self.levels: dict[int, int] = {}
        self.newest = 0
        self.routes: dict[str, int] = data.get("routes", {})  # background messages per route
        self._children: dict[int, list[int]] = {}  # what each span led to; made when somebody walks forward
        self._indexed = 0  # the newest span that is in it
        rows: list[list[Any]] = data.get("spans", [])
        if rows:
            self.levels = {row[ID]: row[LEVEL] for row in rows}
            for level, kept in enumerate(self.kept):
                kept.update({row[ID]: row for row in rows if row[LEVEL] == level})
            self.newest = rows[-1][ID]

    def dump(self) -> dict[str, Any]:
        """The trace as plain data."""
        rows = [row for kept in self.kept for row in kept.values()]
        return {"recording": self.recording, "spans": sorted(rows, key=lambda row: row[ID]), "routes": self.routes}

    def record(self, row: list[Any]) -> None:
        """Keep one span; a story span lifts its background ancestors."""
        if not self.recording:
            return
        level, cause = row[LEVEL], row[CAUSE]
        if cause:
            below = self.levels.get(cause, DETAIL)
            if below == BACKGROUND:
                if level == STORY:
                    self._lift(cause)
                else:
                    row[LEVEL] = BACKGROUND
        self._keep(row)

    def tell(self, span: int, values: dict[int, Any], level: int | None) -> None:
        """Change columns of a span already recorded, and lift it to `level`."""
        row = self._row(span)
        if row is None:
            return
        for column, value in values.items():
            row[column] = value
        if level is not None and level > row[LEVEL]:
            if level == STORY and row[CAUSE] and self.levels.get(row[CAUSE]) == BACKGROUND:
                self._lift(row[CAUSE])
            self._move(row, level)

    def get(self, span: int) -> Span | None:
        """The span of that id, if it is still kept."""
        row = self._row(span)
        return None if row is None else as_span(row)

    def since(self, span: int, background: bool = False) -> list[Span]:
        """Kept spans with an id above `span`, in order."""
        lowest = DETAIL if not background else BACKGROUND
        found = []
        for key in range(max(span, self.oldest()) + 1, self.newest + 1):  # ids rise by two, or one
            level = self.levels.get(key)
            if level is not None and level >= lowest:
                found.append(as_span(self.kept[level][key]))
        return found

    def oldest(self) -> int:
        """An id below every kept span."""
        return min((next(iter(kept)) for kept in self.kept if kept), default=1) - 1

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
        level = self.levels.get(span)
        return None if level is None else self.kept[level][span]

    def _keep(self, row: list[Any]) -> None:
        key, level = row[ID], row[LEVEL]
        if key > self.newest:
            self.newest = key
        self.levels[key] = level
        kept = self.kept[level]
        kept[key] = row
        if level == BACKGROUND and row[LANDS] is not None:
            route = f"{row[SOURCE]} {row[TARGET]}"
            self.routes[route] = self.routes.get(route, 0) + 1
        if len(kept) > FULL[level]:
            self._forget(level, len(kept) - LIMITS[level])

    def _index(self) -> dict[int, list[int]]:
        """Span → what it led to, of all spans kept; the newest since the last look are added."""
        if len(self._children) > 2 * sum(LIMITS):  # most of it is of spans long forgotten
            self._children, self._indexed = {}, 0
        children = self._children
        for key in range(max(self._indexed, self.oldest()) + 1, self.newest + 1):
            row = self._row(key)
            if row is not None:
                if row[CAUSE]:
                    children.setdefault(row[CAUSE], []).append(key)
                for cause in row[ALSO]:
                    children.setdefault(cause, []).append(key)
        self._indexed = self.newest
        return children

    def _forget(self, level: int, count: int) -> None:
        kept = self.kept[level]
        for key in list(kept)[:count]:
            del kept[key], self.levels[key]

    def _lift(self, span: int) -> None:
        """A background span turns out to matter: it and its background ancestors become visible."""
        row = self._row(span)
        while row is not None and row[LEVEL] == BACKGROUND:
            self._move(row, DETAIL if row[CAUSE] else STORY)
            row = self._row(row[CAUSE]) if row[CAUSE] else None

    def _move(self, row: list[Any], level: int) -> None:
        del self.kept[row[LEVEL]][row[ID]]
        row[LEVEL] = level
        self.levels[row[ID]] = level
        self.kept[level][row[ID]] = row


def as_span(row: list[Any]) -> Span:
    """The recorded row as a value for readers."""
    return Span(
        id=row[ID], cause=row[CAUSE] or None, time=row[TIME] / 1_000_000, source=row[SOURCE], target=row[TARGET],
        verb=row[VERB], subject=row[SUBJECT], also=tuple(row[ALSO]), level=LEVELS[row[LEVEL]],
        lands=None if row[LANDS] is None else row[LANDS] / 1_000_000, revision=row[REVISION], phrase=row[PHRASE],
        args=row[ARGS] or {}, detail=row[DETAILS], file=FILES.get(row[PHRASE], ""),
    )
