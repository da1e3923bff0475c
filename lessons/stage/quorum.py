"""What a majority of etcd's members agrees on, and which member thinks otherwise, runs behind or does not run.

A member knows its own log and who it believes leads. Only what a majority has written counts; a member that is cut off
cannot know that it is behind, and what it wrote alone is thrown away when it is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lessons.stage.belief import Difference
from lessons.stage.mirror import Mirror
from lessons.stage.names import part_id
from lessons.stage.routes import kind_of, node_of

SAY = "A member without a majority writes nothing that counts. Back with the others, it takes over their log."


@dataclass(frozen=True, slots=True)
class Quorum:
    """The members and how many of them vote; which run (with what they tell of raft); who leads a majority ('' for
    nobody)."""

    members: tuple[str, ...]
    voters: int
    running: Mapping[str, Any]
    leader: str

    @property
    def voting(self) -> int:
        """How many of those that run have a vote."""
        return sum(raft["role"] != "learner" for raft in self.running.values())

    @property
    def enough(self) -> bool:
        """Whether a majority of the voters runs, heard or not."""
        return self.voting > self.voters // 2


def look(mirror: Mirror) -> Quorum:
    """As the members themselves have it now: a leader counts when a majority of the voters follows it."""
    running = {part: view["raft"] for part, view in mirror.parts.items()
               if kind_of(part) == "etcd" and view.get("raft") and view.get("state", "running") == "running"}
    newest = max((*running.values(), *mirror.rafts.values()), key=lambda raft: (raft["term"], raft["last"]), default=None)
    parts = sorted(part for part in mirror.parts if kind_of(part) == "etcd")
    members = tuple(one["part"] for one in newest["members"]) if newest else tuple(parts)
    voters = sum(not one["learner"] for one in newest["members"]) if newest else len(parts)
    for part, raft in running.items():
        follows = sum(each["leader"] == raft["leader"] and each["role"] != "learner" for each in running.values())
        if raft["role"] == "leader" and follows > voters // 2:
            return Quorum(members, voters, running, part)
    return Quorum(members, voters, running, "")


def differences(mirror: Mirror) -> list[Difference]:
    """Members that stand otherwise than the majority has it, or, without one, what is left; by name."""
    quorum = look(mirror)
    starting = any(mirror.parts.get(part, {}).get("state") == "running" for part in quorum.members if part not in quorum.running)
    if starting or not quorum.members:
        return []
    found: list[Difference] = []
    if not quorum.leader:
        found.append(Difference(
            "etcd", "etcd", f"rev {mirror.revision}", "the last that counts",
            "elects a leader" if quorum.enough else "no majority",
            f"{quorum.voting} of {quorum.voters} run: nothing can be written" + (" until then" if quorum.enough else "")))
    if quorum.voters < 2:
        return found
    return found + [each for part in sorted(quorum.members) if (each := _member(part, quorum)) is not None]


def _member(part: str, quorum: Quorum) -> Difference | None:
    name, number = f"etcd on {node_of(part)}", part_id(part)
    raft = quorum.running.get(part)
    if raft is None:
        return Difference(number, name, "a member", "its vote counts", "does not run", _left(quorum))
    if not quorum.leader or raft["leader"] == quorum.running[quorum.leader]["leader"]:
        return None
    true = quorum.running[quorum.leader]
    behind, alone = true["commit"] - raft["commit"], raft["last"] - raft["commit"]
    says = f"{raft['leader']} leads" if raft["leader"] else "nobody leads"
    return Difference(
        number, name, f"{says}, term {raft['term']}", f"{alone} written alone" if alone > 0 else "",
        f"{true['leader']} leads, term {true['term']}", f"{behind} behind what counts" if behind > 0 else "")


def _left(quorum: Quorum) -> str:
    """How many more may be lost."""
    spare = quorum.voting - (quorum.voters // 2 + 1)
    if spare < 0:
        return ""
    return f"{spare} more may be lost" if spare else "no other may be lost"
