"""The membership as an administrator changes it, and backups: etcdctl member …, snapshot save, etcdutl snapshot restore."""

import pytest

from cluster_sim.etcd import backup, errors
from tests.unit.etcd.group import Group


def join(group, name, through):
    """Add a machine as `kubeadm join --control-plane` does: a learner first. → its member id."""
    member = group.machine(name, [])
    answer = group.ask(through, "member-add", part=member.part)
    member.join(answer["cluster"], answer["member"], answer["members"])
    member.start(0)
    group.run(1)
    return answer["member"]


def names(answer):
    return [(row["name"], row["learner"]) for row in answer["members"]]


def test_a_member_joins_as_a_learner_and_votes_once_it_is_promoted():
    group = Group(1)
    for number in range(10):
        group.put("m1", f"/{number}", number)
    second = join(group, "m2", "m1")
    assert names(group.ask("m1", "member-list")) == [("m1", False), ("m2", True)]
    assert group["m2"].store.state == group["m1"].store.state
    assert group["m2"].view()["raft"]["role"] == "learner"
    assert names(group.ask("m2", "member-promote", member=second)) == [("m1", False), ("m2", False)]
    third = join(group, "m3", "m2")
    assert "error" not in group.ask("m3", "member-promote", member=third)
    group.kernel.stop("m1/etcd", 0)
    group.run(3)
    assert group.put("m3", "/after", 1)["ok"]
    story = group.story()
    assert "etcd: m2 is in the cluster as a learner; it gets the log and has no vote" in story
    assert "etcd: m3 has the whole log and votes from now on; 3 members vote" in story


def test_a_learner_makes_no_quorum_harder():
    group = Group(1)
    join(group, "m2", "m1")
    group.kernel.stop("m2/etcd", 0)
    group.run(5)
    assert group.put("m1", "/a", 1)["ok"]


def test_a_removed_member_stops_and_stays_out():
    group = Group(3)
    gone = group.followers[0]
    number = group[gone].state["me"]
    group.ask(group.leader, "member-remove", member=number)
    group.run(1)
    assert not group.kernel.is_running(f"{gone}/etcd")
    assert f"etcd on {gone} has been removed from the cluster and stops" in group.story()
    group.kernel.run(f"{gone}/etcd", 0)
    assert not group.kernel.is_running(f"{gone}/etcd")
    assert len(group.ask(group.leader, "member-list")["members"]) == 2
    assert group.put(group.leader, "/a", 1)["ok"]


def test_a_leader_can_be_removed():
    group = Group(3)
    gone = group.leader
    answer = group.ask(group.followers[0], "member-remove", member=group[gone].state["me"])
    assert gone not in [row["name"] for row in answer["members"]]
    group.run(4)
    assert group.leader != gone and group.put(group.leader, "/a", 1)["ok"]


def test_leadership_is_handed_over_without_a_pause():
    group = Group(3)
    successor = group.followers[1]
    group.ask(group.leader, "move-leader", member=group[successor].state["me"])
    group.run(0.05)
    assert group.leader == successor


def no_such(group):
    return group.ask("m1", "member-remove", member="0123456789abcdef")


def there_already(group):
    return group.ask("m1", "member-add", part="m2/etcd")


def no_learner(group):
    return group.ask("m1", "member-promote", member=group["m2"].state["me"])


def second_learner(group):
    group.ask("m1", "member-add", part="m4/etcd")
    return group.ask("m1", "member-add", part="m5/etcd")


def not_in_sync(group):
    for number in range(100):
        group.put("m1", "/a", number)
    added = group.ask("m1", "member-add", part="m4/etcd")
    return group.ask("m1", "member-promote", member=added["member"])


def quorum_at_risk(group):
    """Two of three are left: to remove one of the two would leave one of two."""
    group.kernel.stop(f"{group.followers[0]}/etcd", 0)
    group.run(6)
    return group.ask(group.leader, "member-remove", member=group[group.followers[0]].state["me"])


def voter_at_risk(group):
    group.kernel.stop(f"{group.followers[0]}/etcd", 0)
    group.run(6)
    return group.ask(group.leader, "member-add", part="m4/etcd", learner=False)


