"""Several members: what one writes all have, and what becomes of requests when members fail."""

import pytest

from cluster_sim.etcd import errors
from cluster_sim.etcd.raft import HEARTBEAT
from cluster_sim.etcd.server import CATCH_UP, SNAPSHOT_COUNT
from tests.unit.etcd.group import Group


def same_stores(group):
    stores = [member.store.state for member in group.members()]
    return all(store == stores[0] for store in stores)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_a_write_through_any_member_is_on_all_and_every_watcher_hears_it(size):
    group = Group(size)
    names = [member.node for member in group.members()]
    for name in names:
        group.send(name, "watch-etcd", prefix="/a", revision=1)
    group.run(0.1)
    for name in names:
        assert group.put(name, "/a", name)["ok"]
    group.run(0.1)
    assert same_stores(group)
    for name in names:
        assert [event[3] for event in group.client(name).state["events"]] == names


def test_a_write_compares_at_its_place_in_the_log_and_not_where_it_came_in():
    group = Group(3)
    one, other = group.followers
    first = group.send(one, "txn", op="put", key="/a", value=1, compare=0)
    second = group.send(other, "txn", op="put", key="/a", value=2, compare=0)
    group.run(0.1)
    answers = [group.answer(one, first), group.answer(other, second)]
    assert sorted(answer["ok"] for answer in answers) == [False, True]
    lost = next(answer for answer in answers if not answer["ok"])
    assert lost["current"][0] == next(number for number, answer in zip((1, 2), answers, strict=True) if answer["ok"])


def test_a_linearizable_read_sees_what_another_member_has_just_answered():
    group = Group(3)
    one, other = group.followers
    for number in range(5):
        group.put(one, "/a", number)
        assert group.ask(other, "range", prefix="/")["kvs"][0][1] == number


def test_a_lone_member_says_nothing_to_anybody_and_keeps_a_short_log():
    group = Group(1)
    before = group.kernel.executed
    group.run(60)
    assert group.kernel.executed == before
    for number in range(SNAPSHOT_COUNT + 10):
        group["m1"].receive("txn", {"source": "m1/kube-apiserver", "id": number, "op": "put", "key": "/a", "value": number,
                                    "compare": None}, 0)
    raft = group["m1"].view()["raft"]
    assert raft["commit"] == raft["applied"] == raft["last"] == SNAPSHOT_COUNT + 12
    assert raft["first"] > 10 and raft["last"] - raft["first"] < SNAPSHOT_COUNT


def test_at_rest_three_members_exchange_nothing_but_heartbeats():
    group = Group(3)
    before = group.kernel.executed
    group.run(100)
    assert (group.kernel.executed - before) / 100 < 10 + 2 * 2 * 10 + 3  # beats, two heartbeats and answers each, two alarms
    assert HEARTBEAT == 100_000


def test_a_write_that_finds_no_leader_waits_for_one():
    group = Group(3)
    group.kernel.stop(f"{group.leader}/etcd", 0)
    name = group.followers[0]
    while group[name].raft.memory["leader"]:
        group.kernel.step()
    answer = group.put(name, "/a", 1)
    assert answer["ok"] and answer["after"] < 3


def test_a_write_handed_to_a_leader_that_then_dies_times_out_and_says_why():
    """v3_server.go parseProposeCtxErr; the time is ReqTimeout, 5 s + 2 elections."""
    group = Group(3)
    name = group.followers[0]
    group.kernel.stop(f"{group.leader}/etcd", 0)
    answer = group.put(name, "/a", 1)
    assert (answer["error"], round(answer["after"], 2)) == (errors.TIMEOUT_LEADER, 7.0)
    assert group.put(name, "/a", 2)["ok"]


def test_without_a_quorum_nothing_is_written_or_surely_read():
    group = Group(3)
    name = group.followers[0]
    group.put(name, "/a", 1)
    group.send(name, "watch-etcd", prefix="/", revision=2)
    group.run(0.1)
    for other in [member.node for member in group.members() if member.node != name]:
        group.kernel.stop(f"{other}/etcd", 0)
    group.run(2.5)
    write, read = group.send(name, "txn", op="put", key="/a", value=2, compare=None), group.send(name, "range", prefix="/")
    assert group.ask(name, "range", prefix="/", serializable=True)["kvs"][0][1] == 1
    group.run(6.9)
    assert group.answer(name, write) is None and group.answer(name, read) is None
    group.run(0.2)
    assert group.answer(name, write)["error"] == group.answer(name, read)["error"] == errors.TIMEOUT
    assert group.client(name).state["ended"] == errors.NO_LEADER  # after three election time-outs


def test_a_new_watch_is_refused_while_nobody_leads():
    group = Group(3)
    name = group.followers[0]
    for other in [member.node for member in group.members() if member.node != name]:
        group.kernel.stop(f"{other}/etcd", 0)
    group.run(8)
    group.send(name, "watch-etcd", prefix="/", revision=1)
    group.run(0.1)
    assert group.client(name).state["ended"] == errors.NO_LEADER


