"""Reads: linearizable unless the client says it need not be.

    state["reads"][context] = {call, time, asked, index, span}

A linearizable read asks the leader how far the log is committed (ReadIndex), waits until this member has applied that
much, and then reads the own store; asked twice a second until somebody answers. A serializable read takes the own
store as it is, and works without a quorum.

Source: etcd server/etcdserver/v3_server.go (Range, linearizableReadLoop, requestCurrentIndex).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import errors
from cluster_sim.etcd.proposals import REQUEST_TIMEOUT
from cluster_sim.etcd.store import Compacted, FutureRevision
from cluster_sim.kernel import MS

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

RETRY = 500 * MS  # readIndexRetryTime


def read(member: Etcd, call: dict[str, Any], span: int) -> None:
    """A client's range: {prefix, serializable, revision, start, limit, count_only}."""
    if member.alone or call.get("serializable"):
        _answer(member, call, span)
        return
    state = member.state
    state["next"] += 1
    context = f"{state['me']} {state['next']}"
    state["reads"][context] = {"call": call, "time": member.kernel.now, "asked": member.kernel.now, "index": None,
                               "span": span}
    member.wait(member.kernel.now + RETRY)
    _ask(member, context, span)


def _ask(member: Etcd, context: str, span: int) -> None:
    member.state["reads"][context]["asked"] = member.kernel.now
    member.raft.read_index(context, member.kernel.now)
    member.after_raft(span)


def confirmed(member: Etcd, context: str, index: int) -> None:
    """The leader has said how far the log is committed."""
    row = member.state["reads"].get(context)
    if row is not None and row["index"] is None:
        row["index"] = index


def serve_ready(member: Etcd, span: int) -> None:
    """Answer the reads whose index is applied."""
    applied = member.raft.disk["applied"]
    for context, row in list(member.state["reads"].items()):
        if row["index"] is not None and row["index"] <= applied:
            del member.state["reads"][context]
            member.nothing_waits()
            _answer(member, row["call"], span)


def leader_changed(member: Etcd) -> None:
    """Another leader: what the former one was asked is not answered any more."""
    for context, row in list(member.state["reads"].items()):
        if row["index"] is None:
            del member.state["reads"][context]
            member.fail(row["call"], errors.LEADER_CHANGED, row["span"])


def expire(member: Etcd, span: int) -> None:
    """Ask again, or give up."""
    now = member.kernel.now
    for context, row in list(member.state["reads"].items()):
        if now - row["time"] >= REQUEST_TIMEOUT:
            del member.state["reads"][context]
            member.fail(row["call"], errors.TIMEOUT, row["span"])
        elif row["index"] is None and now - row["asked"] >= RETRY:
            _ask(member, context, span)


def _answer(member: Etcd, call: dict[str, Any], span: int) -> None:
    store = member.store
    answer: dict[str, Any] = {"id": call["id"], "revision": store.revision, "kvs": [],
                              "members": len(member.raft.disk["voters"])}
    try:
        if not call.get("count_only"):
            answer["kvs"] = store.range(call["prefix"]) if "revision" not in call else store.range_at(
                call["prefix"], call["revision"])
    except Compacted:
        answer["error"] = errors.COMPACTED
    except FutureRevision:
        answer["error"] = errors.FUTURE
    member.answer(call, "ranged", answer, span)
