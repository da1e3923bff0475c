"""Watches: every later change under a prefix, in order, from this member's own copy of the store.

A member that knows no leader for three election time-outs ends the watches of clients that asked for a leader, as the
API server does: what it would send might be old for as long as it stays alone.

Source: etcd server/storage/mvcc/watchable_store.go, server/etcdserver/api/v3rpc/interceptor.go (monitorLeader).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import errors
from cluster_sim.etcd.raft import ELECTION
from cluster_sim.etcd.store import Compacted, Event

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

MAX_LEADERLESS = 3  # election time-outs


def watch(member: Etcd, call: dict[str, Any], span: int) -> None:
    """A client follows a prefix from a revision on."""
    if is_leaderless(member):
        member.answer(call, "watched", {"id": call["id"], "events": [], "error": errors.NO_LEADER}, span)
        return
    try:
        missed = member.store.since(call["revision"], call["prefix"])
    except Compacted:
        member.answer(call, "watched", {"id": call["id"], "events": [], "error": errors.COMPACTED}, span)
        return
    member.kernel.connect(call["source"], member.part)
    member.state["watchers"][f"{call['source']} {call['id']}"] = [call["source"], call["prefix"], call["id"]]
    if missed:
        member.answer(call, "watched", {"id": call["id"], "events": missed}, span)


def notify(member: Etcd, event: Event | None, span: int) -> None:
    """Tell every watcher of a change, before its writer has its answer."""
    if event is None:
        return
    kernel = member.kernel
    kernel.tell(span, revision=event[0])
    for watcher, (source, prefix, number) in member.state["watchers"].items():
        if event[2].startswith(prefix):
            kernel.send(member.part, source, "watched", {"id": number, "watcher": watcher, "events": [event]}, span,
                        verb="watched", subject=event[2], revision=event[0])


def tell_members(member: Etcd, span: int) -> None:
    """Clients learn how many members there are: with more than one, what they last heard may not be the latest."""
    voters = len(member.raft.disk["voters"])
    for source, _, number in member.state["watchers"].values():
        member.kernel.send(member.part, source, "watched", {"id": number, "events": [], "members": voters}, span, verb="watched",
                           subject=f"{voters} members")


def drop_client(member: Etcd, peer: str) -> None:
    """A client's process died."""
    for watcher in [watcher for watcher, row in member.state["watchers"].items() if row[0] == peer]:
        del member.state["watchers"][watcher]


def leader_lost(member: Etcd) -> None:
    """No leader is known: look again when that has lasted too long."""
    member.state["leaderless"] = member.kernel.now
    member.kernel.timer(member.part, MAX_LEADERLESS * ELECTION, "leaderless", member.kernel.now, background=True)


def is_leaderless(member: Etcd) -> bool:
    """Whether no leader has been known for three election time-outs."""
    since = member.state["leaderless"]
    return since is not None and member.kernel.now - since >= MAX_LEADERLESS * ELECTION


def end_without_leader(member: Etcd, since: int, span: int) -> None:
    """Three elections brought no leader."""
    if member.state["leaderless"] == since and member.state["watchers"]:
        cause = member.kernel.work(member.part, span, verb="no-leader", phrase="etcd.no-leader", args={"node": member.node},
                                   also=member.state["silence"])
        end_all(member, errors.NO_LEADER, cause)


def end_all(member: Etcd, error: str, span: int) -> None:
    """End every watch with an error."""
    for source, _, number in member.state["watchers"].values():
        member.kernel.send(member.part, source, "watched", {"id": number, "events": [], "error": error}, span, verb="watched",
                           subject=error)
    member.state["watchers"].clear()
