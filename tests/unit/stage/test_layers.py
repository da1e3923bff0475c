"""The Layers view against the model itself: who belongs to whom, what may change at once, and why it waits."""

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim import Cluster
from lessons.stage.layers import budgets, draw, families
from lessons.stage.layers.waits import why
from lessons.stage.mirror import Mirror

SCENE = "lessons/content/scenes/f-every-owner.yaml"
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
DEPLOYMENTS, SETS, DAEMONS = ("/apis/apps/v1/namespaces/default/deployments/web",
                              "/apis/apps/v1/namespaces/default/statefulsets/store",
                              "/apis/apps/v1/namespaces/default/daemonsets/watchman")
Act = Callable[[Cluster], None]


@pytest.fixture(scope="module")
def rested() -> bytes:
    """Every kind of owner, run until the CronJob has made its first Job."""
    cluster = Cluster.open(SCENE)
    cluster.advance(75)
    return cluster.snapshot()


def mirrored(cluster: Cluster) -> Mirror:
    mirror = Mirror()
    mirror.follow(cluster)
    return mirror


def family(mirror: Mirror, kind: str) -> families.Family:
    return next(each for each in families.of(mirror) if each.kind == kind)


def patch(path: str, body: Any, content_type: str = MERGE) -> Act:
    def act(cluster: Cluster) -> None:
        answer = cluster.request("PATCH", path, body, content_type=content_type)
        assert answer.status == 200, answer.body
    return act


def image(path: str, container: str, name: str) -> Act:
    return patch(path, {"spec": {"template": {"spec": {"containers": [{"name": container, "image": name}]}}}}, STRATEGIC)


def fault(name: str, target: str) -> Act:
    def act(cluster: Cluster) -> None:
        cluster.fault(name, target)
    return act


def wait(seconds: float) -> Act:
    def act(cluster: Cluster) -> None:
        cluster.advance(seconds)
    return act


def apply(manifest: str) -> Act:
    def act(cluster: Cluster) -> None:
        assert [answer.status for answer in cluster.apply(manifest)] == [201] * (manifest.count("---") + 1)
    return act


def template(name: str, more: str = "", container: str = "", image_name: str = "nginx:1.29") -> str:
    return (f"{{metadata: {{labels: {{app: {name}}}}}, spec: {{{more} containers: "
            f"[{{name: c, image: '{image_name}', {container} resources: {{requests: {{cpu: 50m}}}}}}]}}}}")


def owner(kind: str, name: str, spec: str, **pod: str) -> str:
    return (f"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec} selector: "
            f"{{matchLabels: {{app: {name}}}}}, template: {template(name, **pod)}}}}}")


def test_every_kind_of_owner_is_a_family_with_its_own(rested: bytes) -> None:
    found = {each.kind: each for each in families.of(mirrored(Cluster.restore(rested)))}
    assert {kind: (each.middle, len(each.middles), len(each.pods)) for kind, each in found.items()} == {
        "deployments": ("replicasets", 1, 3), "statefulsets": ("", 0, 2), "daemonsets": ("", 0, 3), "jobs": ("", 0, 3),
        "cronjobs": ("jobs", 1, 1), "pods": ("", 0, 1)}


