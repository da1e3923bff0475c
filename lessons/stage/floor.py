"""Capacity is space: a node's floor is divided into bays by allocatable CPU, a pod covers the bays it requests.

Places are stable: a new pod takes the first free bay and stays, a terminating pod keeps its bay until it is gone,
nobody moves to close a gap. Bays fill column by column; when a floor is full it grows rows at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

COLUMNS = 2
MOST_ROWS = 12
SMALL_NODE = 1000  # m CPU up to which a node has four bays, else eight


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pod stands: its first bay and how many it covers downwards and to the side."""

    column: int
    row: int
    tall: int = 1
    wide: int = 1

    def cells(self) -> list[tuple[int, int]]:
        """Every (column, row) it covers."""
        return [(self.column + c, self.row + r) for c in range(self.wide) for r in range(self.tall)]

    def fields(self) -> dict[str, str]:
        """As attributes, counted from 1 as CSS does."""
        return {
            "@data-col": str(self.column + 1),
            "@data-row": str(self.row + 1),
            "@data-tall": str(self.tall),
            "@data-wide": str(self.wide),
            "@data-slot": str(self.column * MOST_ROWS + self.row),
        }


NOWHERE = {"@data-col": "", "@data-row": "", "@data-tall": "", "@data-wide": "", "@data-slot": ""}


@dataclass(slots=True)
class Floor:
    """The floor of one node and who stands where, by pod uid."""

    cpu: int
    rows: int = 2
    places: dict[str, Place] = field(default_factory=dict)

    @property
    def bays(self) -> int:
        """How many bays its CPU is divided into."""
        return 4 if self.cpu <= SMALL_NODE else 8

    @property
    def bay(self) -> int:
        """CPU of one bay, in m."""
        return max(1, self.cpu // self.bays)

    def settle(self, pods: Iterable[tuple[str, int]]) -> None:
        """Take out who is gone; give each new (uid, CPU request in m) the first place that is free."""
        wanted = dict(pods)
        for uid in [uid for uid in self.places if uid not in wanted]:
            del self.places[uid]
        least = self.bays // COLUMNS
        used = max((cell[1] + 1 for place in self.places.values() for cell in place.cells()), default=0)
        self.rows = max(least, used)
        for uid, request in wanted.items():
            if uid not in self.places:
                self.places[uid] = self._first_free(max(1, -(-request // self.bay)))

    def _first_free(self, bays: int) -> Place:
        taken = {cell for place in self.places.values() for cell in place.cells()}
        base = self.bays // COLUMNS
        wide = COLUMNS if bays > base else 1
        tall = min(-(-bays // wide), base)
        for height in (tall, 1) if tall > 1 else (1,):
            for column in range(COLUMNS - wide + 1):
                for row in range(self.rows - height + 1):
                    place = Place(column, row, height, wide)
                    if not any(cell in taken for cell in place.cells()):
                        return place
            wide = 1
        if self.rows < MOST_ROWS:
            self.rows += 1
        return Place(0, self.rows - 1)