@pytest.mark.parametrize(("attempt", "error"), [
    (no_such, errors.MEMBER_NOT_FOUND), (there_already, errors.PEER_EXISTS), (no_learner, errors.NOT_LEARNER),
    (second_learner, errors.TOO_MANY_LEARNERS), (not_in_sync, errors.LEARNER_NOT_READY), (quorum_at_risk, errors.UNHEALTHY),
    (voter_at_risk, errors.NOT_ENOUGH_STARTED)])
def test_a_change_that_cannot_be_is_refused_in_etcds_words(attempt, error):
    """api/v3rpc/rpctypes/error.go; server.go mayAddMember, mayRemoveMember."""
    assert attempt(Group(3))["error"] == error


def test_the_failed_one_of_three_may_be_removed():
    group = Group(3)
    failed = group.followers[0]
    group.kernel.stop(f"{failed}/etcd", 0)
    group.run(6)
    assert "error" not in group.ask(group.leader, "member-remove", member=group[failed].state["me"])


def test_a_machine_that_comes_back_is_another_member():
    group = Group(3)
    gone = group.followers[0]
    before = group[gone].state["me"]
    group.ask(group.leader, "member-remove", member=before)
    group.run(1)
    group.kernel.remove(f"{gone}/etcd")
    number = join(group, gone, group.leader)
    assert number != before
    assert "error" not in group.ask(gone, "member-promote", member=number)
    group.run(1)
    assert group[gone].store.state == group[group.leader].store.state


def test_a_new_cluster_begins_from_a_snapshot_with_what_was_then():
    group = Group(3)
    group.put("m1", "/a", "kept")
    snapshot = backup.save(group["m1"], 0)
    group.put("m1", "/a", "lost")
    group.put("m1", "/b", "lost")
    cluster = group.ask("m1", "member-list")["cluster"]
    parts = ["m1/etcd", "m2/etcd"]
    for part in ("m1/etcd", "m2/etcd", "m3/etcd"):
        group.kernel.stop(part, 0)
    for name in ("m1", "m2"):
        backup.begin_from(group[name], snapshot, parts, 0)
    for part in (*parts, "m3/etcd"):  # m3 still believes to belong to the old one
        group.kernel.run(part, 0)
    group.run(5)
    answer = group.ask("m2", "member-list")
    assert [row["name"] for row in answer["members"]] == ["m1", "m2"] and answer["cluster"] != cluster
    assert group.ask("m2", "range", prefix="/")["kvs"] == [["/a", "kept", 2, 2, 1]]
    assert group.put("m1", "/c", 1)["revision"] == 3
    assert group["m3"].store.get("/b")[0] == "lost" and not group["m3"].leads()


def test_a_restored_cluster_may_begin_above_every_revision_that_was_seen():
    """etcdutl snapshot restore --bump-revision --mark-compacted."""
    group = Group(1)
    group.put("m1", "/a", 1)
    snapshot = backup.save(group["m1"], 0)
    group.kernel.stop("m1/etcd", 0)
    backup.begin_from(group["m1"], snapshot, ["m1/etcd"], 0, bump=1_000_000)
    group.kernel.run("m1/etcd", 0)
    assert group.put("m1", "/a", 2)["revision"] == 1_000_003
    group.send("m1", "watch-etcd", prefix="/", revision=2)
    group.run(0.1)
    assert group.client("m1").state["ended"] == errors.COMPACTED


def test_a_member_shows_its_place_in_the_group():
    group = Group(3)
    group.put("m1", "/a", 1)
    group.run(0.2)
    view = group[group.leader].view()["raft"]
    assert (view["role"], view["leader"], view["commit"], view["applied"]) == ("leader", group.leader, view["last"], view["last"])
    assert view["entries"][0] == [view["last"], view["term"], "put /a"]
    assert view["peers"] == {name: {"match": view["last"], "next": view["last"] + 1, "state": "replicate"}
                             for name in view["peers"]}
    assert sorted(view["peers"]) == sorted(group.followers)
