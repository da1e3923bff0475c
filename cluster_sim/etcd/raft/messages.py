"""The messages of raft: plain dicts with `type`, `from`, `to`, `term`, and what each needs.

    MsgPreVote, MsgVote              index, log_term of the asker's last entry; transfer
    MsgPreVoteResp, MsgVoteResp      reject
    MsgApp                           index, log_term of the entry before; entries; commit     (AppendEntries)
    MsgAppResp                       index; reject, hint, log_term
    MsgHeartbeat, MsgHeartbeatResp   commit; context: the last read that waits for confirmation
    MsgSnap                          snapshot: {index, term, voters, learners, data}          (InstallSnapshot)
    MsgTimeoutNow                    stand for election at once
    MsgProp                          entries: [[kind, data], …], forwarded to the leader
    MsgReadIndex, MsgReadIndexResp   context, index

Source: etcd-io/raft raftpb/raft.proto, doc.go.
"""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]

PRE_VOTE, PRE_VOTE_RESP = "MsgPreVote", "MsgPreVoteResp"
VOTE, VOTE_RESP = "MsgVote", "MsgVoteResp"
APP, APP_RESP = "MsgApp", "MsgAppResp"
HEARTBEAT, HEARTBEAT_RESP = "MsgHeartbeat", "MsgHeartbeatResp"
SNAP = "MsgSnap"
TIMEOUT_NOW = "MsgTimeoutNow"
PROP = "MsgProp"
READ_INDEX, READ_INDEX_RESP = "MsgReadIndex", "MsgReadIndexResp"

FROM_A_LEADER = (APP, HEARTBEAT, SNAP)
