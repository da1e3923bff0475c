"""Backup and restore: a snapshot is plain data, and a new cluster can begin from it.

`save` is `etcdctl snapshot save` against a running member, `begin_from` is `etcdutl snapshot restore` on a machine whose
etcd is stopped: the keys with their revisions come back, the membership and the raft log do not. Every member of the
new cluster begins from the same snapshot, with a new cluster id and new member ids, so that none of the old cluster is
taken for one of the new. Watchers of the old cluster may know revisions the new one has yet to reach: the operator
restarts the API servers (`--bump-revision` and `--mark-compacted` exist for that too).

Source: etcdutl/snapshot/v3_snapshot.go; etcd docs, op-guide/recovery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.etcd import members
from cluster_sim.etcd.raft.raft import new_disk
from cluster_sim.kernel import STORY

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd


def save(member: Etcd, cause: int) -> dict[str, Any]:
    """A snapshot of what this member has applied: {revision, store, cluster}; plain data that shares its values."""
    revision = member.store.revision
    member.kernel.work(member.part, cause, verb="snapshot-save", subject=str(revision), phrase="etcd.snapshot-save",
                       args={"node": member.node, "revision": revision}, level=STORY)
    return {"revision": revision, "cluster": member.state["cluster"], "store": member.store.dump()}


def begin_from(member: Etcd, snapshot: dict[str, Any], parts: list[str], cause: int, bump: int = 0) -> None:
    """Make this stopped member the member of a new cluster of `parts` that begins from a snapshot.

    Called for each of `parts` before any of them is started. `bump` is added to the revision, so that it is above any
    that clients of the old cluster have seen; what was before is then compacted.
    """
    assert not member.kernel.is_running(member.part), "etcd is stopped while its data directory is replaced"
    cluster = members.member_id("restored", ",".join(sorted(parts)), member.kernel.now)
    member.state.update({"disk": {}, "raft": {}, "members": {}, "me": "", "cluster": "", "removed": False})
    member.reset()
    member.rebuild()
    member.store.load(snapshot["store"])
    if bump:
        member.store.state["revision"] += bump
        member.store.compact(member.store.revision)
    form(member, cluster, parts)
    member.kernel.work(member.part, cause, verb="snapshot-restore", subject=str(member.store.revision), level=STORY,
                       phrase="etcd.snapshot-restore", args={"node": member.node, "revision": member.store.revision})


def form(member: Etcd, cluster: str, parts: list[str]) -> None:
    """This member's disk as one of a new cluster of `parts`."""
    state = member.state
    state["cluster"] = cluster
    state["members"] = {members.member_id(cluster, part, 0): [part.rpartition("/")[0], part] for part in sorted(parts)}
    state["me"] = members.member_id(cluster, member.part, 0)
    state["raft"].clear()
    state["raft"].update(new_disk(list(state["members"])))
