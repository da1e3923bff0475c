"""The members of a cluster: their ids and machines, and what an administrator asks about them.

    state["members"] = {id: [name, part]}      as of what this member has applied; on its disk

An id is new for every membership: a machine that was removed and comes back is another member, so that nothing of its
earlier life is taken for its own. Before a change a leader makes sure that it will not cost the quorum (strict
reconfiguration checks).

Source: etcd server/etcdserver/server.go (AddMember, PromoteMember, RemoveMember), api/membership/cluster.go.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import errors, watches
from cluster_sim.etcd.raft import membership
from cluster_sim.etcd.raft.quorum import majority
from cluster_sim.kernel import SECOND, STORY

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

MAX_LEARNERS = 1  # --max-learners
READY_PERCENT = 90  # a learner must have this much of the leader's log to be promoted
HEALTH = 5 * SECOND  # HealthInterval: members heard from since

KINDS = ("member-list", "member-add", "member-promote", "member-remove", "move-leader")


def member_id(cluster: str, part: str, time: int) -> str:
    """Sixteen hexadecimal digits, as `etcdctl member list` shows them."""
    return blake2b(f"{cluster} {part} {time}".encode(), digest_size=8).hexdigest()


def asked(member: Etcd, kind: str, call: dict[str, Any], span: int) -> None:
    """An administrator's request: {source, id, …}; the answer is "member-answer" {id, error?, members, member?}.

    member-list; member-add {part, learner}; member-promote {member}; member-remove {member}; move-leader {member}.
    Changes go to the leader: any other member hands the request on.
    """
    leader = member.raft.memory["leader"]
    if kind == "member-list":
        answer(member, call, span)
    elif leader == member.state["me"]:
        error = _begin(member, kind, call, span)
        if error:
            answer(member, call, span, error=error)
    elif leader and not call.get("forwarded"):
        part = member.part_of(leader)
        assert part is not None
        member.kernel.send(member.part, part, kind, {**call, "forwarded": True}, span, verb=kind)
    else:
        answer(member, call, span, error=errors.NO_LEADER)


def _begin(member: Etcd, kind: str, call: dict[str, Any], span: int) -> str:
    """Check a change and propose it; → why not, "" if it is under way."""
    raft, wanted = member.raft, call.get("member", "")
    disk, progress = raft.disk, raft.memory["progress"]
    known = member.state["members"]
    if kind != "member-add" and wanted not in known:
        return errors.MEMBER_NOT_FOUND
    active = [voter for voter in disk["voters"]
              if voter == raft.me or (voter in progress and member.kernel.now - progress[voter]["heard"] < HEALTH)]
    if kind == "move-leader":
        if wanted in disk["learners"]:
            return errors.BAD_TRANSFEREE
        raft.transfer_leadership(member.kernel.now, wanted)
        member.after_raft(span)
        answer(member, call, span)
        return ""
    if membership.is_pending(raft):
        return errors.UNHEALTHY  # the real one lets raft drop the second change, and the client times out
    if kind == "member-add":
        if any(part == call["part"] for _, part in known.values()):
            return errors.PEER_EXISTS
        if call.get("learner", True):
            if len(disk["learners"]) >= MAX_LEARNERS:
                return errors.TOO_MANY_LEARNERS
        elif len(active) < majority([*disk["voters"], "new"]):
            return errors.NOT_ENOUGH_STARTED
        elif len(active) < len(disk["voters"]):
            return errors.UNHEALTHY
        name = call["part"].rpartition("/")[0]
        wanted = member_id(member.state["cluster"], call["part"], member.kernel.now)
        change = {"change": membership.ADD_LEARNER if call.get("learner", True) else membership.ADD, "id": wanted,
                  "name": name, "part": call["part"]}
    elif kind == "member-promote":
        if wanted not in disk["learners"]:
            return errors.NOT_LEARNER
        if progress[wanted]["match"] * 100 < raft.log.last_index * READY_PERCENT:
            return errors.LEARNER_NOT_READY
        change = {"change": membership.PROMOTE, "id": wanted, "name": known[wanted][0], "part": known[wanted][1]}
    else:
        left = [voter for voter in disk["voters"] if voter != wanted]
        if wanted in disk["voters"] and sum(voter in left for voter in active) < majority(left):
            return errors.UNHEALTHY
        change = {"change": membership.REMOVE, "id": wanted, "name": known[wanted][0], "part": known[wanted][1]}
    member.propose_change({**change, "source": call["source"], "call": call["id"], "by": member.state["me"]}, span)
    return ""


def applied(member: Etcd, change: dict[str, Any], span: int) -> None:
    """A change of the membership is in force; who asked for it is answered by the member that proposed it."""
    state, voters = member.state, member.raft.disk["voters"]
    kind = change["change"]
    if kind == membership.REMOVE:
        state["members"].pop(change["id"], None)
    else:
        state["members"][change["id"]] = [change["name"], change["part"]]
    if change["by"] == state["me"]:
        phrase = {membership.ADD_LEARNER: "etcd.learner", membership.REMOVE: "etcd.member-gone"}.get(kind, "etcd.promoted")
        span = member.kernel.work(member.part, span, verb=kind, subject=change["name"], phrase=phrase, level=STORY,
                                  args={"other": change["name"], "members": len(voters)})
        answer(member, {"source": change["source"], "id": change["call"]}, span, changed=change["id"])
    member.settle()
    watches.tell_members(member, span)
    if kind == membership.REMOVE and change["id"] == state["me"]:
        state["removed"] = True


def listed(member: Etcd) -> list[dict[str, Any]]:
    """`etcdctl member list`: [{id, name, part, learner, leader}], by name."""
    disk, leader = member.raft.disk, member.raft.memory["leader"]
    rows = [{"id": number, "name": name, "part": part, "learner": number in disk["learners"], "leader": number == leader}
            for number, (name, part) in member.state["members"].items()]
    return sorted(rows, key=lambda row: row["name"])


def answer(member: Etcd, call: dict[str, Any], span: int, error: str = "", changed: str = "") -> None:
    """Answer an administrator."""
    payload = {"id": call["id"], "members": listed(member), "member": changed, "cluster": member.state["cluster"]}
    if error:
        payload["error"] = error
    member.answer(call, "member-answer", payload, span)
