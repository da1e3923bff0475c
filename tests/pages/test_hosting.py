"""Hosted clusters: opened at rest, paced, acted on, and found again after a restart."""

import json
import time
from typing import Any

import pytest

from lessons import hosting
from lessons.hosting import Actor, keeping, limits
from lessons.hosting.host import Host
from lessons.hosting.hosted import Hosted
from lessons.hosting.models import ClusterSnapshot, CommandRecord, HostedCluster
from lessons.hosting.recovery import NoSuchCluster
from lessons.visitors import Visitor
from tests.pages.conftest import SCENE
from tests.pages.play import PATIENCE, act, hash_at, names, pods, until


def test_a_lesson_opens_on_a_cluster_at_rest(opened: str) -> None:
    ready = hosting.ask_sync(opened, lambda hosted: [
        condition["status"] for pod in hosted.cluster.objects("pods", "default")
        for condition in pod["status"]["conditions"] if condition["type"] == "Ready"])
    assert ready == ["True", "True"]


def test_the_same_visitor_comes_back_to_the_same_cluster(opened: str, ada: Visitor) -> None:
    assert hosting.open_sync(ada, "play", SCENE) == opened


def test_another_visitor_gets_another_cluster(opened: str) -> None:
    theirs = hosting.open_sync(Visitor("bob"), "play", SCENE)
    assert theirs != opened
    assert hosting.ask_sync(theirs, lambda hosted: hosted.cluster.position.commands) == 0


def test_starting_over_opens_a_new_one(opened: str, ada: Visitor) -> None:
    assert hosting.open_sync(ada, "play", SCENE, fresh=True) != opened


def test_an_edited_scene_is_another_scene(opened: str, ada: Visitor) -> None:
    assert hosting.open_sync(ada, "play", SCENE.replace("replicas: 2", "replicas: 1")) != opened


def test_a_person_has_ten_clusters_and_the_eleventh_takes_the_place_of_the_oldest(house: Any, ada: Visitor) -> None:
    mine = [hosting.open_sync(ada, "play", SCENE, fresh=True) for _ in range(11)]
    assert set(HostedCluster.objects.values_list("pk", flat=True)) == set(mine[1:])


def test_nobody_has_a_cluster_of_an_unknown_name(house: Any) -> None:
    with pytest.raises(NoSuchCluster):
        hosting.ask_sync("nobody-opened-this", lambda hosted: hosted.id)


def test_time_goes_on_by_itself(opened: str) -> None:
    before = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    until(opened, lambda hosted: hosted.cluster.now > before + 0.2)


def test_paused_time_stands_and_steps_to_the_next_story(opened: str, ada: Visitor) -> None:
    assert act(opened, ada, op="pause").ok
    before = hash_at(opened)
    killed = act(opened, ada, op="kill", name=pods(opened)[0])
    assert "paused" in killed.note.lower()
    assert hosting.ask_sync(opened, lambda hosted: hosted.cluster.now) * 1e6 == pytest.approx(before[0].at)
    assert act(opened, ada, op="step").ok
    stepped = hash_at(opened)
    assert stepped[0].at > before[0].at
    assert hash_at(opened) == stepped


def test_a_killed_pod_is_replaced(opened: str, ada: Visitor) -> None:
    before = pods(opened)
    outcome = act(opened, ada, op="kill", name=before[0], namespace="default")
    assert outcome.ok
    assert outcome.kubectl == f"kubectl delete pod {before[0]}"
    assert outcome.request == f"DELETE /api/v1/namespaces/default/pods/{before[0]}"
    assert act(opened, ada, op="speed", value="10").ok
    until(opened, lambda hosted: before[0] not in names(hosted) and len(names(hosted)) == 2)


def test_killing_a_pod_that_is_gone_is_refused_kindly(opened: str, ada: Visitor) -> None:
    outcome = act(opened, ada, op="kill", name="web-was-here", id="k1")
    assert (outcome.ok, outcome.id, outcome.title) == (False, "k1", "web-was-here is already gone.")
    assert CommandRecord.objects.count() == 0


