"""Members of a raft group on a network that hates them, and what must hold all the same.

`run(seed)` plays one schedule: messages are delayed, lost, doubled and overtaken; members crash in the middle of sending
and come back with what is on their disks; groups are cut apart and joined; members are added as learners, promoted and
removed; logs are compacted so that who lags needs a snapshot. Clients write and read two registers through any
member. After every step the safety properties of the paper's figure 3 are checked, at the end the clients' history; a
violation is an AssertionError that names the seed.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from typing import Any

from cluster_sim.etcd.raft import Raft, membership, new_disk
from cluster_sim.etcd.raft.log import CONF, DATA, INDEX, KIND, NORMAL, TERM
from tests.unit.etcd.register_history import Operation, is_linearizable

MS, SECOND = 1_000, 1_000_000
KEEP, LIMIT = 8, 24  # entries kept, and when the log is compacted
PATIENCE = 3 * SECOND  # of a client


@dataclass
class Member:
    """One process with its disk. The registers are on the disk too: they are as of `applied`."""

    name: str
    disk: dict[str, Any]
    registers: dict[str, int] = field(default_factory=dict)
    raft: Raft | None = None  # None: it is down
    alarm: int = -1


class World:
    """The group, its network and its clients."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.now, self.sequence = 0, 0
        self.queue: list[tuple[int, int, Any]] = []
        names = [f"m{number}" for number in range(1, size + 1)]
        self.members = {name: Member(name, new_disk(names)) for name in names}
        self.cut: list[str] = []  # one side of a partition
        self.loss, self.doubling, self.slowest = 0.0, 0.0, 20 * MS
        self.leaders: dict[int, str] = {}
        self.committed: dict[int, tuple[int, Any, int]] = {}  # index → (term, data, term in which it was committed)
        self.history: dict[str, list[Operation]] = {"x": [], "y": []}
        self.writes: dict[int, Operation] = {}
        self.reads: dict[str, tuple[str, str, Operation, int]] = {}  # context → (member, key, operation, index or -1)
        self.counter, self.spoken, self.elections = 0, 0, 0
        for member in self.members.values():
            self.start(member)

    # Time and network

    def at(self, delay: int, what: Any) -> None:
        """Something happens after `delay`."""
        self.sequence += 1
        heapq.heappush(self.queue, (self.now + delay, self.sequence, what))

    def send(self, message: dict[str, Any]) -> None:
        """Put a message on the network, which may do anything to it but invent it."""
        self.spoken += 1
        if (message["from"] in self.cut) != (message["to"] in self.cut):
            return
        # A proposal that is handed to the leader twice is written twice: that is no fault of raft's, and TCP doubles nothing.
        doubled = self.random.random() < self.doubling and message["type"] != "MsgProp"
        for _ in range(2 if doubled else 1):
            if self.random.random() >= self.loss:
                self.at(self.random.randint(MS // 2, self.slowest), message)

    def step(self) -> None:
        """The next event."""
        self.now, _, what = heapq.heappop(self.queue)
        if isinstance(what, dict):
            member = self.members.get(what["to"])
            if member is not None and member.raft is not None:
                member.raft.step(what, self.now)
                self.settle(member)
        elif isinstance(what, Member):
            if what.raft is not None and what.alarm <= self.now:
                what.raft.tick(self.now)
                self.settle(what)
        else:
            what()

    # Members

    def start(self, member: Member) -> None:
        """A process starts on what its disk holds."""
        member.raft = Raft(member.name, member.disk, {}, self.random.randrange, lambda: dict(member.registers), self.now)
        self.settle(member)

    def crash(self, member: Member) -> None:
        """A process dies; clients that waited at it hear nothing."""
        member.raft = None
        for context in [context for context, row in self.reads.items() if row[0] == member.name]:
            del self.reads[context]

    def settle(self, member: Member) -> None:
        """Act on what came of a step, as the caller of raft must; a crash may come between any two messages."""
        raft = member.raft
        while raft is not None and raft.has_ready():
            ready = raft.ready()
            for message in ready.messages:
                if self.random.random() < 0.0005:
                    self.crash(member)
                    self.at(self.random.randint(50 * MS, 3 * SECOND), lambda: self.start(member))
                    return
                self.send(message)
            if ready.restored is not None:
                member.registers = dict(ready.restored["data"])
            for entry in ready.committed:
                self.apply(member, entry)
            for context, index in ready.reads:
                if context in self.reads:
                    name, key, operation, _ = self.reads[context]
                    self.reads[context] = (name, key, operation, index)
            self.serve_reads(member)
            self.check(member)
        if raft is not None:
            due = raft.deadline()
            if due is not None and due != member.alarm:
                member.alarm = due
                self.at(max(0, due - self.now), member)

    def apply(self, member: Member, entry: list[Any]) -> None:
        """Apply one committed entry; every member must see the same ones."""
        raft, index = member.raft, entry[INDEX]
        known = self.committed.setdefault(index, (entry[TERM], entry[DATA], raft.disk["term"]))
        assert known[:2] == (entry[TERM], entry[DATA]), f"state machine safety: entry {index} is {known} and {entry}"
        assert index == raft.disk["applied"] + 1, "entries are applied in order, each once"
        raft.applied(entry)
        if entry[KIND] == NORMAL:
            key, value, by = entry[DATA]
            member.registers[key] = value
            if by == member.name and value in self.writes:
                self.writes.pop(value).returned = self.now
        elif entry[KIND] == CONF and entry[DATA]["change"] == membership.REMOVE and entry[DATA]["id"] == member.name:
            self.at(self.random.randint(0, 2 * SECOND), lambda: self.crash(member))
        if len(raft.disk["entries"]) > LIMIT:
            raft.log.compact(index - KEEP)

    # What must hold

    def check(self, member: Member) -> None:
        """Election safety and leader completeness."""
        raft = member.raft
        if raft is None or raft.memory["role"] != "leader":
            return
        term = raft.disk["term"]
        if term not in self.leaders:
            self.elections += 1
            self.leaders[term] = member.name
            for index, (entry_term, _, in_term) in self.committed.items():
                if in_term < term and index > raft.disk["offset"]:
                    assert raft.log.term(index) == entry_term, f"leader completeness: {member.name} lacks entry {index}"
        assert self.leaders[term] == member.name, f"election safety: {self.leaders[term]} and {member.name} lead in term {term}"

    def check_log_matching(self) -> None:
        """If two logs share an entry's index and term, they are the same up to there."""
        logs = [{entry[INDEX]: entry for entry in member.disk["entries"]} for member in self.members.values()]
        for number, one in enumerate(logs):
            for other in logs[number + 1:]:
                shared = [index for index in one if index in other]
                agree = [index for index in shared if one[index][TERM] == other[index][TERM]]
                if agree:
                    for index in shared:
                        assert index > agree[-1] or one[index] == other[index], f"log matching at {index}"

    # Clients

    def write(self) -> None:
        """A client writes through some member."""
        member = self.random.choice(list(self.members.values()))
        if member.raft is None:
            return
        self.counter += 1
        key, value = self.random.choice("xy"), self.counter
        operation = Operation("write", value, self.now)
        self.writes[value] = operation
        if member.raft.propose([[NORMAL, [key, value, member.name]]], self.now):
            self.history[key].append(operation)
        else:
            del self.writes[value]  # nobody took it: it never happens
        self.settle(member)

    def read(self) -> None:
        """A client reads through some member, and gives up after a while."""
        member = self.random.choice(list(self.members.values()))
        if member.raft is None:
            return
        self.counter += 1
        key, context = self.random.choice("xy"), f"r{self.counter}"
        self.reads[context] = (member.name, key, Operation("read", None, self.now), -1)
        self.at(PATIENCE, lambda: self.reads.pop(context, None))
        member.raft.read_index(context, self.now)
        self.settle(member)

    def serve_reads(self, member: Member) -> None:
        """Reads whose index is applied are served from the own registers."""
        for context, (name, key, operation, index) in list(self.reads.items()):
            if name == member.name and -1 < index <= member.disk["applied"]:
                del self.reads[context]
                operation.value, operation.returned = member.registers.get(key), self.now
                self.history[key].append(operation)

    # Misfortune

    def misfortune(self) -> None:
        """Something goes wrong, or right again."""
        pick = self.random.random()
        if pick < 0.3:
            names = list(self.members)
            self.cut = self.random.sample(names, self.random.randint(1, max(1, len(names) // 2)))
        elif pick < 0.5:
            self.cut = []
        elif pick < 0.65:
            member = self.random.choice(list(self.members.values()))
            if member.raft is not None:
                self.crash(member)
                self.at(self.random.randint(50 * MS, 3 * SECOND), lambda: self.start(member) if member.raft is None else None)
        elif pick < 0.8:
            self.loss, self.doubling = self.random.choice([(0.0, 0.0), (0.05, 0.05), (0.3, 0.1)])
            self.slowest = self.random.choice([20 * MS, 20 * MS, 200 * MS, 1500 * MS])
        else:
            self.change_membership()

    def change_membership(self) -> None:
        """An administrator asks whom he thinks to be the leader for a change."""
        leader = next((member for member in self.members.values()
                       if member.raft is not None and member.raft.memory["role"] == "leader"), None)
        if leader is None:
            return
        raft, disk = leader.raft, leader.disk
        if disk["learners"]:
            change, who = membership.PROMOTE, disk["learners"][0]
            if raft.memory["progress"][who]["match"] * 100 < raft.log.last_index * 90:
                return
        elif len(disk["voters"]) > 3 or (len(disk["voters"]) == 3 and self.random.random() < 0.3):
            change, who = membership.REMOVE, self.random.choice(disk["voters"])
        else:
            change, who = membership.ADD_LEARNER, f"m{len(self.members) + 1}"
            self.members[who] = Member(who, new_disk([]))
            self.start(self.members[who])
        raft.propose([[CONF, {"change": change, "id": who}]], self.now)
        self.settle(leader)

    def hand_over(self) -> None:
        """The leader hands over."""
        for member in self.members.values():
            if member.raft is not None and member.raft.memory["role"] == "leader":
                member.raft.transfer_leadership(self.now)
                self.settle(member)


def play(world: World, seconds: float, bad: bool) -> None:
    """Let time pass, with clients, and misfortune if it is `bad`."""
    until = world.now + int(seconds * SECOND)
    draw = world.random

    def again(what: Any, most: int) -> None:
        if world.now < until:
            what()
            world.at(draw.randint(most // 4, most), lambda: again(what, most))

    world.at(draw.randint(0, 300 * MS), lambda: again(world.write, 400 * MS))
    world.at(draw.randint(0, 300 * MS), lambda: again(world.read, 400 * MS))
    world.at(draw.randint(0, SECOND), lambda: again(world.check_log_matching, SECOND))
    if bad:
        world.at(draw.randint(0, 2 * SECOND), lambda: again(world.misfortune, 3 * SECOND))
        world.at(draw.randint(3 * SECOND, 20 * SECOND), lambda: again(world.hand_over, 20 * SECOND))
    while world.queue and world.queue[0][0] <= until:
        world.step()
    world.now = until


def run(seed: int, seconds: float = 12) -> World:
    """One schedule; raises AssertionError with its seed."""
    world = World(seed, 3 if seed % 3 else 5)
    try:
        play(world, seconds, bad=True)
        world.cut, world.loss, world.doubling, world.slowest = [], 0.0, 0.0, 20 * MS
        for member in world.members.values():
            if member.raft is None:
                world.start(member)
        before = world.counter
        play(world, 6, bad=False)
        world.check_log_matching()
        finish(world, before)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
    return world


def finish(world: World, before: int) -> None:
    """When all is well again the group works, and nobody was told anything that is not so."""
    for key, history in world.history.items():
        assert is_linearizable(history), f"the history of {key} is not linearizable"
    late = [operation for history in world.history.values() for operation in history
            if operation.kind == "write" and operation.value > before and operation.returned is not None]
    assert late, "after everything healed, nothing could be written for 6 s"