def test_a_leader_that_was_cut_off_answers_neither_writes_nor_reads():
    group = Group(3)
    old = group.leader
    group.put(old, "/a", 1)
    group.kernel.network.cut("cut", [old], group.followers)
    write, read = group.send(old, "txn", op="put", key="/a", value=2, compare=None), group.send(old, "range", prefix="/")
    group.run(4)
    assert group.leader != old and not group[old].leads()
    assert group.put(group.leader, "/a", 3)["ok"]
    assert group.answer(old, write) is None and group.answer(old, read) is None
    group.kernel.mend("cut", 0)
    group.run(2)
    assert same_stores(group)
    assert group[old].store.get("/a")[0] == 3
    assert group.answer(old, read)["error"] == errors.LEADER_CHANGED
    group.run(4)
    assert group.answer(old, write)["error"].startswith(errors.TIMEOUT)


def test_a_member_that_was_down_catches_up_from_the_log():
    group = Group(3)
    name = group.followers[0]
    group.kernel.stop(f"{name}/etcd", 0)
    for number in range(20):
        group.put(group.leader, f"/{number}", number)
    group.kernel.run(f"{name}/etcd", 0)
    group.run(1)
    assert same_stores(group)
    assert not any("snapshot" in text for text in group.story())


def test_a_member_that_was_down_for_long_gets_a_snapshot_and_its_watchers_miss_nothing():
    group = Group(3)
    name = group.followers[0]
    group.send(name, "watch-etcd", prefix="/", revision=1)
    group.run(0.1)
    group.kernel.network.cut("cut", [name], [other for other in ("m1", "m2", "m3") if other != name])
    for number in range(SNAPSHOT_COUNT + CATCH_UP):
        group.send(group.leader, "txn", op="put", key=f"/{number % 7}", value=number, compare=None)
    group.run(1)
    group.kernel.mend("cut", 0)
    group.run(3)
    assert same_stores(group)
    assert [event[0] for event in group.client(name).state["events"]] == list(range(2, SNAPSHOT_COUNT + CATCH_UP + 2))
    assert any("sends" in text and "a snapshot" in text for text in group.story())


def test_a_lease_ends_on_every_member_at_once():
    group = Group(3)
    group.put("m2", "/event", 1, ttl=3600)
    group.put("m2", "/other", 1)
    group.kernel.stop(f"{group.leader}/etcd", 0)
    group.run(3700)
    group.kernel.run(f"{next(n for n in ('m1', 'm2', 'm3') if not group.kernel.is_running(f'{n}/etcd'))}/etcd", 0)
    group.run(3)
    assert [row[0] for row in group["m1"].store.range("/")] == ["/other"]
    assert same_stores(group)


def test_compaction_is_an_entry_like_any_other():
    group = Group(3)
    for number in range(5):
        group.put("m1", "/a", number)
    assert "error" not in group.ask("m2", "compact", revision=4)
    group.run(0.1)
    assert same_stores(group) and group["m3"].store.state["compacted"] == 4
    assert group.ask("m3", "compact", revision=4)["error"] == errors.COMPACTED
    assert group.ask("m3", "compact", revision=99)["error"] == errors.FUTURE
    assert group.ask("m1", "range", prefix="/", revision=5)["kvs"] == [["/a", 3, 2, 5, 4]]
    assert group.ask("m1", "range", prefix="/", revision=3)["error"] == errors.COMPACTED
    group.send("m1", "watch-etcd", prefix="/", revision=2)
    group.run(0.1)
    assert group.client("m1").state["ended"] == errors.COMPACTED


def test_the_way_of_a_write_is_told_from_the_leader_to_the_majority():
    group = Group(3)
    before = len(group.story())
    leader, follower = group.leader, group.followers[0]
    group.put(follower, "/registry/pods/default/web", 1)
    group.run(0.1)
    term, entry = group[leader].raft.disk["term"], group[leader].raft.log.last_index
    told = [text for text in group.story()[before:] if text.startswith(("etcd", "2 of"))]
    others = " and ".join(group[leader].name_of(peer) for peer in group[leader].raft.memory["progress"])
    assert told[:2] == [
        f"etcd on {follower} hands the write to the leader, {leader}",
        f"etcd on {leader} (leader, term {term}) appends entry {entry} (put /registry/pods/default/web) and sends it to {others}"]
    assert told[2:5] == [f"etcd on {name} has written it down" for name in others.split(" and ")] + [
        "2 of 3 members have it: committed"]


def test_an_election_leads_back_to_the_fault_behind_the_silence():
    group = Group(3)
    part = f"{group.leader}/etcd"
    fault = group.kernel.work("user/admin", 0, verb="act", phrase="You stop it")
    group.kernel.silenced[part] = {"fault-1": fault}
    group.kernel.stop(part, fault)
    group.run(3)
    asked = next(span for span in group.kernel.trace.since(fault) if "has heard no leader for" in span.text)
    assert asked.also == (fault,) and asked.level == "story"
    leads = next(span for span in group.kernel.trace.since(fault) if "has a majority of the votes" in span.text)
    assert leads.level == "story" and leads in group.kernel.trace.chain(asked.id)
