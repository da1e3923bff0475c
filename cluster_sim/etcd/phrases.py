"""What happens inside etcd, in words."""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel.span import register_phrases

register_phrases({
    "raft.append": "etcd on {node} (leader, term {term}) appends {what} and sends it to {others}",
    "raft.written": "etcd on {node} has written it down",
    "raft.committed": "{have} of {members} members have it: committed",
    "raft.tell-commit": "etcd on {node} tells {other} that everything up to entry {index} is committed",
    "raft.catch-up": "etcd on {node} sends {other} what it lacks, from entry {index} on",
    "raft.refused": "etcd on {node} lacks the entry before: the logs differ there",
    "raft.snapshot": "etcd on {node} sends {other} a snapshot: the entries it lacks are compacted",
    "raft.restored": "etcd on {node} takes the snapshot for its own state, as of entry {index}",
    "raft.forward": "etcd on {node} hands the write to the leader, {other}",
    "raft.ask-index": "etcd on {node} asks the leader how far the log is committed",
    "raft.pre-vote": "etcd on {node} has heard no leader for {seconds} s and asks whether it would win an election in "
                     "term {term}",
    "raft.vote": "etcd on {node} asks for votes in term {term}",
    "raft.grant": "etcd on {node} votes for {other} in term {term}",
    "raft.would-grant": "etcd on {node} would vote for {other} in term {term}",
    "raft.refuse-vote": "etcd on {node} does not vote for {other}",
    "raft.leads": "etcd on {node} has a majority of the votes and leads in term {term}",
    "raft.leads-alone": "etcd on {node} is the only voter and leads in term {term}",
    "raft.follows": "etcd on {node} follows {other} in term {term}",
    "raft.steps-down": "etcd on {node} has heard from no majority for a second and no longer leads",
    "raft.hand-over": "etcd on {node} hands leadership over to {other}",
    "etcd.learner": "etcd: {other} is in the cluster as a learner; it gets the log and has no vote",
    "etcd.promoted": "etcd: {other} has the whole log and votes from now on; {members} members vote",
    "etcd.member-gone": "etcd: {other} is no longer in the cluster; {members} members vote",
    "etcd.removed": "etcd on {node} has been removed from the cluster and stops",
    "etcd.gave-up": "etcd on {node} gives up on a request: {message}",
    "etcd.no-leader": "etcd on {node} has had no leader for 3 s and ends the watches",
    "etcd.snapshot-save": "etcd on {node} writes a snapshot as of revision {revision}",
    "etcd.snapshot-restore": "etcd on {node} begins a new cluster from a snapshot as of revision {revision}",
}, file="cluster_sim/etcd/phrases.py")


def enumerate_names(names: list[str]) -> str:
    """ "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"


def summary(entry: list[Any]) -> str:
    """An entry of the log in a few words."""
    kind, data = entry[2], entry[3]
    if data is None:
        return "a new leader's first entry"
    if kind == "conf":
        return f"{data['change']} {data['name']}"
    operation, _, _, body = data
    if operation == "txn":
        return f"{body['op']} {body['key']}"
    if operation == "compact":
        return f"compact {body['revision']}"
    return f"revoke the lease that ended at {int(body['expiry']) // 1_000_000} s"