def test_killing_another_pod_of_the_same_name_is_refused(opened: str, ada: Visitor) -> None:
    outcome = act(opened, ada, op="kill", name=pods(opened)[0], uid="another")
    assert not outcome.ok


def test_killing_a_pod_twice_is_refused_kindly(opened: str, ada: Visitor) -> None:
    name = pods(opened)[0]
    act(opened, ada, op="speed", value=0.1)
    act(opened, ada, op="kill", name=name)
    until(opened, lambda hosted: "deletionTimestamp" in hosted.cluster.get("pods", name)["metadata"])
    second = act(opened, ada, op="kill", name=name)
    assert second.title == f"{name} is already on its way out."


@pytest.mark.parametrize("op", [
    {"op": "explode"}, {"op": "kill"}, {"op": "kill", "name": 3}, {"op": "request", "verb": "BREW", "path": "/api"},
    {"op": "request", "verb": "GET", "path": "api"}, {"op": "request", "verb": "GET", "path": "/api/v1/pods?watch=1"},
    {"op": "fault", "name": "flood", "target": "worker-1"}, {"op": "fault", "name": "stop", "target": "nowhere"},
    {"op": "fault", "name": "stop", "target": "worker-1/kubelet", "options": {"user": "mallory"}},
    {"op": "undo-fault", "fault": "fault-9"}, {"op": "speed", "value": "fast"}, {"op": "speed", "value": -1},
    {"op": "undo"},
])
def test_what_cannot_be_done_is_refused_with_a_reason(opened: str, ada: Visitor, op: dict[str, Any]) -> None:
    outcome = act(opened, ada, **op)
    assert not outcome.ok
    assert outcome.title
    assert outcome.text
    assert CommandRecord.objects.count() == 0


def test_a_follower_only_watches(opened: str) -> None:
    name = pods(opened)[0]
    outcome = hosting.command_sync(opened, Actor("bob", "follower"), {"op": "kill", "name": name})
    assert outcome.title == "You are watching."
    assert name in pods(opened)


def test_the_same_command_sent_twice_is_done_once(opened: str, ada: Visitor) -> None:
    first, second = (act(opened, ada, op="fault", name="stop", target="worker-1/kubelet", id="same") for _ in range(2))
    assert first.ok
    assert second == first
    assert CommandRecord.objects.count() == 1


def test_more_than_forty_commands_at_once_are_too_fast(opened: str, ada: Visitor) -> None:
    outcomes = [act(opened, ada, op="pause") for _ in range(60)]
    refused = [outcome for outcome in outcomes if not outcome.ok]
    assert refused
    assert {outcome.title for outcome in refused} == {"That was too fast."}


def test_an_acknowledged_command_is_on_the_disk(opened: str, ada: Visitor) -> None:
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet", id="f1")
    record = json.loads(CommandRecord.objects.get().record)
    assert (record["kind"], record["id"], record["body"]["target"]) == ("fault", "f1", "worker-1/kubelet")


def test_after_a_kill_everything_accepted_is_still_there(opened: str, ada: Visitor, house: Any) -> None:
    name = pods(opened)[0]
    act(opened, ada, op="pause")
    act(opened, ada, op="kill", name=name)
    act(opened, ada, op="step")
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet")
    before = hash_at(opened)
    house.restart()
    assert hash_at(opened) == before


def test_a_restart_replays_from_the_last_snapshot(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="kill", name=pods(opened)[0])
    act(opened, ada, op="pause")
    hosting.ask_sync(opened, lambda hosted: keeping.snapshot(house(), hosted))
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet")
    act(opened, ada, op="step")
    act(opened, ada, op="fault", name="stop", target="worker-1/kube-proxy")
    before = hash_at(opened)
    assert ClusterSnapshot.objects.count() == 1
    house.restart()
    assert hash_at(opened) == before