def test_the_oldest_comes_first_and_pods_without_owner_last(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    cluster.apply(owner("ReplicaSet", "lone", "replicas: 1,"))
    kinds = [each.kind for each in families.of(mirrored(cluster))]
    assert kinds == ["deployments", "statefulsets", "daemonsets", "jobs", "cronjobs", "replicasets", "pods"]


def test_after_a_rollback_the_old_replicaset_is_the_current_one(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    first = family(mirrored(cluster), "deployments").current["metadata"]["name"]
    for name in ("nginx:1.28", "nginx:1.29"):
        image(DEPLOYMENTS, "nginx", name)(cluster)
        cluster.advance(90)
    assert family(mirrored(cluster), "deployments").current["metadata"]["name"] == first


def test_nothing_waits_at_rest(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    mirror = mirrored(cluster)
    assert [why(each, mirror, cluster.now) for each in families.of(mirror)] == [None] * 6


# what is done, whose family, what the card says, what the sentence says
WAITS: list[tuple[str, list[Act], str, str, str]] = [
    ("a probe that has not passed", [image(DEPLOYMENTS, "nginx", "nginx:1.28"), wait(4)], "deployments", "not ready yet",
     "its readiness probe has not passed"),
    ("a tag that is nowhere", [image(DEPLOYMENTS, "nginx", "nginx:1.29x"), wait(40)], "deployments", "ImagePullBackOff",
     "It can neither take an old pod nor add a new one"),
    ("no progress for too long", [patch(DEPLOYMENTS, {"spec": {"progressDeadlineSeconds": 20}}),
                                  image(DEPLOYMENTS, "nginx", "nginx:1.29x"), wait(60)], "deployments", "stuck",
     "No progress for 20 s"),
    ("paused in the middle", [image(DEPLOYMENTS, "nginx", "nginx:1.28"), wait(1), patch(DEPLOYMENTS, {"spec": {"paused": True}}),
                              wait(30)], "deployments", "paused", "until somebody resumes it"),
    ("ready, and too young", [patch(DEPLOYMENTS, {"spec": {"minReadySeconds": 60}}), image(DEPLOYMENTS, "nginx", "nginx:1.28"),
                              wait(30)], "deployments", "ready, not for long enough", "after 60 s (minReadySeconds)"),
    ("nobody counts", [fault("stop", "master-1/kube-controller-manager"),
                       patch(DEPLOYMENTS, {"spec": {"replicas": 5}}), wait(5)], "deployments", "nobody counts",
     "controller manager is stopped"),
    ("no scheduler", [fault("stop", "master-1/kube-scheduler"), patch(DEPLOYMENTS, {"spec": {"replicas": 4}}), wait(5)],
     "deployments", "the scheduler is stopped", "has no node: the scheduler is stopped"),
    ("no room", [patch(DEPLOYMENTS, {"spec": {"template": {"spec": {"containers": [
        {"name": "nginx", "resources": {"requests": {"cpu": "3"}}}]}}}}, STRATEGIC), wait(5)], "deployments",
     "no node can take it", "3 Insufficient cpu"),
    ("a quota", [apply("{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: '11'}}}"),
                 patch(DEPLOYMENTS, {"spec": {"replicas": 6}}), wait(5)], "deployments", "quota is used up", "exceeded quota: few"),
    ("a quota, for pods with names", [
        apply("{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: '9'}}}"),
        patch(SETS, {"spec": {"replicas": 3}}), wait(5)], "statefulsets", "quota is used up", "exceeded quota: few"),
    ("one after the other", [image(SETS, "redis", "redis:none"), wait(40)], "statefulsets", "ImagePullBackOff",
     "Until it is ready, no other pod is replaced"),
    ("the partition", [patch(SETS, {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 1}}}}),
                       image(SETS, "redis", "redis:7"), wait(60)], "statefulsets", "partition 1",
     "store-0</code> keeps the old template: partition 1 lets only store-1 and above change"),
    ("OnDelete", [patch(SETS, {"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": None}}}),
                  image(SETS, "redis", "redis:7"), wait(20)], "statefulsets", "waits for you", "only after somebody deletes it"),
    ("one node at a time", [image(DAEMONS, "watchman", "watchman:none"), wait(60)], "daemonsets", "ImagePullBackOff",
     "cannot fetch"),
    ("work that fails", [apply("{apiVersion: batch/v1, kind: Job, metadata: {name: bad}, spec: {template: {spec: {restartPolicy: "
                               "Never, containers: [{name: c, image: 'crasher:1'}]}}}}"), wait(31)], "jobs", "back-off",
     "waits before the next try"),
    ("suspended", [patch("/apis/batch/v1/namespaces/default/cronjobs/every-minute", {"spec": {"suspend": True}}), wait(2)],
     "cronjobs", "suspended", "makes no Jobs"),
    ("a pod on a node without power", [fault("power-off", "worker-1"), wait(400)], "daemonsets", "worker-1 has no power",
     "meant for worker-1, which has no power"),
    ("a budget before a drain", [patch("/apis/policy/v1/namespaces/default/poddisruptionbudgets/web", {"spec": {"minAvailable": 3}}),
                                 patch("/api/v1/nodes/worker-1", {"spec": {"unschedulable": True}}), wait(5)], "deployments",
     "budget blocks eviction", "lets none of its pods be evicted: 3 are healthy, 3 must be"),
]


