"""Heartbeats: a leader says ten times a second that it is there; who hears it stands for no election.

Each tells a follower how much of *its* log is committed (never more than is known to match) and carries the context
of a read that waits to be confirmed. CheckQuorum: a leader that has not heard from a majority for an election time-out
steps down, so that nobody goes on believing a leader that was cut off.

Source: etcd-io/raft raft.go (sendHeartbeat, handleHeartbeat, MsgCheckQuorum).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.etcd.raft import read_index, replication
from cluster_sim.etcd.raft.messages import HEARTBEAT as MSG_HEARTBEAT
from cluster_sim.etcd.raft.messages import HEARTBEAT_RESP, Message
from cluster_sim.etcd.raft.progress import PROBE, REPLICATE, SNAPSHOT, become_probe
from cluster_sim.etcd.raft.quorum import majority
from cluster_sim.etcd.raft.timing import ELECTION, HEARTBEAT

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft


def beat(raft: Raft) -> None:
    """Heartbeats to everyone."""
    raft.memory["beat"] = raft.now + HEARTBEAT
    broadcast(raft, read_index.last_waiting(raft))


def broadcast(raft: Raft, context: str) -> None:
    """One heartbeat to each; `context` comes back with the answers."""
    commit, term = raft.disk["commit"], raft.disk["term"]
    for peer, progress in raft.memory["progress"].items():
        told = min(progress["match"], commit)
        raft.out.append({"type": MSG_HEARTBEAT, "from": raft.me, "to": peer, "term": term, "commit": told,
                         "context": context})
        progress["commit"] = told


def heard(raft: Raft, message: Message) -> None:
    """A follower hears its leader."""
    raft.log.commit_to(message["commit"])
    raft.send({"type": HEARTBEAT_RESP, "to": message["from"], "context": message["context"]})


def heard_as_usual(raft: Raft, message: Message, now: int) -> Message | None:
    """Most heartbeats bring nothing new: then → the answer, for the little it takes. None: the rules must hear it."""
    memory, disk = raft.memory, raft.disk
    if (message["term"] != disk["term"] or message["context"] or message["commit"] > disk["commit"]
            or memory["leader"] != message["from"] or memory["role"] != "follower"):
        return None
    memory["heard"] = now
    return {"type": HEARTBEAT_RESP, "from": raft.me, "to": message["from"], "term": message["term"], "context": ""}


def answered_as_usual(raft: Raft, message: Message, now: int) -> bool:
    """So with most answers: the follower is there, and has everything. False: the rules must hear it."""
    progress = raft.memory["progress"].get(message["from"])
    if (progress is None or message["term"] != raft.disk["term"] or message["context"] or progress["paused"]
            or progress["state"] != REPLICATE or progress["match"] < raft.log.last_index):
        return False
    progress["heard"] = now
    return True


def answered(raft: Raft, message: Message) -> None:
    """The leader hears that a follower is there; whoever lags gets what it lacks."""
    peer = message["from"]
    progress = raft.memory["progress"].get(peer)
    if progress is None:
        return
    progress["heard"] = raft.now
    progress["paused"] = False
    if progress["state"] == SNAPSHOT and raft.now - progress["since"] >= ELECTION:
        become_probe(progress)  # the snapshot was lost; the real one's transport reports that (MsgSnapStatus)
    if progress["match"] < raft.log.last_index or progress["state"] == PROBE:
        replication.send_append(raft, peer)
    if message["context"]:
        read_index.confirm(raft, peer, message["context"])


def check_quorum(raft: Raft) -> None:
    """A leader asks itself whether it still leads."""
    memory = raft.memory
    active = sum(memory["progress"][voter]["heard"] >= memory["checked"] for voter in raft.disk["voters"]
                 if voter in memory["progress"])
    memory["checked"] = memory["heard"] = raft.now
    if active + (raft.me in raft.disk["voters"]) < majority(raft.disk["voters"]):
        raft.become_follower(raft.disk["term"], "")
