"""Raft among the members, over the simulated network: what the state machine wants sent is sent, and told in words.

Heartbeats and their answers are background; replication is detail; elections are story.

Source: etcd server/etcdserver/api/rafthttp; server/etcdserver/raft.go (the loop around Ready).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import phrases, proposals, reads
from cluster_sim.etcd.raft import heartbeat, messages, replication
from cluster_sim.etcd.raft.log import INDEX, NORMAL
from cluster_sim.kernel import BACKGROUND, DETAIL, STORY

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

Message = dict[str, Any]


def heard(member: Etcd, message: Message, span: int) -> None:
    """A message of another member."""
    if message["to"] != member.state["me"]:
        return  # to whom this machine was in an earlier life, or in another cluster
    kind, now = message["type"], member.kernel.now
    if kind == messages.HEARTBEAT:
        other = member.part_of(message["from"])
        answer = heartbeat.heard_as_usual(member.raft, message, now) if other is not None else None
        if answer is not None and other is not None:
            member.kernel.send(member.part, other, "raft", answer, span, verb=messages.HEARTBEAT_RESP, level=BACKGROUND)
            return
    elif kind == messages.HEARTBEAT_RESP and heartbeat.answered_as_usual(member.raft, message, now):
        return
    elif kind == messages.APP_RESP and replication.answered_as_usual(member.raft, message, now):
        return
    if kind == messages.PROP:
        message = {**message, "entries": [[kind, proposals.stamped(data, now) if kind == NORMAL else data]
                                          for kind, data in message["entries"]]}
    member.raft.step(message, now)
    member.after_raft(span)


def woken(member: Etcd, span: int) -> None:
    """The lazy timer: if the deadline has moved meanwhile, it only moves after it."""
    member.state["alarm"] = None
    raft, now = member.raft, member.kernel.now
    due = raft.deadline()
    if due is not None and due <= now:
        member.state["silent"] = now - raft.memory["heard"]
        raft.tick(now)
        member.after_raft(span)
    else:
        set_alarm(member)


def set_alarm(member: Etcd) -> None:
    """Be woken at the next deadline, unless the alarm rings before it anyway."""
    alarm = member.state["alarm"]
    due = member.raft.deadline()
    if due is None or (alarm is not None and alarm[0] <= due):
        return
    kernel = member.kernel
    if alarm is not None:
        kernel.cancel(alarm[1])
    member.state["alarm"] = [due, kernel.timer(member.part, max(0, due - kernel.now), "raft-tick", background=True)]


def after_raft(member: Etcd, span: int) -> None:
    """Act on what came of a step: tell of roles, send, restore, apply, answer."""
    raft = member.raft
    while raft.has_ready():
        ready = raft.ready()
        cause = _tell_role(member, span) if _is_news(member) else span
        if ready.appended and raft.memory["role"] == "leader":
            cause = _tell_append(member, ready.appended, cause)
        if ready.committed:
            cause = _tell_committed(member, ready.committed, cause)
        for message in ready.messages:
            send(member, message, cause, ready.appended)
        if ready.restored is not None:
            member.restore(ready.restored, cause)
        if ready.committed:
            for entry in ready.committed:
                member.apply(entry, cause)
        for context, index in ready.reads:
            reads.confirmed(member, context, index)
        if member.state["reads"]:
            reads.serve_ready(member, cause)
        if member.state["removed"]:
            return
    if _is_news(member):
        _tell_role(member, span)
    set_alarm(member)


def send(member: Etcd, message: Message, cause: int, appended: list[Any]) -> None:
    """Put one message on the network."""
    kind, other = message["type"], member.part_of(message["to"])
    if other is None:
        return
    if kind in (messages.HEARTBEAT, messages.HEARTBEAT_RESP):
        level = DETAIL if message["context"] else BACKGROUND
        member.kernel.send(member.part, other, "raft", message, cause, verb=kind, level=level)
        return
    phrase, args = _words(member, message, appended)
    level = STORY if kind == messages.TIMEOUT_NOW else DETAIL
    member.kernel.send(member.part, other, "raft", message, cause, verb=kind, subject=str(message.get("index", "")),
                       phrase=phrase, args=args, level=level)


def _words(member: Etcd, message: Message, appended: list[Any]) -> tuple[str, dict[str, Any]]:
    kind, node = message["type"], member.node
    args: dict[str, Any] = {"node": node, "other": member.name_of(message["to"]), "term": message["term"]}
    if kind == messages.APP:
        entries = message["entries"]
        if not entries:
            return "raft.tell-commit", {**args, "index": message["commit"]}
        if appended and entries[0][INDEX] >= appended[0][INDEX]:
            return "", args  # the append was told already
        return "raft.catch-up", {**args, "index": entries[0][INDEX]}
    if kind == messages.APP_RESP:
        return ("raft.refused" if message["reject"] else "raft.written" if appended else ""), args
    if kind in (messages.VOTE_RESP, messages.PRE_VOTE_RESP):
        granted = "raft.grant" if kind == messages.VOTE_RESP else "raft.would-grant"
        return ("raft.refuse-vote" if message["reject"] else granted), args
    return {messages.SNAP: "raft.snapshot", messages.PROP: "raft.forward", messages.READ_INDEX: "raft.ask-index",
            messages.TIMEOUT_NOW: "raft.hand-over"}.get(kind, ""), args


def _tell_append(member: Etcd, entries: list[Any], cause: int) -> int:
    raft = member.raft
    others = [member.name_of(peer) for peer in raft.memory["progress"]]
    if not others:
        return cause
    what = phrases.summary(entries[-1]) if len(entries) == 1 else f"{len(entries)} entries"
    return member.kernel.work(
        member.part, cause, verb="append", subject=str(entries[-1][INDEX]), phrase="raft.append", level=DETAIL,
        args={"node": member.node, "term": raft.disk["term"], "what": f"entry {entries[-1][INDEX]} ({what})",
              "others": phrases.enumerate_names(others)})


def _tell_committed(member: Etcd, entries: list[Any], cause: int) -> int:
    raft, last = member.raft, entries[-1][INDEX]
    if raft.memory["role"] != "leader" or not raft.memory["progress"]:
        return cause
    voters = raft.disk["voters"]
    have = sum(voter == raft.me or raft.memory["progress"].get(voter, {"match": 0})["match"] >= last for voter in voters)
    return member.kernel.work(member.part, cause, verb="commit", subject=str(last), phrase="raft.committed", level=DETAIL,
                              args={"have": have, "members": len(voters)})


def _is_news(member: Etcd) -> bool:
    """Whether role, term or leader are others than was told."""
    role, term, leader = member.state["told"]
    memory = member.raft.memory
    return bool(memory["role"] != role or memory["leader"] != leader or member.raft.disk["term"] != term)


def _tell_role(member: Etcd, span: int) -> int:
    """Tell of a change of role, term or leader; → the span that what follows has as its cause."""
    raft, state = member.raft, member.state
    memory, disk = raft.memory, raft.disk
    before = state["told"]
    state["told"] = [memory["role"], disk["term"], memory["leader"]]
    args = {"node": member.node, "term": disk["term"], "other": member.name_of(memory["leader"])}
    role, leader = memory["role"], memory["leader"]
    phrase, level = "", DETAIL
    also: list[int] = []
    if role == "pre-candidate":
        args.update(term=disk["term"] + 1, seconds=f"{state['silent'] / 1_000_000:.1f}")
        also = state["silence"] = member.kernel.behind_silence(member.part_of(before[2]) or "") if before[2] else []
        phrase, level = "raft.pre-vote", STORY if before[2] or state["elected"] is None else DETAIL
    elif role == "candidate":
        phrase, level = "raft.vote", STORY
    elif role == "leader":
        alone = disk["voters"] == [raft.me]
        phrase, level = ("raft.leads-alone", DETAIL) if alone else ("raft.leads", STORY)
    elif before[0] == "leader" and not leader:
        also = [cause for peer in memory["progress"] or disk["voters"] if peer != raft.me
                for cause in member.kernel.behind_silence(member.part_of(peer) or "")]
        also += [cause for cause in member.kernel.behind_silence(member.part) if cause not in also]
        phrase, level = "raft.steps-down", STORY
        state["silence"] = also
    elif leader and leader != before[2]:
        phrase = "raft.follows"
    cause = member.kernel.work(member.part, span, verb=role, subject=f"term {disk['term']}", phrase=phrase, args=args,
                               level=level, also=also) if phrase else span
    if leader != before[2]:
        member.leader_is(leader, before[2], cause)
    return cause
