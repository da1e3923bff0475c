"""Elections: who leads, in which term.

Who has heard no leader for its election time-out asks the others first whether it *would* win (PreVote): a member that
was cut off, or is not up to date, thus disturbs nobody. With a majority it raises its term, votes for itself and asks
for votes. A member votes once a term, for a candidate whose log is at least as up to date as its own, and not at all
while it hears a leader (that is what makes CheckQuorum's lease worth something).

Source: raft paper §5.2, §5.4.1; thesis §9.6 (PreVote), §4.2.3; etcd-io/raft raft.go campaign, Step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.etcd.raft.messages import PRE_VOTE, PRE_VOTE_RESP, VOTE, VOTE_RESP, Message
from cluster_sim.etcd.raft.quorum import vote_result
from cluster_sim.etcd.raft.timing import ELECTION

if TYPE_CHECKING:
    from cluster_sim.etcd.raft.raft import Raft


def election_timed_out(raft: Raft) -> None:
    """No leader was heard for so long: stand for election."""
    if raft.is_promotable():
        campaign(raft, PRE_VOTE)


def campaign(raft: Raft, ask: str, transfer: bool = False) -> None:
    """Ask everyone for a pre-vote or a vote; the own one is given first."""
    if ask == PRE_VOTE:
        raft.become_pre_candidate()
        term = raft.disk["term"] + 1  # the term it would have
    else:
        raft.become_candidate()
        term = raft.disk["term"]
    raft.memory["votes"][raft.me] = True
    if _count(raft):
        return
    for voter in raft.disk["voters"]:
        if voter != raft.me:
            raft.send({"type": ask, "to": voter, "term": term, "index": raft.log.last_index,
                       "log_term": raft.log.last_term, "transfer": transfer})


def has_lease(raft: Raft) -> bool:
    """Whether this member heard from a leader less than an election time-out ago (a leader: itself)."""
    memory = raft.memory
    return memory["role"] == "leader" or (bool(memory["leader"]) and raft.now - memory["heard"] < ELECTION)


def vote(raft: Raft, message: Message) -> None:
    """Somebody asks for a vote or a pre-vote in a term that is not below ours."""
    disk, memory, asker = raft.disk, raft.memory, message["from"]
    may_vote = (disk["vote"] == asker
                or (not disk["vote"] and not memory["leader"])
                or (message["type"] == PRE_VOTE and message["term"] > disk["term"]))
    answer = PRE_VOTE_RESP if message["type"] == PRE_VOTE else VOTE_RESP
    if may_vote and raft.log.is_up_to_date(message["index"], message["log_term"]):
        if message["type"] == VOTE:
            memory["heard"] = raft.now
            disk["vote"] = asker
        # The term asked for, not ours: to a pre-candidate our own would look stale.
        raft.send({"type": answer, "to": asker, "term": message["term"], "reject": False})
    else:
        raft.send({"type": answer, "to": asker, "term": disk["term"], "reject": True})


def vote_came(raft: Raft, message: Message) -> None:
    """An answer to this member's candidacy; one to a former candidacy is not counted."""
    wanted = PRE_VOTE_RESP if raft.memory["role"] == "pre-candidate" else VOTE_RESP
    if message["type"] == wanted:
        raft.memory["votes"].setdefault(message["from"], not message["reject"])
        _count(raft)


def _count(raft: Raft) -> bool:
    """Take the next step if the votes decide; → whether they did."""
    result = vote_result(raft.disk["voters"], raft.memory["votes"])
    if result == "won" and raft.memory["role"] == "pre-candidate":
        campaign(raft, VOTE)
    elif result == "won":
        raft.become_leader()
    elif result == "lost":
        raft.become_follower(raft.disk["term"], "")
    return result != "pending"
