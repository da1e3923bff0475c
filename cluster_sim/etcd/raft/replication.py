"""Replication: the leader's log becomes everybody's.

The leader sends entries with the index and term of the one before; a follower that has that one takes them in, any
other refuses and hints where the two logs may still agree. What a majority of the voters has, and is of the leader's
own term, is committed, and with it everything before. A follower that needs what the leader has compacted gets a
snapshot of the state instead.

Source: raft paper §5.3, §5.4.2 (figure 8), §7; etcd-io/raft raft.go maybeSendAppend, stepLeader MsgAppResp,
handleAppendEntries, restore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd.raft import leader_transfer, read_index
from cluster_sim.etcd.raft import progress as tracker
from cluster_sim.etcd.raft.messages import APP, APP_RESP, SNAP, Message
from cluster_sim.etcd.raft.progress import PROBE, REPLICATE, SNAPSHOT
from cluster_sim.etcd.raft.quorum import committed_index

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft


def append(raft: Raft, proposals: list[list[Any]]) -> None:
    """The leader takes [kind, data] in, and sends them on."""
    for kind, data in proposals:
        raft.appended.append(raft.log.append(raft.disk["term"], kind, data))
    maybe_commit(raft)
    broadcast(raft)


def broadcast(raft: Raft) -> None:
    """To everyone what they lack, and how far is committed."""
    for peer in list(raft.memory["progress"]):
        send_append(raft, peer)


def send_append(raft: Raft, peer: str, if_empty: bool = True) -> bool:
    """Send the next entries to one follower, or a snapshot if they are compacted; → whether something was sent."""
    progress, log = raft.memory["progress"][peer], raft.log
    if tracker.is_paused(progress):
        return False
    previous = progress["next"] - 1
    term = log.term(previous)
    if term is None:
        return _send_snapshot(raft, peer, progress)
    entries = [] if tracker.is_full(progress) else log.slice(previous + 1, previous + 1 + raft.max_batch)
    if not entries and not if_empty:
        return False
    raft.send({"type": APP, "to": peer, "index": previous, "log_term": term, "entries": entries,
               "commit": raft.disk["commit"]})
    tracker.sent(progress, len(entries), raft.disk["commit"])
    return True


def _send_snapshot(raft: Raft, peer: str, progress: tracker.Progress) -> bool:
    if progress["heard"] < raft.memory["checked"]:
        return False  # to somebody who is not there a snapshot is wasted
    disk = raft.disk
    raft.send({"type": SNAP, "to": peer, "snapshot": {
        "index": disk["applied"], "term": raft.log.term(disk["applied"]), "voters": list(disk["voters"]),
        "learners": list(disk["learners"]), "data": raft.take_snapshot()}})
    tracker.become_snapshot(progress, disk["applied"], raft.now)
    return True


def maybe_commit(raft: Raft) -> bool:
    """Advance the commit index if a majority allows; only entries of the own term are counted (figure 8)."""
    match = {peer: progress["match"] for peer, progress in raft.memory["progress"].items()}
    match[raft.me] = raft.log.last_index
    index = committed_index(raft.disk["voters"], match)
    if index > raft.disk["commit"] and raft.log.term(index) == raft.disk["term"]:
        raft.log.commit_to(index)
        return True
    return False


def answered_as_usual(raft: Raft, message: Message, now: int) -> bool:
    """Half of all answers bring nothing new: they answer a message that only told what is committed. False: the rules
    must hear it."""
    progress = raft.memory["progress"].get(message["from"])
    if (progress is None or message["term"] != raft.disk["term"] or message["reject"] or progress["state"] != REPLICATE
            or message["index"] > progress["match"]):
        return False
    progress["heard"] = now
    return True


def answered(raft: Raft, message: Message) -> None:
    """The leader hears what became of what it sent."""
    peer = message["from"]
    progress = raft.memory["progress"].get(peer)
    if progress is None:
        return
    progress["heard"] = raft.now
    if message["reject"]:
        hint = message["hint"]
        if message["log_term"]:
            hint, _ = raft.log.find_conflict_by_term(hint, message["log_term"])
        if tracker.maybe_decrease(progress, message["index"], hint):
            if progress["state"] == REPLICATE:
                tracker.become_probe(progress)
            send_append(raft, peer)
        return
    news = tracker.maybe_update(progress, message["index"])
    if not news and not (progress["match"] == message["index"] and progress["state"] == PROBE):
        return
    # In a snapshot state, only once the follower's log reaches into what this one still has.
    if progress["state"] == PROBE or (progress["state"] == SNAPSHOT and progress["match"] + 1 >= raft.log.first_index):
        tracker.become_replicate(progress)
    elif progress["state"] == REPLICATE:
        progress["paused"] = tracker.is_full(progress)
    if maybe_commit(raft):
        read_index.release_postponed(raft)
        broadcast(raft)
    elif tracker.can_bump_commit(progress, raft.disk["commit"]):
        send_append(raft, peer)
    while send_append(raft, peer, if_empty=False):
        pass
    leader_transfer.caught_up(raft, peer)


def heard(raft: Raft, message: Message) -> None:
    """A follower is sent entries."""
    log, index = raft.log, message["index"]
    if index < raft.disk["commit"]:
        raft.send({"type": APP_RESP, "to": message["from"], "index": raft.disk["commit"], "reject": False})
        return
    new = log.maybe_append(index, message["log_term"], message["entries"])
    if new is not None:
        raft.appended += new
        last = index + len(message["entries"])
        log.commit_to(min(message["commit"], last))
        raft.send({"type": APP_RESP, "to": message["from"], "index": last, "reject": False})
        return
    hint, term = log.find_conflict_by_term(min(index, log.last_index), message["log_term"])
    raft.send({"type": APP_RESP, "to": message["from"], "index": index, "reject": True, "hint": hint, "log_term": term})


def snapshot_came(raft: Raft, message: Message) -> None:
    """A follower is sent the state as of an index instead of the entries up to it."""
    snapshot, disk = message["snapshot"], raft.disk
    index, term = snapshot["index"], snapshot["term"]
    if index > disk["commit"] and raft.me in (*snapshot["voters"], *snapshot["learners"]):
        if raft.log.term(index) == term:
            raft.log.commit_to(index)  # it has all that already: it only learns that it is committed
        else:
            raft.log.restore(index, term)
            disk["voters"], disk["learners"] = list(snapshot["voters"]), list(snapshot["learners"])
            raft.restored = snapshot
    raft.send({"type": APP_RESP, "to": message["from"], "index": disk["commit"], "reject": False})
