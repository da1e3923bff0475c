"""Raft: how several members agree on one log, as a pure state machine.

A message or a moment goes in (`Raft.step`, `Raft.tick`); out come messages to send, entries that were written down and
entries that are committed (`Raft.ready`). Time, disk and network are the caller's: there is no clock, no draw and no
socket in here, so that a test can lose, double and reorder messages as it likes, and so that a learner can read the
protocol alone. One file holds one part of it, in the words of the paper:

    raft.py             one member: its roles, and which rule hears which message
    election.py         who leads: pre-votes, votes, terms
    replication.py      the leader's log becomes everybody's: append, log matching, commit by quorum, snapshots
    heartbeat.py        the leader is heard, and steps down when it hears no quorum itself
    read_index.py       reading what is committed without writing
    membership.py       learners, promotion, removal: one member at a time
    leader_transfer.py  handing over on purpose
    log.py  progress.py  quorum.py  messages.py   the nouns

Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"; Ongaro's thesis; etcd-io/raft.
"""

from cluster_sim.etcd.raft.raft import Raft, Ready, new_disk
from cluster_sim.etcd.raft.timing import ELECTION, HEARTBEAT

__all__ = ["ELECTION", "HEARTBEAT", "Raft", "Ready", "new_disk"]
