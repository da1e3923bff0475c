"""How many pods a budget lets go (facts of pkg/controller/disruption/disruption_test.go)."""

import pytest

from cluster_sim import Cluster
from cluster_sim.controllers.disruption import desired_healthy, stale_since, why_no_scale
from tests.unit.controllers.builders import EPOCH, SECOND, a_pod, at

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 2, "addons": []}}


@pytest.mark.parametrize(("spec", "expected", "desired"), [
    ({"minAvailable": 3}, 5, 3), ({"minAvailable": "28%"}, 10, 3), ({"minAvailable": "100%"}, 3, 3), ({"minAvailable": "0%"}, 3, 0),
    ({"minAvailable": "67%"}, 3, 3), ({"minAvailable": "1%"}, 1, 1), ({"minAvailable": 0}, 5, 0), ({"minAvailable": 9}, 5, 9),
    ({"maxUnavailable": 1}, 5, 4), ({"maxUnavailable": "30%"}, 10, 7), ({"maxUnavailable": "33%"}, 10, 6), ({"maxUnavailable": 9}, 5, 0),
    ({"maxUnavailable": "100%"}, 5, 0), ({"maxUnavailable": 0}, 5, 5), ({}, 5, 1)])
def test_so_many_must_stay_healthy(spec, expected, desired):
    assert desired_healthy({"spec": spec}, expected) == desired


@pytest.mark.parametrize(("owner", "message"), [
    ({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "uid": "u"}}, "jobs.batch does not implement the scale subresource"),
    ({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "d", "uid": "u"}}, "daemonsets.apps does not implement the scale subresource"),
    ({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "r", "uid": "u"}}, 'found no controllers for pod "web-1"')])
def test_a_controller_without_size_is_named(owner, message):
    assert why_no_scale(a_pod(owner=owner)) == message


@pytest.mark.parametrize(("condition", "phase", "deleting", "stale"), [
    (None, "Running", False, False), ({"reason": "EvictionByEvictionAPI"}, "Running", False, True),
    ({"reason": "PreemptionByScheduler"}, "Pending", False, True), ({"reason": "TerminationByKubelet"}, "Running", False, False),
    ({"reason": "EvictionByEvictionAPI"}, "Failed", False, False), ({"reason": "EvictionByEvictionAPI"}, "Running", True, False),
    ({"status": "False"}, "Running", False, False)])
def test_a_pod_that_should_have_gone_and_was_not_deleted_is_stale(condition, phase, deleting, stale):
    pod = a_pod(phase=phase, deleting=deleting)
    if condition is not None:
        pod["status"]["conditions"] = [{"type": "DisruptionTarget", "status": "True", "lastTransitionTime": at(7), **condition}]
    assert stale_since(pod) == (EPOCH + 7 * SECOND if stale else None)


@pytest.fixture
def cluster():
    return Cluster.open(SCENE, seed=1)


def a_budget(cluster, **spec):
    cluster.request("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}, **spec}})
    cluster.advance(1)


def status(cluster):
    found = cluster.get("poddisruptionbudgets", "b")["status"]
    numbers = [found.get(field) for field in ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")]
    return numbers, found["conditions"][0]["reason"]


def workload(cluster, kind, **spec):
    group = {"Job": "batch/v1", "ReplicationController": "v1"}.get(kind, "apps/v1")
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
    if kind == "Job":
        template["spec"]["restartPolicy"] = "Never"
    root = "/api/v1" if group == "v1" else f"/apis/{group}"
    answer = cluster.request("POST", f"{root}/namespaces/default/{kind.lower()}s", {
        "apiVersion": group, "kind": kind, "metadata": {"name": "w"}, "spec": {"template": template, **spec}})
    assert answer.status == 201, answer.body
    cluster.advance(5)


LABELS = {"matchLabels": {"app": "x"}}


@pytest.mark.parametrize(("kind", "spec"), [
    ("Deployment", {"replicas": 4, "selector": LABELS}), ("ReplicaSet", {"replicas": 4, "selector": LABELS}),
    ("StatefulSet", {"replicas": 4, "selector": LABELS, "serviceName": "w", "podManagementPolicy": "Parallel"}),
    ("ReplicationController", {"replicas": 4, "selector": {"app": "x"}})])
def test_a_share_is_reckoned_of_what_the_controller_wants(cluster, kind, spec):
    workload(cluster, kind, **spec)
    a_budget(cluster, maxUnavailable="50%")
    assert status(cluster) == ([4, 4, 2, 2], "SufficientPods")


def test_for_a_number_the_pods_that_are_there_are_counted(cluster):
    workload(cluster, "Deployment", replicas=2, selector=LABELS)
    a_budget(cluster, minAvailable=2)
    assert status(cluster) == ([2, 2, 2, 0], "InsufficientPods")


def test_what_cannot_be_computed_lets_nobody_go_and_says_why(cluster):
    workload(cluster, "Job", parallelism=2)
    a_budget(cluster, maxUnavailable="50%")
    assert status(cluster)[1] == "SyncFailed" and status(cluster)[0][3] == 0
    assert [one["message"] for one in cluster.objects("events", namespace="default")
            if one["reason"] == "CalculateExpectedPodCountFailed"] == [
        "Failed to calculate the number of expected pods: jobs.batch does not implement the scale subresource"]
