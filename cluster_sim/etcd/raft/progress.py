"""Progress: what a leader believes of one follower's log.

    match       the highest index known to be the same as the leader's
    next        the index of the next entry to send
    state       "probe": one message a heartbeat, to find out where the logs agree;
                "replicate": entries are sent as they come, without waiting;
                "snapshot": the follower needs what is compacted, a snapshot is on its way
    paused      wait for an answer before sending more
    commit      the highest commit index sent
    snapshot    index of the snapshot on its way; `since`: when it was sent
    heard       when the follower was last heard (µs; -1: not in this term)

Progress is plain data, a dict of these; the functions here are its transitions. The real one counts messages in
flight and their bytes; ours counts entries.

Source: etcd-io/raft tracker/progress.go, tracker/inflights.go.
"""

from __future__ import annotations

from typing import Any

Progress = dict[str, Any]

PROBE, REPLICATE, SNAPSHOT = "probe", "replicate", "snapshot"
MAX_INFLIGHT = 256  # entries sent and not yet answered (etcd: 4,096 / 16 messages)
MAX_BATCH = 64  # entries in one message


def new(last_index: int) -> Progress:
    """Of a follower nothing is known yet: the first guess is that it has everything."""
    return {"match": 0, "next": last_index + 1, "state": PROBE, "paused": False, "commit": 0, "snapshot": 0, "since": 0,
            "heard": -1}


def is_paused(progress: Progress) -> bool:
    """Whether nothing may be sent now."""
    return progress["state"] == SNAPSHOT or bool(progress["paused"])


def is_full(progress: Progress) -> bool:
    """Whether as much is under way as may be."""
    return bool(progress["state"] == REPLICATE and progress["next"] - 1 - progress["match"] >= MAX_INFLIGHT)


def become_probe(progress: Progress) -> None:
    """Find out where the logs agree (behind a snapshot that was sent, from there on)."""
    start = progress["match"]
    if progress["state"] == SNAPSHOT:
        start = max(start, progress["snapshot"])
    progress.update(state=PROBE, paused=False, snapshot=0, next=start + 1)
    progress["commit"] = min(progress["commit"], progress["next"] - 1)


def become_replicate(progress: Progress) -> None:
    """The logs agree up to `match`: send what comes."""
    progress.update(state=REPLICATE, paused=False, snapshot=0, next=progress["match"] + 1)


def become_snapshot(progress: Progress, index: int, now: int) -> None:
    """A snapshot goes out; wait until it is taken in."""
    progress.update(state=SNAPSHOT, paused=False, snapshot=index, next=index + 1, commit=index, since=now)


def sent(progress: Progress, count: int, commit: int) -> None:
    """A message with so many entries has left."""
    if progress["state"] == REPLICATE:
        progress["next"] += count
        progress["paused"] = is_full(progress)
    elif count:
        progress["paused"] = True
    progress["commit"] = commit


def can_bump_commit(progress: Progress, commit: int) -> bool:
    """Whether telling the commit index would tell it something new."""
    return bool(commit > progress["commit"] and progress["commit"] < progress["next"] - 1)


def maybe_update(progress: Progress, index: int) -> bool:
    """The follower has everything up to `index`; → whether that is news."""
    if index <= progress["match"]:
        return False
    progress["match"] = index
    progress["next"] = max(progress["next"], index + 1)
    progress["paused"] = False
    return True


def maybe_decrease(progress: Progress, rejected: int, hint: int) -> bool:
    """The follower refused entries behind `rejected` and believes to agree up to `hint`; → whether that is news."""
    if progress["state"] == REPLICATE:
        if rejected <= progress["match"]:
            return False
        progress["next"] = progress["match"] + 1
    elif progress["next"] - 1 != rejected:
        return False
    else:
        progress["next"] = max(min(rejected, hint + 1), progress["match"] + 1)
        progress["paused"] = False
    progress["commit"] = min(progress["commit"], progress["next"] - 1)
    return True
