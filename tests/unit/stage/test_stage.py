"""One look per tick, the same for every page."""

import json
from typing import Any

from lessons.stage import Stage
from tests.unit.stage.cardboard import HASH, CardboardCluster, Clock, a_node, a_pod
from tests.unit.stage.theatre import at_rest, kill, kill_a_pod


def frame(stage: Stage, cluster: CardboardCluster, **clock: Any) -> dict[str, Any]:
    text = stage.frame(cluster, Clock(cluster.now, **clock))
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def test_the_first_paint_has_every_pod_and_node_as_outsiders_look_for_them() -> None:
    cluster = kill_a_pod()
    slots = Stage().page(cluster, Clock(cluster.now))["slots"]
    assert slots["rooms"].count("data-pod=") == 7
    assert f'data-pod="web-{HASH}-m9t4w"' in slots["rooms"]
    assert 'data-status="Terminating"' in slots["rooms"]
    assert 'data-node="worker-3" data-status="Ready"' in slots["rooms"]
    assert slots["chain"].count("data-span=") == 9


def test_a_cluster_at_rest_sends_nothing() -> None:
    cluster, stage = at_rest(), Stage()
    assert frame(stage, cluster)["add"]
    assert frame(stage, cluster) == {}


def test_a_kill_is_a_few_fields_not_a_page() -> None:
    cluster, stage = at_rest(), Stage()
    frame(stage, cluster)
    kill(cluster)
    cluster.pod(a_pod(f"web-{HASH}-x2k7q", "worker-2", ip="10.1.2.7", owner="uid-rs", created=1, deleted=71))
    delta = frame(stage, cluster)
    changed = dict(delta["set"])[f"pod-uid-web-{HASH}-x2k7q"]
    assert changed["@data-status"] == "Terminating"
    assert changed["word"] == "Terminating 30 s"
    assert [row[1] for row in delta["add"]] == ["span-1"]
    assert delta["say"] == "1. You delete pod x2k7q"
    assert len(json.dumps(delta, separators=(",", ":"))) < 3_200


def test_the_act_travels_once() -> None:
    cluster, stage = at_rest(), Stage()
    frame(stage, cluster)
    root = kill(cluster)
    sent = frame(stage, cluster)["msgs"]
    assert [(message["id"], message["n"], message["kind"], message["shape"]) for message in sent] == [(root, 1, "you", "level")]
    assert sent[0]["label"] == "DELETE pod x2k7q"
    cluster.now += 1
    assert "msgs" not in frame(stage, cluster)


def test_in_slow_motion_a_message_flies_for_as_long_as_its_host_says() -> None:
    cluster, stage = kill_a_pod(), Stage()
    frame(stage, cluster)
    quiet = cluster.tell(41.318, "master-1/kube-apiserver", "worker-3/kubelet", "", 9, lands=41.319, level="detail")
    sent = frame(stage, cluster, speed=0.1, hop_ms={quiet: 640})["msgs"]
    assert [(message["id"], message["n"], message["ms"], message["wait"]) for message in sent] == [(quiet, None, 640, 0)]


def test_a_pod_waits_on_the_landing_then_moves_to_its_room() -> None:
    cluster, stage = at_rest(), Stage()
    frame(stage, cluster)
    cluster.pod(a_pod("new"))
    added = frame(stage, cluster)
    assert ["bench-pods", "pod-uid-new"] in [row[:2] for row in added["add"]]
    assert dict(added["set"])["bench-words"]["text"] == "1 pod waits"
    cluster.pod(a_pod("new", "worker-1", waiting="ContainerCreating"))
    assert ["pod-uid-new", "bays-node-worker-1"] in [row[:2] for row in frame(stage, cluster)["move"]]


def test_a_full_frame_in_between_leaves_nobody_wrong() -> None:
    cluster, stage = at_rest(), Stage()
    frame(stage, cluster)
    name = f"web-{HASH}-x2k7q"
    cluster.pod(a_pod(name, "worker-2", ip="10.1.2.7", owner="uid-rs", created=1, deleted=71))
    stage.full(cluster, Clock(cluster.now))
    cluster.pod(a_pod(name, "worker-2", ip="10.1.2.7", owner="uid-rs", created=1))
    assert dict(frame(stage, cluster)["set"])[f"pod-uid-{name}"]["@data-status"] == "Running"


def test_what_is_believed_is_a_tag_beside_what_is_true() -> None:
    cluster, stage = at_rest(), Stage()
    cluster.powered["worker-2"] = False
    cluster.now = 93.0
    slots = Stage().page(cluster, Clock(cluster.now))["slots"]
    assert 'data-status="Ready" data-real="off"' in slots["rooms"]
    assert "believed Ready, last news 93 s ago" in slots["rooms"]
    cluster.write("/registry/minions/worker-2", a_node("worker-2", ready="Unknown"))
    frame(stage, cluster)
    assert stage.view["node-worker-2"].fields["belief"] == ""
    assert stage.view["node-worker-2"].fields["@data-status"] == "NotReady"


def test_another_moment_of_a_cluster_is_told_by_what_differs_and_keeps_places() -> None:
    stage, cluster = Stage(), kill_a_pod()
    frame(stage, cluster)
    place = stage.floors["worker-2"].places["uid-db-0"]
    again = at_rest()
    delta = frame(stage, again)
    assert stage.floors["worker-2"].places["uid-db-0"] == place
    assert "add" not in delta  # they are there already, whichever cluster they are of


def test_what_was_before_anybody_looked_is_not_replayed() -> None:
    assert "msgs" not in frame(Stage(), kill_a_pod())


def test_at_ten_times_and_more_routes_tell_how_much_passed() -> None:
    cluster, stage = at_rest(), Stage()
    frame(stage, cluster)
    kill(cluster)
    delta = frame(stage, cluster, speed=30.0)
    assert "msgs" not in delta
    assert delta["flow"] == [["user/admin", "master-1/kube-apiserver", "level", False, 1]]
