"""The stage against the model itself: every message has its route, and following never drifts from looking anew."""

import json
from typing import Any

import pytest

from cluster_sim import Cluster
from lessons.stage import Stage
from lessons.stage.routes import route
from tests.unit.stage.cardboard import Clock

SCENE = "lessons/content/kill-a-pod/scene.yaml"


@pytest.fixture(scope="module")
def rested() -> bytes:
    """The first lesson's cluster, at rest."""
    cluster = Cluster.open(SCENE)
    cluster.advance(20)
    return cluster.snapshot()


def delete_a_pod(cluster: Cluster) -> str:
    name = next(pod["metadata"]["name"] for pod in cluster.objects("pods", selector="app=web"))
    cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    return str(name)


def power_off(cluster: Cluster) -> str:
    cluster.fault("power-off", "worker-2")
    return ""


def stop_and_start(cluster: Cluster) -> str:
    cluster.fault("stop", "master-1/kube-scheduler")
    delete_a_pod(cluster)
    cluster.advance(5)
    cluster.undo_fault(next(iter(cluster.faults()["active"])))
    return ""


ACTS = [delete_a_pod, power_off, stop_and_start]


@pytest.mark.parametrize("act", ACTS)
def test_every_span_has_a_route_or_happens_in_place(rested: bytes, act: Any) -> None:
    cluster = Cluster.restore(rested)
    act(cluster)
    cluster.advance(60)
    lost = {
        (span.source, span.target)
        for span in cluster.trace()
        if span.source != span.target and not route(span.source, span.target)
    }
    assert lost == set()


@pytest.mark.parametrize("act", ACTS)
def test_following_frame_by_frame_ends_at_what_a_fresh_look_shows(rested: bytes, act: Any) -> None:
    cluster = Cluster.restore(rested)
    stage = Stage()
    stage.frame(cluster, Clock(cluster.now))
    act(cluster)
    for _ in range(40):
        cluster.advance(0.5)
        stage.frame(cluster, Clock(cluster.now))
    fresh = Stage()
    fresh.floors = stage.floors  # places are the stage's own memory
    fresh.frame(cluster, Clock(cluster.now))
    untold = ("part-master-1-etcd", "part-master-1-kube-scheduler", "hidden", "earlier")  # they tell of what was seen on the way
    differ = {
        key
        for key in stage.view.keys() | fresh.view.keys()
        if key not in untold and not key.startswith("span-") and stage.view.get(key) != fresh.view.get(key)
    }
    assert differ == set()


def test_a_kill_is_told_by_everybody_who_acts_and_stays_small(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    stage = Stage()
    stage.frame(cluster, Clock(cluster.now))
    name = delete_a_pod(cluster)
    sizes, said = [], []
    for pace in [0.0005, *[0.02] * 100]:
        cluster.advance(pace)
        text = stage.frame(cluster, Clock(cluster.now))
        if text:
            sizes.append(len(text.encode()))
            said.append(json.loads(text).get("say", ""))
    lanes = [stage.view[key].fields["lane"] for key in stage.view if key.startswith("span-")]
    assert lanes[:2] == ["You", "API server"]
    assert {"Controllers", "Scheduler"} <= set(lanes)
    assert said[0] == f"1. You delete pod {name.rpartition('-')[2]}"
    assert max(sizes) < 16_000
