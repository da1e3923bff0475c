"""An etcd member: answers ranges, transactions and watches of the API server over the network.

A transaction compares one key's mod_revision and then puts or deletes it: all that Kubernetes' storage layer needs
for optimistic concurrency. A watch streams every later change under a prefix. A lease lets keys expire. Between a
request and the store stands raft (`raft/`, a state machine of its own): a write is an entry of the members' common
log, and every member applies the same entries in the same order to its own copy of the store. A lone member is its
own majority and asks nobody.

    kind            payload                                             answer
    txn             {source, id, op: put|delete, key, value, compare, ttl}
                    compare: the mod_revision it must have (0: it must not exist; None: any)
                                                                        txned {id, ok, revision, current, error?}
    range           {source, id, prefix, serializable?, revision?, count_only?}
                                                                        ranged {id, revision, kvs, members, error?}
    watch-etcd      {source, id, prefix, revision}                      watched {id, events, members?, error?}, again and again
    compact         {source, id, revision}                              compacted {id, error?}
    member-…        see members.py                                      member-answer

A change is sent to watchers before the answer to whoever made it. `error` is one of errors.py.

On the disk, and surviving the death of the process: store, raft's log and vote, the membership, this member's id.

Source: etcd server/etcdserver/v3_server.go, server.go; Kubernetes' use of it: apiserver pkg/storage/etcd3/store.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.etcd import backup, errors, leases, members, peers, phrases, proposals, reads, watches
from cluster_sim.etcd.members import KINDS as MEMBER_KINDS
from cluster_sim.etcd.raft import Raft
from cluster_sim.etcd.raft.log import CONF, DATA, INDEX, KIND, NORMAL, TERM, Entry
from cluster_sim.etcd.store import MOD, VALUE, Compacted, FutureRevision, Store
from cluster_sim.kernel import DETAIL, STORY, Component
from cluster_sim.kernel.loop import in_background, register_connecting

register_connecting("range", "txn", "watch-etcd", "compact", *MEMBER_KINDS)

SNAPSHOT_COUNT = 1_000  # entries after which the log is compacted (etcd: 10,000)
CATCH_UP = 500  # entries kept for members that lag (etcd: 5,000)
RECENT = 8  # entries a view shows
_DISK = ("disk", "raft", "members", "me", "cluster", "removed", "next")


class Etcd(Component):
    """One member. The disk survives the death of the process; watches and what waits don't."""

    kind = "etcd"
    initial: tuple[str, ...] = ()  # part ids of the members a new cluster begins with; set by whoever assembles it

    def reset(self) -> None:
        """The process died: streams are gone, the disk stays."""
        kept = {key: self.state[key] for key in _DISK if key in self.state}
        self.state.clear()
        self.state.update({"disk": {}, "raft": {}, "members": {}, "me": "", "cluster": "", "removed": False, "next": 0, **kept,
                           "memory": {}, "watchers": {}, "leases": {}, "proposals": {}, "reads": {}, "alarm": None,
                           "sweep": None, "told": ["follower", 0, ""], "leaderless": None, "elected": None, "silent": 0,
                           "silence": []})

    def rebuild(self) -> None:
        """The store over the disk's data, and raft over its disk and memory."""
        self.store = Store(self.state["disk"])
        self.alone = False
        if self.state["memory"]:
            self._raise_raft()

    def start(self, cause: int) -> None:
        """Begin a new cluster, or go on with what the disk says."""
        state = self.state
        if state["removed"]:
            self._leave(cause)
            return
        if not state["raft"]:
            parts = list(self.initial) or [self.part]
            backup.form(self, members.member_id("initial", ",".join(sorted(parts)), 0), parts)
        self._raise_raft()
        leases.rebuild(self)
        state["told"] = ["follower", self.raft.disk["term"], ""]
        watches.leader_lost(self)
        if self.raft.disk["voters"] == [state["me"]]:
            self.raft.stand_for_election(self.kernel.now)  # nobody to wait for
        self.after_raft(cause)

    def join(self, cluster: str, member: str, rows: list[dict[str, Any]]) -> None:
        """Before the first start: this is `member` of a running cluster, whose `rows` a "member-answer" listed."""
        self.state.update({"cluster": cluster, "me": member, "members": {row["id"]: [row["name"], row["part"]] for row in rows}})
        self.state["raft"].update(backup.new_disk([]))

    def _raise_raft(self) -> None:
        state = self.state
        self.raft = Raft(state["me"], state["raft"], state["memory"], self._draw, self._take_snapshot, self.kernel.now)
        self.settle()

    def _draw(self, below: int) -> int:
        return self.kernel.draw(f"election {self.part}", below)

    def settle(self) -> None:
        """Whether this member needs to ask nobody."""
        memory, disk = self.raft.memory, self.raft.disk
        self.alone = memory["role"] == "leader" and disk["voters"] == [self.raft.me] and not disk["learners"]

    def leads(self) -> bool:
        """Whether this member is the leader, as far as it knows."""
        return bool(self.raft.memory["role"] == "leader")

    # Messages

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """One request of a client, a message of another member, or a timer."""
        if kind == "raft":
            peers.heard(self, payload, span)
        elif kind == "raft-tick":
            peers.woken(self, span)
        elif kind == "txn":
            proposals.propose(self, "txn", payload, span, payload)
        elif kind == "range":
            reads.read(self, payload, span)
        elif kind == "watch-etcd":
            watches.watch(self, payload, span)
        elif kind == "compact":
            proposals.propose(self, "compact", payload, span, payload)
        elif kind == "expire":
            if self.leads() and payload in self.state["leases"]:
                proposals.propose(self, "expire", {"expiry": payload}, span)
        elif kind == "sweep":
            self._sweep(span)
        elif kind == "leaderless":
            watches.end_without_leader(self, payload, span)
        elif kind in MEMBER_KINDS:
            members.asked(self, kind, payload, span)

    def after_raft(self, span: int) -> None:
        """Act on what raft wants done."""
        peers.after_raft(self, span)
        if self.state["removed"]:
            self._leave(span)

    def propose_change(self, change: dict[str, Any], span: int) -> None:
        """Have a change of the membership taken into the log."""
        self.alone = False
        self.raft.propose([[CONF, change]], self.kernel.now)
        self.after_raft(span)

    def wait(self, until: int) -> None:
        """Something waits for the others: look after it at `until` at the latest."""
        sweep, kernel = self.state["sweep"], self.kernel
        if sweep is None or until < sweep[0]:
            if sweep is not None:
                kernel.cancel(sweep[1])
            self.state["sweep"] = [until, kernel.timer(self.part, max(0, until - kernel.now), "sweep", background=True)]

    def _sweep(self, span: int) -> None:
        self.state["sweep"] = None
        proposals.expire(self)
        reads.expire(self, span)
        for row in self.state["proposals"].values():
            self.wait(row["time"] + proposals.REQUEST_TIMEOUT)
            break  # the first came first
        for row in self.state["reads"].values():
            self.wait(row["asked"] + reads.RETRY)

    def nothing_waits(self) -> None:
        """Nobody has to be looked after."""
        sweep = self.state["sweep"]
        if sweep is not None and not self.state["proposals"] and not self.state["reads"]:
            self.kernel.cancel(sweep[1])
            self.state["sweep"] = None

    def leader_is(self, leader: str, before: str, span: int) -> None:
        """Another leader, or none, is known now."""
        self.settle()
        if not leader:
            watches.leader_lost(self)
            return
        self.state["leaderless"] = None
        self.state["elected"] = self.kernel.now
        if leader == self.state["me"]:
            leases.start_clocks(self)
        reads.leader_changed(self)
        proposals.send_waiting(self, span)

    # The log becomes the store

    def apply(self, entry: Entry, span: int, call: dict[str, Any] | None = None) -> None:
        """Apply a committed entry, as every member does, and answer whoever waits for it here."""
        data = entry[DATA]
        self.raft.applied(entry)
        if entry[KIND] == CONF and data is not None:
            members.applied(self, data, span)
        elif entry[KIND] == NORMAL:
            operation, number, time, body = data
            if number:
                row = self.state["proposals"].pop(number, None)
                if row is not None:
                    call = row["call"]
                    self.nothing_waits()
            if operation == "txn":
                self._transact(body, time, call, span)
            elif operation == "expire":
                for key in leases.ended_keys(self, body["expiry"]):
                    watches.notify(self, self.store.delete(key, time), span)
            else:
                self._compact(body["revision"], call, span)
        if len(self.raft.disk["entries"]) > SNAPSHOT_COUNT:
            self.raft.log.compact(entry[INDEX] - CATCH_UP)

    def _transact(self, body: dict[str, Any], time: int, call: dict[str, Any] | None, span: int) -> None:
        key, compare, store = body["key"], body["compare"], self.store
        row = store.get(key)
        if compare is not None and (0 if row is None else row[MOD]) != compare:
            if call is not None:
                current = None if row is None else [row[VALUE], row[1], row[MOD]]
                self.answer(call, "txned", {"id": call["id"], "ok": False, "revision": store.revision, "current": current},
                            span)
            return
        if body["op"] == "delete":
            event = store.delete(key, time)
        else:
            event = store.put(key, body["value"], time, leases.grant(self, key, body.get("ttl"), time))
        watches.notify(self, event, span)
        if call is not None:
            self.answer(call, "txned", {"id": call["id"], "ok": True, "revision": store.revision, "current": None}, span)

    def _compact(self, revision: int, call: dict[str, Any] | None, span: int) -> None:
        answer = {}
        try:
            self.store.compact(revision)
        except Compacted:
            answer["error"] = errors.COMPACTED
        except FutureRevision:
            answer["error"] = errors.FUTURE
        if call is not None and call["id"]:
            self.answer(call, "compacted", {"id": call["id"], **answer}, span)

    def answer(self, call: dict[str, Any], kind: str, payload: dict[str, Any], span: int) -> None:
        """Answer a client."""
        self.kernel.send(self.part, call["source"], kind, payload, span, verb=kind)

    def fail(self, call: dict[str, Any], error: str, cause: int) -> None:
        """Tell a client that nothing came of its request, as far as this member knows; `cause` brought the request."""
        kind = "txned" if "op" in call else "compacted" if "prefix" not in call else "ranged"
        cause = self.kernel.work(self.part, cause, verb="timeout", subject=error, phrase="etcd.gave-up",
                                 level=DETAIL if in_background(cause) else STORY,
                                 args={"node": self.node, "message": error}, also=self.state["silence"])
        self.answer(call, kind, {"id": call["id"], "ok": False, "revision": self.store.revision, "current": None, "kvs": [],
                                 "error": error}, cause)

    # Snapshots between members

    def _take_snapshot(self) -> dict[str, Any]:
        return {"store": self.store.dump(), "members": dict(self.state["members"])}

    def restore(self, snapshot: dict[str, Any], span: int) -> None:
        """A leader's snapshot replaces the store; watchers hear what they missed, or that they must begin anew."""
        before = self.store.revision
        self.store.load(snapshot["data"]["store"])
        self.state["members"] = {number: list(row) for number, row in snapshot["data"]["members"].items()}
        leases.rebuild(self)
        self.settle()
        watches.tell_members(self, span)
        cause = self.kernel.work(self.part, span, verb="restore", subject=str(snapshot["index"]), phrase="raft.restored",
                                 args={"node": self.node, "index": snapshot["index"]}, level=STORY)
        try:
            missed = self.store.since(before)
        except Compacted:
            watches.end_all(self, errors.COMPACTED, cause)
            return
        for event in missed:
            watches.notify(self, event, cause)

    # Who is who

    def part_of(self, number: str) -> str | None:
        """The part id of a member."""
        row = self.state["members"].get(number)
        return row[1] if row is not None else None

    def name_of(self, number: str) -> str:
        """The name of a member, or of whom it was."""
        row = self.state["members"].get(number)
        return row[0] if row is not None else number

    def _leave(self, span: int) -> None:
        cause = self.kernel.work(self.part, span, verb="removed", phrase="etcd.removed", args={"node": self.node}, level=STORY)
        self.kernel.stop(self.part, cause)

    def view(self) -> dict[str, Any]:
        """The member: revision and the last five writes [[revision, op, key], …]; its place in raft."""
        history = self.store.state["history"][-5:]
        view = {**super().view(), "revision": self.store.revision, "keys": len(self.store.state["keys"]),
                "recent": [[event[0], event[1], event[2]] for event in reversed(history)]}
        if not self.state["memory"]:
            return view
        memory, disk = self.raft.memory, self.raft.disk
        entries = disk["entries"][-RECENT:]
        view["raft"] = {
            "id": self.state["me"], "cluster": self.state["cluster"],
            "role": "learner" if self.raft.me in disk["learners"] else memory["role"], "term": disk["term"],
            "leader": self.name_of(memory["leader"]) if memory["leader"] else "",
            "first": disk["offset"] + 1, "last": disk["offset"] + len(disk["entries"]), "commit": disk["commit"],
            "applied": disk["applied"], "members": members.listed(self),
            "peers": {self.name_of(peer): {"match": progress["match"], "next": progress["next"], "state": progress["state"]}
                      for peer, progress in memory["progress"].items()},
            "entries": [[entry[INDEX], entry[TERM], phrases.summary(entry)] for entry in reversed(entries)],
        }
        return view
