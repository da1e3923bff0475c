"""A raft group that does only what a transcript says: messages wait until they are delivered, or are lost.

    members a b c           a new group; every election time-out is exactly 1 s
    batch 1                 a message holds so many entries at most
    elect a                 a becomes the leader, without many words
    campaign a              a's time-out is up
    later 1000              so many ms pass in which nothing happens: nobody has heard a leader lately
    beat a                  it is time for the leader's heartbeat
    wait 1000               so many ms pass: deadlines come, what they send is delivered at once unless somebody is cut off
    propose a x=1 y=2       clients write through a (one entry each)
    read a                  a client reads through a
    deliver [to] [count]    deliver what waits (to one member; so many messages), and what that leads to
    lose [to]               lose what waits
    cut a [b] / heal        messages between these and the others are lost from now on
    crash a / start a       the process dies; it starts on its disk
    compact a               a forgets the entries it has applied
    add-learner a d, promote a d, remove a d       an administrator asks a
    transfer a b            a hands over to b
    log [a …], status       what they have
"""

from __future__ import annotations

from typing import Any

from cluster_sim.etcd.raft import Raft, membership, new_disk
from cluster_sim.etcd.raft.log import CONF, DATA, INDEX, KIND, NORMAL, TERM

MS = 1_000


class RaftStage:
    """Members, and the messages that wait between them."""

    def __init__(self) -> None:
        self.now, self.batch = 0, 64
        self.disks: dict[str, dict[str, Any]] = {}
        self.rafts: dict[str, Raft] = {}  # those that run
        self.state: dict[str, dict[str, str]] = {}  # what each has applied
        self.waiting: list[dict[str, Any]] = []
        self.alone: list[str] = []  # cut off
        self.told: dict[str, tuple[Any, ...]] = {}
        self.lines: list[str] = []

    def run(self, command: str, given: str) -> str:
        """One command; → what came of it."""
        self.lines = []
        verb, *words = command.split()
        getattr(self, "do_" + verb.replace("-", "_"))(*words)
        return "\n".join(self.lines)

    def do_members(self, *names: str) -> None:
        for name in names:
            self._install(name, new_disk(list(names)))

    def do_campaign(self, name: str) -> None:
        raft = self.rafts[name]
        raft.memory["heard"] = self.now - raft.memory["timeout"]
        raft.tick(self.now)
        self._settle(name)

    def do_batch(self, most: str) -> None:
        self.batch = int(most)
        for raft in self.rafts.values():
            raft.max_batch = self.batch

    def do_elect(self, name: str) -> None:
        self.do_campaign(name)
        while self.waiting:
            self._deliver(self.waiting.pop(0), quiet=True)
        self.lines = []
        self.do_status()

    def do_later(self, ms: str) -> None:
        self.now += int(ms) * MS

    def do_beat(self, name: str) -> None:
        self.rafts[name].memory["beat"] = self.now
        self.rafts[name].tick(self.now)
        self._settle(name)

    def do_wait(self, ms: str) -> None:
        until = self.now + int(ms) * MS
        while True:
            due = min(((raft.deadline(), name) for name, raft in self.rafts.items() if raft.deadline() is not None),
                      default=(until + 1, ""))
            if due[0] > until:
                break
            self.now = max(self.now, due[0])
            self.rafts[due[1]].tick(self.now)
            self._settle(due[1])
            while self.waiting:
                self._deliver(self.waiting.pop(0), quiet=True)
        self.now = until

    def do_propose(self, name: str, *writes: str) -> None:
        for write in writes:
            if not self.rafts[name].propose([[NORMAL, write]], self.now):
                self.lines.append(f"{name} has no leader to give {write} to")
            self._settle(name)

    def do_read(self, name: str) -> None:
        self.rafts[name].read_index(f"read of {name}", self.now)
        self._settle(name)

    def do_deliver(self, *words: str) -> None:
        to = next((word for word in words if not word.isdigit()), "")
        left = next((int(word) for word in words if word.isdigit()), 1000)
        while left:
            message = next((message for message in self.waiting if to in ("", message["to"])), None)
            if message is None:
                break
            self.waiting.remove(message)
            self._deliver(message)
            left -= 1

    def do_lose(self, to: str = "") -> None:
        for message in [message for message in self.waiting if to in ("", message["to"])]:
            self.waiting.remove(message)
            self.lines.append(f"lost: {self._words(message)}")

    def do_cut(self, *names: str) -> None:
        self.alone = list(names)

    def do_heal(self) -> None:
        self.alone = []

    def do_crash(self, name: str) -> None:
        del self.rafts[name]

    def do_start(self, name: str) -> None:
        self._install(name, self.disks[name])

    def do_compact(self, name: str) -> None:
        self.rafts[name].log.compact(self.disks[name]["applied"])
        self.do_log(name)

    def do_add_learner(self, leader: str, name: str) -> None:
        self._install(name, new_disk([]))
        self._change(leader, membership.ADD_LEARNER, name)

    def do_promote(self, leader: str, name: str) -> None:
        self._change(leader, membership.PROMOTE, name)

    def do_remove(self, leader: str, name: str) -> None:
        self._change(leader, membership.REMOVE, name)

    def do_transfer(self, leader: str, name: str) -> None:
        self.rafts[leader].transfer_leadership(self.now, name)
        self._settle(leader)

    def do_log(self, *names: str) -> None:
        for name in names or self.disks:
            disk = self.disks[name]
            entries = " ".join(_entry(entry) for entry in disk["entries"])
            self.lines.append(f"{name}: [{disk['offset']} compacted] {entries}, committed {disk['commit']}")

    def do_status(self) -> None:
        for name, disk in self.disks.items():
            raft = self.rafts.get(name)
            if raft is None:
                self.lines.append(f"{name}: down, term {disk['term']}")
                continue
            peers = ", ".join(f"{peer} {progress['state']} match {progress['match']}"
                              for peer, progress in raft.memory["progress"].items())
            learners = f", learners {' '.join(disk['learners'])}" if disk["learners"] else ""
            self.lines.append(f"{self._role(name)}; voters {' '.join(disk['voters'])}{learners}{'; ' if peers else ''}{peers}")

    # Inside

    def _install(self, name: str, disk: dict[str, Any]) -> None:
        self.disks[name] = disk
        self.state.setdefault(name, {})
        self.rafts[name] = Raft(name, disk, {}, lambda _: 0, lambda: dict(self.state[name]), self.now)
        self.rafts[name].max_batch = self.batch
        self.told[name] = self._shown(name)

    def _change(self, leader: str, change: str, name: str) -> None:
        self.rafts[leader].propose([[CONF, {"change": change, "id": name}]], self.now)
        self._settle(leader)

    def _deliver(self, message: dict[str, Any], quiet: bool = False) -> None:
        if not quiet:
            self.lines.append(self._words(message))
        raft = self.rafts.get(message["to"])
        if raft is None:
            return
        raft.step(message, self.now)
        self._settle(message["to"])

    def _settle(self, name: str) -> None:
        raft = self.rafts[name]
        self._tell_role(name)
        while raft.has_ready():
            ready = raft.ready()
            for message in ready.messages:
                if (message["from"] in self.alone) == (message["to"] in self.alone):
                    self.waiting.append(message)
            if ready.restored is not None:
                self.state[name] = dict(ready.restored["data"])
                self.lines.append(f"  {name} takes the snapshot as of entry {ready.restored['index']} for its state")
            for entry in ready.committed:
                raft.applied(entry)
                if entry[KIND] == NORMAL:
                    key, _, value = entry[DATA].partition("=")
                    self.state[name][key] = value
                if entry[DATA] is not None:
                    self.lines.append(f"  {name} applies {_entry(entry)}")
            for context, index in ready.reads:
                state = " ".join(f"{key}={value}" for key, value in self.state[name].items()) or "nothing"
                self.lines.append(f"  {name} may answer the {context} once entry {index} is applied: {state}")
            self._tell_role(name)

    def _shown(self, name: str) -> tuple[Any, ...]:
        raft = self.rafts[name]
        return raft.memory["role"], raft.disk["term"], raft.memory["leader"]

    def _role(self, name: str) -> str:
        role, term, leader = self._shown(name)
        follows = f", follows {leader}" if leader and leader != name else ""
        return f"{name}: {'learner' if name in self.disks[name]['learners'] else role}, term {term}{follows}"

    def _tell_role(self, name: str) -> None:
        if self.told.get(name) != self._shown(name):
            self.told[name] = self._shown(name)
            self.lines.append(f"  {self._role(name)}")

    def _words(self, message: dict[str, Any]) -> str:
        """A message in a line."""
        kind, more = message["type"], ""
        if kind == "MsgApp":
            entries = " ".join(_entry(entry) for entry in message["entries"]) or "nothing"
            more = f": after {message['index']} (term {message['log_term']}) {entries}; committed {message['commit']}"
        elif kind == "MsgAppResp" and message["reject"]:
            more = f": refused after {message['index']}; we may agree up to {message['hint']} (term {message['log_term']})"
        elif kind == "MsgAppResp":
            more = f": has {message['index']}"
        elif kind in ("MsgVote", "MsgPreVote"):
            more = f": its log ends at {message['index']} (term {message['log_term']})"
        elif kind in ("MsgVoteResp", "MsgPreVoteResp"):
            more = ": no" if message["reject"] else ": yes"
        elif kind in ("MsgHeartbeat", "MsgHeartbeatResp", "MsgReadIndex", "MsgReadIndexResp"):
            more = "".join(f": {message['context']}" if message["context"] else "")
            more += f", entry {message['index']}" if kind == "MsgReadIndexResp" else ""
        elif kind == "MsgSnap":
            snapshot = message["snapshot"]
            more = f": the state as of entry {snapshot['index']} (term {snapshot['term']})"
        elif kind == "MsgProp":
            more = f": {' '.join(str(data) for _, data in message['entries'])}"
        return f"{message['from']}→{message['to']} {kind}, term {message['term']}{more}"


def _entry(entry: list[Any]) -> str:
    """`4/2 x=1`: index, term, data."""
    data = entry[DATA]
    text = "–" if data is None else f"{data['change']} {data['id']}" if entry[KIND] == CONF else data
    return f"{entry[INDEX]}/{entry[TERM]} {text}"