def test_undo_goes_back_to_just_before_the_last_act(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="pause")
    before = hash_at(opened)
    act(opened, ada, op="kill", name=pods(opened)[0])
    act(opened, ada, op="step")
    assert hash_at(opened) != before
    assert act(opened, ada, op="undo").ok
    assert hash_at(opened) == before
    house.restart()
    assert hash_at(opened) == before


def test_after_undo_another_act_takes_its_place_for_good(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="pause")
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet")
    act(opened, ada, op="undo")
    act(opened, ada, op="fault", name="stop", target="worker-1/kube-proxy")
    before = hash_at(opened)
    house.restart()
    assert hash_at(opened) == before
    active = hosting.ask_sync(opened, lambda hosted: hosted.cluster.faults()["active"])
    assert [fault["target"] for fault in active.values()] == ["worker-1/kube-proxy"]


def test_a_skip_goes_to_what_comes_after_the_quiet(opened: str, ada: Visitor) -> None:
    act(opened, ada, op="pause")
    act(opened, ada, op="fault", name="power-off", target="worker-1")
    before = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    assert act(opened, ada, op="skip").ok
    after = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    assert after > before + 5
    assert hosting.ask_sync(opened, lambda hosted: hosted.mode) == "paused"


def test_slow_motion_lets_a_hop_be_seen(opened: str, ada: Visitor) -> None:
    act(opened, ada, op="speed", value=0.1)
    began = time.monotonic()
    act(opened, ada, op="kill", name=pods(opened)[0])
    until(opened, lambda hosted: len(hosted.followed.spans) > 1)
    assert time.monotonic() - began >= 0.59


