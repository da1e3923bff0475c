"""Proposals: a write goes to the leader, into everybody's log, and is answered where it came in once it is applied there.

    state["proposals"][id] = {call, data, time, span, sent}

`id` is this member's own number for it. Without a leader a proposal waits for one; handed to a leader that then fails
it may be lost, or committed after all: nobody knows until the time is up. So a client that hears "timed out" cannot
tell whether its write happened.

Source: etcd server/etcdserver/v3_server.go (processInternalRaftRequestOnce, parseProposeCtxErr), raft node.go Propose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import errors
from cluster_sim.etcd.raft import ELECTION
from cluster_sim.etcd.raft.log import NORMAL
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

# An entry's data: [operation, id, time at which the leader took it in, body]
Data = list[Any]

REQUEST_TIMEOUT = 5 * SECOND + 2 * ELECTION  # ServerConfig.ReqTimeout: time to write, and for one lost election


def propose(member: Etcd, operation: str, body: dict[str, Any], span: int, call: dict[str, Any] | None = None) -> None:
    """Have an operation taken into the log; `call` is whom to answer (None: nobody waits)."""
    if member.alone:
        # A lone voter is its own majority: written down is committed. No messages, no waiting.
        entry = member.raft.append_alone(NORMAL, [operation, "", member.kernel.now, body])
        member.apply(entry, span, call)
        return
    state = member.state
    state["next"] += 1
    number = f"{state['me']} {state['next']}"
    state["proposals"][number] = {"call": call, "data": [operation, number, 0, body], "time": member.kernel.now,
                                  "span": span, "sent": False}
    member.wait(member.kernel.now + REQUEST_TIMEOUT)
    _send(member, number, span)


def send_waiting(member: Etcd, span: int) -> None:
    """A leader is known again: those that waited for one go out."""
    for number in list(member.state["proposals"]):
        row = member.state["proposals"].get(number)
        if row is not None and not row["sent"]:
            _send(member, number, span)


def _send(member: Etcd, number: str, span: int) -> None:
    row = member.state["proposals"][number]
    row["sent"] = member.raft.propose([[NORMAL, stamped(row["data"], member.kernel.now)]], member.kernel.now)
    member.after_raft(span)


def stamped(data: Data, time: int) -> Data:
    """The proposal as the leader takes it in, with its time: leases and histories count from there, on every member."""
    return [data[0], data[1], time, data[3]]


def expire(member: Etcd) -> None:
    """Give up what has waited too long."""
    now = member.kernel.now
    for number, row in list(member.state["proposals"].items()):
        if now - row["time"] >= REQUEST_TIMEOUT:
            del member.state["proposals"][number]
            if row["call"] is not None:
                member.fail(row["call"], why_timed_out(member, row["time"]), row["span"])


def why_timed_out(member: Etcd, since: int) -> str:
    """What a client that has waited from `since` until now is told."""
    memory, state, now = member.raft.memory, member.state, member.kernel.now
    if state["elected"] is not None and state["elected"] - 2 * ELECTION < since < state["elected"]:
        return errors.TIMEOUT_LEADER
    leader = memory["leader"]
    if leader == state["me"]:
        lost = [peer for peer, progress in memory["progress"].items() if now - progress["heard"] > ELECTION]
        voters = len(member.raft.disk["voters"])
        return errors.TIMEOUT_CONNECTION if voters - len(lost) < voters // 2 + 1 else errors.TIMEOUT
    return errors.TIMEOUT_CONNECTION if leader and now - memory["heard"] > ELECTION else errors.TIMEOUT
