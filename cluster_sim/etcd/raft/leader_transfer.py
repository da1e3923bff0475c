"""Leader transfer: a leader that is about to stop hands over to a follower whose log is complete.

It takes in nothing new meanwhile, and gives up after an election time-out. The follower stands for election at once,
without asking whether it would win, and its request is heard although the others still hear a leader.

Source: thesis §3.10; etcd-io/raft raft.go MsgTransferLeader, MsgTimeoutNow; etcd server TransferLeadership.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.etcd.raft import election, replication
from cluster_sim.etcd.raft.messages import TIMEOUT_NOW, VOTE, Message

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft


def begin(raft: Raft, successor: str) -> None:
    """Hand over to `successor`."""
    memory = raft.memory
    if memory["role"] != "leader" or successor not in memory["progress"] or successor not in raft.disk["voters"]:
        return
    memory["transfer"] = successor
    memory["checked"] = raft.now  # it should be done within an election time-out
    if memory["progress"][successor]["match"] == raft.log.last_index:
        raft.send({"type": TIMEOUT_NOW, "to": successor})
    else:
        replication.send_append(raft, successor)


def best_successor(raft: Raft) -> str:
    """The voter whose log is furthest, of those heard lately (the longest connected, in etcd)."""
    progress = raft.memory["progress"]
    voters = [voter for voter in raft.disk["voters"] if voter in progress
              and progress[voter]["heard"] >= raft.memory["checked"]]
    return max(voters, key=lambda voter: progress[voter]["match"], default="")


def caught_up(raft: Raft, peer: str) -> None:
    """The follower has everything now: it may stand."""
    if raft.memory["transfer"] == peer and raft.memory["progress"][peer]["match"] == raft.log.last_index:
        raft.send({"type": TIMEOUT_NOW, "to": peer})


def stand_now(raft: Raft, message: Message) -> None:
    """This member is asked to take over."""
    if raft.is_promotable():
        election.campaign(raft, VOTE, transfer=True)
