"""The command log: what people asked of a cluster, at exact positions. State is a function of it.

A log is a list of JSON records. The first is the head (engine version, scene text, seed, epoch); then commands with
`n` (1, 2, …), `at` (virtual µs), `after` (events run by then: a step may stop within an instant), `kind`, `by`, `id`
(the sender's own, against doubles) and `body`. A last record of kind `mark` only says how far the run had come.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.history import ENGINE, Position

Record = dict[str, Any]


class LogError(ValueError):
    """The records are no log this engine can replay."""


def head(scene: str, seed: int | str, epoch: int) -> Record:
    """The first record of a log."""
    return {"n": 0, "kind": "head", "engine": ENGINE, "scene": scene, "seed": seed, "epoch": epoch}


def mark(position: Position) -> Record:
    """A record that only says how far the run had come."""
    return {"n": position.commands, "kind": "mark", "at": position.at, "after": position.after}


class CommandLog:
    """Records since this cluster value was opened or restored; `first` is the number of commands before them."""

    def __init__(self, head_record: Record, first: int = 0) -> None:
        self.head = head_record
        self.first = first
        self.records: list[Record] = []

    @property
    def count(self) -> int:
        """How many commands there ever were."""
        return self.first + len(self.records)

    def add(self, at: int, after: int, kind: str, by: str, command_id: str | None, body: Any) -> Record:
        """Append a command."""
        record = {"n": self.count + 1, "at": at, "after": after, "kind": kind, "by": by, "id": command_id, "body": body}
        self.records.append(record)
        return record

    def since(self, number: int) -> list[Record]:
        """The head (if `number` is 0) and every command after `number` that is still here."""
        later = [record for record in self.records if record["n"] > number]
        return [self.head, *later] if number == 0 else later


def check(log: list[Record]) -> Record:
    """The head of a log that can be replayed by this engine; raises LogError."""
    if not log or not isinstance(log[0], dict) or log[0].get("kind") != "head":
        raise LogError("A log begins with its head: engine, scene, seed and epoch.")
    if log[0].get("engine") != ENGINE:
        raise LogError(f"This log was made by engine {log[0].get('engine')}, this is engine {ENGINE}: "
                       "no log is replayed by another engine.")
    return log[0]
