"""ReadIndex: a linearizable read without writing anything.

The leader notes its commit index, and makes sure by one round of heartbeats that it still leads; whoever asked waits
until it has applied that much, and then reads its own store. A leader that has committed nothing in its term yet may
not know the newest commit index: such reads are postponed until it has.

Source: thesis §6.4; etcd-io/raft read_only.go, raft.go MsgReadIndex.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.etcd.raft import heartbeat
from cluster_sim.etcd.raft.messages import READ_INDEX, READ_INDEX_RESP, Message
from cluster_sim.etcd.raft.quorum import majority

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft


def asked(raft: Raft, message: Message) -> None:
    """A member asks how far the log is committed. Without a leader nobody can say: it must ask again."""
    memory, leader = raft.memory, raft.memory["leader"]
    if memory["role"] != "leader":
        if leader and leader != raft.me:
            raft.send({"type": READ_INDEX, "to": leader, "context": message["context"]})
        return
    if raft.log.term(raft.disk["commit"]) != raft.disk["term"]:
        memory["postponed"].append([message["from"], message["context"]])
    else:
        _begin(raft, message["from"], message["context"])


def release_postponed(raft: Raft) -> None:
    """The first entry of this leader's term is committed: now it knows."""
    postponed, raft.memory["postponed"] = raft.memory["postponed"], []
    if raft.log.term(raft.disk["commit"]) != raft.disk["term"]:
        raft.memory["postponed"] = postponed
        return
    for asker, context in postponed:
        _begin(raft, asker, context)


def _begin(raft: Raft, asker: str, context: str) -> None:
    index = raft.disk["commit"]
    if raft.disk["voters"] == [raft.me]:
        _tell(raft, asker, context, index)
        return
    if context not in raft.memory["reads"]:
        raft.memory["reads"][context] = [index, asker, []]
        heartbeat.broadcast(raft, context)


def last_waiting(raft: Raft) -> str:
    """The context heartbeats carry: confirming the newest read confirms those before it."""
    reads = raft.memory["reads"]
    return next(reversed(reads)) if reads else ""


def confirm(raft: Raft, peer: str, context: str) -> None:
    """A follower still follows: with a majority, all reads up to `context` are good."""
    reads = raft.memory["reads"]
    waiting = reads.get(context)
    if waiting is None:
        return
    if peer not in waiting[2]:
        waiting[2].append(peer)
    acknowledged = sum(voter == raft.me or voter in waiting[2] for voter in raft.disk["voters"])
    if acknowledged < majority(raft.disk["voters"]):
        return
    for other in list(reads):
        index, asker, _ = reads.pop(other)
        _tell(raft, asker, other, index)
        if other == context:
            break


def _tell(raft: Raft, asker: str, context: str, index: int) -> None:
    if asker == raft.me:
        raft.reads.append((context, index))
    else:
        raft.send({"type": READ_INDEX_RESP, "to": asker, "context": context, "index": index})
