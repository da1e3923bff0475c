"""The multi-version store: every write gets the next revision, and recent history can be read again.

As in etcd's mvcc: one counter for the whole store, starting at 1; each key knows the revision that created it, the
one that last changed it, and how often it was put. Deleting leaves a tombstone in the history until compaction.
Real etcd keeps a B-tree of keys over a boltdb file; ours is a dict, and the history a list.

Source: etcd server/storage/mvcc (kvstore.go, key_index.go).
"""

from __future__ import annotations

from typing import Any

# A stored key: [value, create_revision, mod_revision, version, lease expiry in µs or None]
VALUE, CREATE, MOD, VERSION, LEASE = range(5)
# A line of history: [revision, "put" | "delete", key, value, previous value or None, create_revision, time in µs,
# previous mod_revision (0: there was none), previous version]
Event = list[Any]


class Compacted(Exception):
    """The wanted revision is no longer in the history (etcd's ErrCompacted)."""


class FutureRevision(Exception):
    """The wanted revision is not written yet (etcd's ErrFutureRev)."""


class Store:
    """Keys and history over plain data (`state` belongs to the component that owns the store)."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        state.setdefault("revision", 1)
        state.setdefault("compacted", 0)
        state.setdefault("keys", {})
        state.setdefault("history", [])

    @property
    def revision(self) -> int:
        """The revision of the last write."""
        revision: int = self.state["revision"]
        return revision

    def get(self, key: str) -> list[Any] | None:
        """[value, create_revision, mod_revision, version, lease] of a key."""
        row: list[Any] | None = self.state["keys"].get(key)
        return row

    def range(self, prefix: str) -> list[list[Any]]:
        """[[key, value, create_revision, mod_revision, version], …] under a prefix, in key order."""
        keys = self.state["keys"]
        return [[key, *keys[key][:4]] for key in sorted(key for key in keys if key.startswith(prefix))]

    def put(self, key: str, value: Any, time: int, lease: int | None = None) -> Event:
        """Write; → the line of history it made."""
        state = self.state
        state["revision"] = revision = state["revision"] + 1
        old = state["keys"].get(key)
        create = revision if old is None else old[CREATE]
        state["keys"][key] = [value, create, revision, 1 if old is None else old[VERSION] + 1, lease]
        event: Event = ([revision, "put", key, value, None, create, time, 0, 0] if old is None else
                        [revision, "put", key, value, old[VALUE], create, time, old[MOD], old[VERSION]])
        state["history"].append(event)
        return event

    def delete(self, key: str, time: int) -> Event | None:
        """Remove a key; → the line of history, None if there was no such key."""
        state = self.state
        old = state["keys"].pop(key, None)
        if old is None:
            return None
        state["revision"] = revision = state["revision"] + 1
        event: Event = [revision, "delete", key, None, old[VALUE], old[CREATE], time, old[MOD], old[VERSION]]
        state["history"].append(event)
        return event

    def since(self, revision: int, prefix: str = "") -> list[Event]:
        """Every line of history after `revision` under `prefix`; raises Compacted if some are forgotten."""
        if revision < self.state["compacted"]:
            raise Compacted(f"required revision {revision} has been compacted")
        history = self.state["history"]
        low, high = 0, len(history)
        while low < high:  # revisions rise
            middle = (low + high) // 2
            low, high = (middle + 1, high) if history[middle][0] <= revision else (low, middle)
        return [event for event in history[low:] if event[2].startswith(prefix)]

    def range_at(self, prefix: str, revision: int) -> list[list[Any]]:
        """The range as it was at `revision`; raises Compacted or FutureRevision."""
        if revision > self.revision:
            raise FutureRevision(f"required revision {revision} is a future revision")
        rows = {row[0]: row for row in self.range(prefix)}
        for _, _, key, _, before, create, _, modified, version in reversed(self.since(revision, prefix)):
            rows.pop(key, None)
            if modified:
                rows[key] = [key, before, create, modified, version]
        return [rows[key] for key in sorted(rows)]

    def compact(self, revision: int) -> None:
        """Forget history up to `revision`; raises Compacted or FutureRevision."""
        state = self.state
        if revision <= state["compacted"]:
            raise Compacted(f"required revision {revision} has been compacted")
        if revision > state["revision"]:
            raise FutureRevision(f"required revision {revision} is a future revision")
        state["compacted"] = revision
        state["history"] = [event for event in state["history"] if event[0] > revision]

    def dump(self) -> dict[str, Any]:
        """Everything, for a snapshot: new containers around the same values."""
        state = self.state
        return {**state, "keys": dict(state["keys"]), "history": list(state["history"])}

    def load(self, dump: dict[str, Any]) -> None:
        """Become what `dump` says."""
        self.state.update({**dump, "keys": dict(dump["keys"]), "history": list(dump["history"])})