@pytest.mark.parametrize(("acts", "kind", "short", "say"), [each[1:] for each in WAITS], ids=[each[0] for each in WAITS])
def test_why_it_waits(rested: bytes, acts: list[Act], kind: str, short: str, say: str) -> None:
    cluster = Cluster.restore(rested)
    for act in acts:
        act(cluster)
    mirror = mirrored(cluster)
    found = [why(each, mirror, cluster.now) for each in families.of(mirror) if each.kind == kind]
    told = [each for each in found if each is not None]
    assert [each.short for each in told] == [short]
    assert say in told[0].say


def test_the_sums_are_those_of_the_rule(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    image(DEPLOYMENTS, "nginx", "nginx:1.29x")(cluster)
    cluster.advance(40)
    mirror = mirrored(cluster)
    told = why(family(mirror, "deployments"), mirror, cluster.now)
    assert told is not None
    assert told.sums == (("may take an old pod", "available 3 − 1 < least 3", "no"), ("may add a new one", "pods 4 + 1 > most 4", "no"))
    assert told.file == "cluster_sim/controllers/rolling_update.py"


@pytest.mark.parametrize(("strategy", "replicas", "bounds"), [
    ({}, 4, (3, 5)),
    ({"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}, 3, (3, 4)),
    ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "10%"}}, 3, (2, 3)),  # both nothing: one may be unavailable
    ({"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}}, 3, (3, 6)),
    ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 5}}, 3, (0, 3)),
    ({"type": "Recreate"}, 3, (0, 3)),
])
def test_the_fences_of_a_deployment(strategy: Any, replicas: int, bounds: tuple[int, int]) -> None:
    found = budgets.of_deployment({"spec": {"replicas": replicas, "strategy": strategy}})
    assert (found.least, found.most) == bounds


@pytest.mark.parametrize(("rolling", "bounds"), [
    ({}, (9, 10)), ({"maxUnavailable": "25%"}, (7, 10)), ({"maxUnavailable": 0, "maxSurge": "25%"}, (10, 13))])
def test_the_fences_of_a_daemonset_round_up(rolling: Any, bounds: tuple[int, int]) -> None:
    found = budgets.of_daemonset({"spec": {"updateStrategy": {"rollingUpdate": rolling}}, "status": {"desiredNumberScheduled": 10}})
    assert (found.least, found.most) == bounds


def test_the_view_tells_ordinals_disks_governors_and_counts(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    patch(SETS, {"spec": {"replicas": 1}})(cluster)
    cluster.advance(60)
    view: dict[str, Any] = {}
    draw(view, mirrored(cluster), cluster.now)
    by_name = {each.fields["name"]: each for each in view.values() if each.template == "layer_owner"}
    assert "<b>0</b>" in by_name["store"].fields["%ordinals"]
    assert "data-store-1" in by_name["store"].fields["%budget"]  # the disk of the pod that is gone stays
    assert "maxUnavailable 1" in by_name["watchman"].fields["%budget"]
    assert by_name["sums"].fields["wants"] == "3 of 3 done, 0 run"
    governors = {each.fields["short"]: each.fields["says"] for each in view.values() if each.template == "layer_governor"}
    assert governors["PDB"] == "1 may be evicted now"
    assert governors["HPA"].startswith("3 to 6")
    sums = [each.fields["counts"] for each in view.values() if each.template == "layer_sum"]
    assert any(each == "3 Completed" for each in sums)
    captions = [each.fields["name"] for each in view.values() if each.template == "layer_caption"]
    assert captions == ["Owner", "ReplicaSet, Job", "Pod"]


def test_more_than_forty_pods_are_counted_not_drawn(rested: bytes) -> None:
    cluster = Cluster.restore(rested)
    cluster.apply(owner("Deployment", "many", "replicas: 40,"))
    cluster.advance(30)
    view: dict[str, Any] = {}
    draw(view, mirrored(cluster), cluster.now)
    assert [each for each in view.values() if each.template == "layer_pod"] == []
    assert any("40 Running" == each.fields["counts"] for each in view.values() if each.template == "layer_sum")
    assert "more than 40" in view["layer-cap-3"].fields["note"]