@pytest.mark.parametrize("speed", [0.1, 1, 10])
def test_the_pacing_thread_sleeps_until_something_is_due(
    opened: str, ada: Visitor, speed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(opened, ada, op="speed", value=speed)
    act(opened, ada, op="kill", name=pods(opened)[0])
    slices: list[int] = []
    run = Hosted.slice
    monkeypatch.setattr(Hosted, "slice", lambda hosted, now: (slices.append(1), run(hosted, now))[1])
    before = hash_at(opened)[0].after
    until(opened, lambda hosted: hosted.cluster.position.after >= before + 8)
    events = hash_at(opened)[0].after - before
    assert len(slices) <= 2 * events + 10


def test_with_nobody_looking_time_stands_and_a_look_wakes_it(opened: str, house: Any) -> None:
    host: Host = house()
    hosting.ask_sync(opened, lambda hosted: None)
    host.now = lambda: time.monotonic() + 61
    deadline = time.monotonic() + PATIENCE
    while not host.clusters[opened].asleep:
        assert time.monotonic() < deadline, "it does not fall asleep"
    stood = host.clusters[opened].cluster.position
    assert host.clusters[opened].wake_at(host.now()) is None
    assert hosting.ask_sync(opened, lambda hosted: (hosted.mode, hosted.cluster.position)) == ("running", stood)
    until(opened, lambda hosted: hosted.cluster.position > stood)


def test_after_ten_minutes_without_a_look_only_the_disk_has_it(opened: str, house: Any) -> None:
    host: Host = house()
    before = hash_at(opened)
    host.now = lambda: time.monotonic() + 661
    deadline = time.monotonic() + PATIENCE
    while opened in host.clusters:
        assert time.monotonic() < deadline, "it is not let go"
    assert ClusterSnapshot.objects.filter(cluster_id=opened).exists()
    assert hash_at(opened)[0] >= before[0]


def test_a_command_sent_again_after_a_restart_is_not_done_twice(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet", id="once")
    house.restart()
    assert act(opened, ada, op="fault", name="stop", target="worker-1/kubelet", id="once").ok
    assert CommandRecord.objects.count() == 1


def test_a_kill_of_a_pod_that_was_shown_after_the_last_mark_is_not_lost(opened: str, ada: Visitor, house: Any) -> None:
    def replacement(hosted: Any) -> dict[str, Any]:
        hosted.cluster.advance(5)
        return {"seen": hosted.cluster.now, "name": next(name for name in names(hosted) if name not in before)}

    before = pods(opened)
    act(opened, ada, op="pause")
    act(opened, ada, op="kill", name=before[0])
    shown = hosting.ask_sync(opened, replacement)  # what the disk does not know of yet
    house.restart()
    assert shown["name"] not in pods(opened)
    assert not act(opened, ada, op="kill", name=shown["name"]).ok  # whoever does not say what they saw is too early
    house.restart()
    assert act(opened, ada, op="kill", **shown).ok
    hosting.ask_sync(opened, lambda hosted: hosted.cluster.advance(30))
    assert shown["name"] not in pods(opened)


def test_of_several_commands_kept_over_a_restart_each_finds_what_its_sender_saw(
    opened: str, ada: Visitor, house: Any
) -> None:
    def replacement(hosted: Any) -> dict[str, Any]:
        hosted.cluster.advance(5)
        return {"seen": hosted.cluster.now, "name": next(name for name in names(hosted) if name not in before)}

    before = pods(opened)
    act(opened, ada, op="pause")
    act(opened, ada, op="kill", name=before[0])
    early = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    shown = hosting.ask_sync(opened, replacement)
    house.restart()
    assert act(opened, ada, op="speed", value=2, seen=early).ok  # sent before it saw the replacement, and not answered
    assert act(opened, ada, op="kill", **shown).ok


def test_a_page_of_before_an_undo_does_not_drive_the_cluster_on(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="pause")
    house.restart()
    act(opened, ada, op="kill", name=pods(opened)[0])
    assert act(opened, ada, op="undo").ok
    before = hash_at(opened)
    assert act(opened, ada, op="pause", seen=before[0].at / 1e6 + 30).ok
    assert hash_at(opened) == before


@pytest.mark.parametrize("seen", [-1, 1e300, "soon", None, [1]])
def test_a_page_cannot_send_a_restarted_cluster_farther_than_a_skip_would(
    opened: str, ada: Visitor, house: Any, seen: Any
) -> None:
    act(opened, ada, op="pause")
    before = hash_at(opened)[0].at
    house.restart()
    assert act(opened, ada, op="pause", seen=seen).ok
    assert before <= hash_at(opened)[0].at <= before + limits.SKIP_VIRTUAL * 1_000_000


def test_a_log_that_cannot_be_replayed_is_set_aside_and_the_lesson_opens_anew(
    opened: str, ada: Visitor, house: Any
) -> None:
    act(opened, ada, op="fault", name="stop", target="worker-1/kubelet")
    record = CommandRecord.objects.get()
    CommandRecord.objects.update(record=record.record.replace("worker-1", "worker-9"))
    house.restart()
    anew = hosting.open_sync(ada, "play", SCENE)
    assert anew != opened
    assert CommandRecord.objects.get().cluster_id == opened


def test_a_skip_to_what_is_due_goes_there_and_not_only_to_what_is_next(opened: str, ada: Visitor) -> None:
    act(opened, ada, op="pause")
    assert act(opened, ada, op="fault", name="cut", target="worker-1").ok
    before = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    assert act(opened, ada, op="skip", to=f"{before + 45:.3f}").ok
    assert before + 44.9 < hosting.ask_sync(opened, lambda hosted: hosted.cluster.now) <= before + 60


@pytest.mark.parametrize("to", ["soon", "nan", -1, 1e9, [1]])
def test_a_skip_to_what_is_not_ahead_is_refused(opened: str, ada: Visitor, to: Any) -> None:
    assert act(opened, ada, op="skip", to=to).title == "That is not ahead."
