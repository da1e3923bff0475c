"""The log: numbered entries, each with the term in which a leader took it in.

Log matching: if two logs have an entry with the same index and term, they are the same up to there. So a follower
takes entries only behind one it shares with the leader, and throws away its own where they differ. Entries that are
applied and that no follower is likely to ask for are compacted: `offset` is the index of the last one forgotten.

Source: raft paper §5.3, §7; etcd-io/raft log.go.
"""

from __future__ import annotations

from typing import Any

# An entry: [index, term, kind, data]
Entry = list[Any]
INDEX, TERM, KIND, DATA = range(4)
NORMAL, CONF, EMPTY = "normal", "conf", "empty"  # a proposal, a membership change, a new leader's first


class Log:
    """A log over `disk`: {offset, offset_term, entries, commit, applied}, plain data."""

    def __init__(self, disk: dict[str, Any]) -> None:
        self.disk = disk

    @property
    def entries(self) -> list[Entry]:
        """Those that are not compacted."""
        entries: list[Entry] = self.disk["entries"]
        return entries

    @property
    def first_index(self) -> int:
        """Index of the oldest entry that is kept."""
        offset: int = self.disk["offset"]
        return offset + 1

    @property
    def last_index(self) -> int:
        """Index of the newest entry."""
        index: int = self.disk["offset"] + len(self.disk["entries"])
        return index

    @property
    def last_term(self) -> int:
        """Term of the newest entry."""
        entries = self.disk["entries"]
        term: int = entries[-1][TERM] if entries else self.disk["offset_term"]
        return term

    def term(self, index: int) -> int | None:
        """Term of an entry; None if it is compacted or not there yet."""
        place = index - self.disk["offset"]
        if place == 0:
            return self.disk["offset_term"]  # type: ignore[no-any-return]
        entries = self.disk["entries"]
        return entries[place - 1][TERM] if 0 < place <= len(entries) else None

    def is_up_to_date(self, index: int, term: int) -> bool:
        """Whether a log that ends so is at least as up to date as this one: who votes asks this."""
        return term > self.last_term or (term == self.last_term and index >= self.last_index)

    def slice(self, start: int, stop: int) -> list[Entry]:
        """Entries with `start` <= index < `stop`."""
        offset: int = self.disk["offset"]
        return self.entries[max(0, start - offset - 1):max(0, stop - offset - 1)]

    def append(self, term: int, kind: str, data: Any) -> Entry:
        """The leader takes something in."""
        entry: Entry = [self.last_index + 1, term, kind, data]
        self.entries.append(entry)
        return entry

    def maybe_append(self, previous: int, previous_term: int, entries: list[Entry]) -> list[Entry] | None:
        """Take a leader's entries in behind `previous`, if this log has that one; → those that are new here."""
        if self.term(previous) != previous_term:
            return None
        for number, entry in enumerate(entries):
            if self.term(entry[INDEX]) != entry[TERM]:
                assert entry[INDEX] > self.disk["commit"], "a committed entry is never replaced"
                del self.entries[entry[INDEX] - self.disk["offset"] - 1:]
                self.entries.extend(entries[number:])
                return entries[number:]
        return []

    def commit_to(self, index: int) -> None:
        """What is committed stays so."""
        if index > self.disk["commit"]:
            assert index <= self.last_index, "what is committed is here"
            self.disk["commit"] = index

    def find_conflict_by_term(self, index: int, term: int) -> tuple[int, int]:
        """The last place at or before `index` whose term is not above `term`, with its term (0: unknown).

        A guess where two logs may still be the same: it skips a whole term's entries in one go.
        """
        while index > 0:
            ours = self.term(index)
            if ours is None:
                return index, 0
            if ours <= term:
                return index, ours
            index -= 1
        return 0, 0

    def compact(self, index: int) -> None:
        """Forget entries up to `index`; they are applied."""
        index = min(index, self.disk["applied"])
        if index > self.disk["offset"]:
            self.disk["offset_term"] = self.term(index)
            del self.entries[:index - self.disk["offset"]]
            self.disk["offset"] = index

    def restore(self, index: int, term: int) -> None:
        """Begin anew behind a snapshot."""
        self.disk.update(offset=index, offset_term=term, entries=[], commit=index, applied=index)
