"""One member of a raft group: its roles, and which rule hears which message.

State is plain data in two dicts. `disk` survives the death of the process, and is written before any message leaves
that depends on it:

    term, vote               the highest term seen, and whom this member voted for in it
    offset, offset_term, entries, commit, applied   the log (see log.py)
    voters, learners         the membership as of `applied`

`memory` is lost with the process: role, leader, votes, each follower's progress, deadlines. Deadlines are numbers: the
caller asks `deadline()` and calls `tick` when it has come, so that a heartbeat costs no timer.

Differences from etcd-io/raft: what is to be written down is written when `ready` is taken, in one event with sending
(the real one overlaps the leader's disk with the network); no joint consensus; time is µs instead of ticks.

Source: etcd-io/raft raft.go, rawnode.go, doc.go; raft paper figure 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster_sim.etcd.raft import election, heartbeat, leader_transfer, membership, read_index, replication
from cluster_sim.etcd.raft import progress as tracker
from cluster_sim.etcd.raft.log import CONF, DATA, EMPTY, KIND, Entry, Log
from cluster_sim.etcd.raft.messages import (
    APP,
    APP_RESP,
    FROM_A_LEADER,
    HEARTBEAT,
    HEARTBEAT_RESP,
    PRE_VOTE,
    PRE_VOTE_RESP,
    PROP,
    READ_INDEX,
    READ_INDEX_RESP,
    TIMEOUT_NOW,
    VOTE,
    VOTE_RESP,
    Message,
)
from cluster_sim.etcd.raft.timing import ELECTION
from cluster_sim.etcd.raft.timing import HEARTBEAT as BEAT

Disk = dict[str, Any]
Memory = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ready:
    """What came of a step. The order in which to act on it: write down, send, restore, apply, answer reads."""

    appended: list[Entry]  # written into the log since last time
    messages: list[Message]
    restored: dict[str, Any] | None  # a snapshot that replaces the state
    committed: list[Entry]  # to be applied, each once
    reads: list[tuple[str, int]]  # (context, index): good once `index` is applied


def new_disk(voters: list[str]) -> Disk:
    """The disk of a member of a new group. Index 1 stands for the agreement on who is in it. Without voters: of a
    member that joins a running group and is told everything."""
    first = 1 if voters else 0
    return {"term": first, "vote": "", "offset": first, "offset_term": first, "entries": [], "commit": first,
            "applied": first, "voters": sorted(voters), "learners": []}


class Raft:
    """A member `me` over its `disk` and `memory`. `draw(n)` gives an integer in [0, n)."""

    max_batch = tracker.MAX_BATCH  # entries in one message

    def __init__(self, me: str, disk: Disk, memory: Memory, draw: Callable[[int], int],
                 take_snapshot: Callable[[], Any] = dict, now: int = 0) -> None:
        self.me, self.disk, self.memory = me, disk, memory
        self.draw, self.take_snapshot, self.now = draw, take_snapshot, now
        self.log = Log(disk)
        self.out: list[Message] = []
        self.appended: list[Entry] = []
        self.reads: list[tuple[str, int]] = []
        self.restored: dict[str, Any] | None = None
        if not memory:
            memory.update({"role": "follower", "leader": "", "votes": {}, "progress": {}, "heard": now, "timeout": 0,
                           "beat": 0, "checked": 0, "pending_change": 0, "transfer": "", "reads": {}, "postponed": []})
            self._reset()

    # Time

    def deadline(self) -> int | None:
        """When `tick` must be called; None: not before a message comes."""
        memory = self.memory
        if memory["role"] == "leader":
            return min(memory["beat"], memory["checked"] + ELECTION) if memory["progress"] else None
        if self.is_promotable():
            return memory["heard"] + memory["timeout"]  # type: ignore[no-any-return]
        return None

    def tick(self, now: int) -> None:
        """Time has come to `now`."""
        self.now, memory = now, self.memory
        if memory["role"] != "leader":
            if now >= memory["heard"] + memory["timeout"]:
                memory["heard"] = now
                election.election_timed_out(self)
            return
        if now >= memory["checked"] + ELECTION:
            heartbeat.check_quorum(self)
            memory["transfer"] = ""
        if memory["role"] == "leader" and now >= memory["beat"]:
            heartbeat.beat(self)

    # Input

    def step(self, message: Message, now: int) -> None:
        """A message of another member."""
        self.now = now
        kind, term, disk = message["type"], message["term"], self.disk
        if term > disk["term"]:
            if kind in (VOTE, PRE_VOTE) and election.has_lease(self) and not message["transfer"]:
                return
            if kind != PRE_VOTE and not (kind == PRE_VOTE_RESP and not message["reject"]):
                self.become_follower(term, message["from"] if kind in FROM_A_LEADER else "")
        elif term < disk["term"]:
            if kind in (HEARTBEAT, APP):  # a leader that does not know of a newer term learns of it
                self.send({"type": APP_RESP, "to": message["from"], "index": 0, "reject": False})
            elif kind == PRE_VOTE:
                self.send({"type": PRE_VOTE_RESP, "to": message["from"], "reject": True})
            return
        if kind in (VOTE, PRE_VOTE):
            election.vote(self, message)
        elif kind in FROM_A_LEADER:
            self._hear_leader(kind, message)
        elif kind in _LEADERS and self.memory["role"] == "leader":
            _LEADERS[kind](self, message)
        elif kind in (VOTE_RESP, PRE_VOTE_RESP) and self.memory["role"] in ("candidate", "pre-candidate"):
            election.vote_came(self, message)
        elif kind == PROP:
            self.propose(message["entries"], now)
        elif kind == READ_INDEX:
            read_index.asked(self, message)
        elif kind == READ_INDEX_RESP:
            self.reads.append((message["context"], message["index"]))
        elif kind == TIMEOUT_NOW and self.memory["role"] == "follower":
            leader_transfer.stand_now(self, message)

    def _hear_leader(self, kind: str, message: Message) -> None:
        memory = self.memory
        if memory["role"] != "follower":
            self.become_follower(self.disk["term"], message["from"])
        memory["heard"], memory["leader"] = self.now, message["from"]
        if kind == HEARTBEAT:
            heartbeat.heard(self, message)
        elif kind == APP:
            replication.heard(self, message)
        else:
            replication.snapshot_came(self, message)

    def propose(self, proposals: list[list[Any]], now: int) -> bool:
        """Have [[kind, data], …] taken into the log, here or at the leader; → False: nobody can, they are dropped."""
        self.now, memory = now, self.memory
        if memory["role"] == "leader":
            if self.me not in self.disk["voters"] or memory["transfer"]:
                return False
            replication.append(self, membership.screen(self, proposals))
            return True
        if memory["role"] != "follower" or not memory["leader"]:
            return False
        self.send({"type": PROP, "to": memory["leader"], "entries": proposals})
        return True

    def stand_for_election(self, now: int) -> None:
        """Do not wait for the deadline: a lone voter has nobody to hear."""
        self.now = now
        election.election_timed_out(self)

    def append_alone(self, kind: str, data: Any) -> Entry:
        """A leader that is the only member: what is written down is committed; the caller applies it."""
        entry = self.log.append(self.disk["term"], kind, data)
        self.disk["commit"] = entry[0]
        return entry

    def read_index(self, context: str, now: int) -> None:
        """Ask how far the log is committed; `Ready.reads` brings (context, index), if anybody can say."""
        self.now = now
        read_index.asked(self, {"from": self.me, "context": context})

    def transfer_leadership(self, now: int, successor: str = "") -> str:
        """Hand leadership over, to the best follower if none is named; → to whom."""
        self.now = now
        successor = successor or leader_transfer.best_successor(self)
        leader_transfer.begin(self, successor)
        return successor

    def applied(self, entry: Entry) -> None:
        """An entry was applied to the state; a change of the membership takes effect."""
        self.disk["applied"] = entry[0]
        if entry[KIND] == CONF and entry[DATA] is not None:
            membership.apply(self, entry[DATA])

    # Output

    def ready(self) -> Ready:
        """What came of it all since the last time."""
        disk = self.disk
        committed = self.log.slice(disk["applied"] + 1, disk["commit"] + 1) if disk["commit"] > disk["applied"] else []
        ready = Ready(self.appended, self.out, self.restored, committed, self.reads)
        self.appended, self.out, self.restored, self.reads = [], [], None, []
        return ready

    def has_ready(self) -> bool:
        """Whether `ready` would hold anything."""
        return bool(self.out or self.appended or self.reads or self.restored or self.disk["commit"] > self.disk["applied"])

    def send(self, message: Message) -> None:
        """Put a message out, in this member's name and term unless it names one."""
        self.out.append({"from": self.me, "term": self.disk["term"], **message})

    # Roles

    def is_promotable(self) -> bool:
        """Whether it may stand for election: not a learner, not removed."""
        return self.me in self.disk["voters"]

    def become_follower(self, term: int, leader: str) -> None:
        """Follow `leader`; "": nobody is known to lead."""
        if term != self.disk["term"]:
            self.disk["term"], self.disk["vote"] = term, ""
        self.memory["role"] = "follower"
        self._reset()
        self.memory["leader"] = leader

    def become_pre_candidate(self) -> None:
        """Ask whether it would win. Neither term nor vote change."""
        self.memory.update(role="pre-candidate", leader="", votes={})

    def become_candidate(self) -> None:
        """A new term, and the own vote."""
        self.disk["term"] += 1
        self.disk["vote"] = self.me
        self.memory["role"] = "candidate"
        self._reset()

    def become_leader(self) -> None:
        """Nothing is known of the others' logs: they are probed. An empty entry makes what is before it committable."""
        memory, last = self.memory, self.log.last_index
        memory["role"] = "leader"
        self._reset()
        memory.update(leader=self.me, beat=self.now + BEAT, checked=self.now, pending_change=last)
        memory["progress"] = {peer: tracker.new(last) for peer in sorted([*self.disk["voters"], *self.disk["learners"]])
                              if peer != self.me}
        replication.append(self, [[EMPTY, None]])

    def _reset(self) -> None:
        memory = self.memory
        memory.update(leader="", votes={}, progress={}, heard=self.now, transfer="", reads={}, postponed=[],
                      pending_change=0, timeout=ELECTION + self.draw(ELECTION // 1000) * 1000)


_LEADERS: dict[str, Callable[[Raft, Message], None]] = {
    HEARTBEAT_RESP: heartbeat.answered, APP_RESP: replication.answered}
