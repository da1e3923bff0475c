"""Membership: one member is added or removed at a time, so that old and new majorities always share a member.

A new member first joins as a *learner*: it gets the log and has no vote, so that an empty newcomer makes no quorum
harder to reach. Promoted, it votes. Changes are entries of the log like any other; a member takes one up when it
applies it, and a leader takes in no second one before the first is applied.

Source: thesis §4.1–4.2; etcd-io/raft confchange/confchange.go (Simple), raft.go switchToConfig.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd.raft import progress as tracker
from cluster_sim.etcd.raft import replication
from cluster_sim.etcd.raft.log import CONF, EMPTY

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft

ADD_LEARNER, PROMOTE, ADD, REMOVE = "add-learner", "promote", "add", "remove"


def is_pending(raft: Raft) -> bool:
    """Whether a change was taken in that is not applied yet (a new leader cannot know, and waits)."""
    return bool(raft.memory["pending_change"] > raft.disk["applied"])


def screen(raft: Raft, proposals: list[list[Any]]) -> list[list[Any]]:
    """A second change before the first is applied becomes an empty entry."""
    screened, index = [], raft.log.last_index
    for kind, data in proposals:
        index += 1
        if kind == CONF:
            if is_pending(raft):
                kind, data = EMPTY, None
            else:
                raft.memory["pending_change"] = index
        screened.append([kind, data])
    return screened


def apply(raft: Raft, change: dict[str, Any]) -> None:
    """Take a committed change up: {change, id}. A removed leader goes on until others have its last entries."""
    disk, memory, member = raft.disk, raft.memory, change["id"]
    disk["voters"] = [voter for voter in disk["voters"] if voter != member]
    disk["learners"] = [learner for learner in disk["learners"] if learner != member]
    if change["change"] == ADD_LEARNER:
        disk["learners"] = sorted([*disk["learners"], member])
    elif change["change"] in (PROMOTE, ADD):
        disk["voters"] = sorted([*disk["voters"], member])
    if memory["role"] != "leader":
        return
    if raft.me not in disk["voters"]:
        raft.become_follower(disk["term"], "")
        return
    if change["change"] == REMOVE:
        memory["progress"].pop(member, None)
    elif member not in memory["progress"] and member != raft.me:
        memory["progress"][member] = {**tracker.new(raft.log.last_index), "heard": raft.now}
    if replication.maybe_commit(raft):
        replication.broadcast(raft)
    else:
        for peer in list(memory["progress"]):
            replication.send_append(raft, peer, if_empty=False)
    if memory["transfer"] and memory["transfer"] not in disk["voters"]:
        memory["transfer"] = ""
