"""The scheduler at work in a running cluster, seen through the public face."""

import pytest

from cluster_sim import Cluster
from tests.unit.scheduler.builders import a_pod

PODS = "/api/v1/namespaces/default/pods"


def a_cluster(workers=2, **spec):
    scene = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": workers, "addons": [], **spec}}
    return Cluster.open(scene, seed=1)


def create(cluster, pod):
    meta = {key: value for key, value in pod["metadata"].items() if key in ("name", "labels")}
    answer = cluster.request(
        "POST", PODS, {**{key: pod[key] for key in ("apiVersion", "kind", "spec")}, "metadata": meta}
    )
    assert answer.status == 201, answer.body
    return answer.body


def node_of(cluster, name):
    return cluster.get("pods", name)["spec"].get("nodeName")


def message_of(cluster, name):
    conditions = cluster.get("pods", name).get("status", {}).get("conditions", [])
    return next((one.get("message") for one in conditions if one["type"] == "PodScheduled"), None)


def story(cluster, word):
    return [span.text for span in cluster.trace() if span.level == "story" and word in span.text]


def test_the_decision_says_why_this_node():
    cluster = a_cluster(workers=[{"cpu": "1"}, {"cpu": "4"}])
    create(cluster, a_pod("web", "500m"))
    cluster.advance(1)
    span = next(one for one in cluster.trace() if one.phrase.startswith("scheduler.") and one.detail)
    assert node_of(cluster, "web") == span.detail["chosen"] == "worker-2"
    assert [row[0] for row in span.detail["scores"]] == ["worker-2", "worker-1"]
    assert span.detail["reasons"] == {"node(s) had untolerated taint(s)": 1}
    assert span.detail["weights"]["TaintToleration"] == 3
    assert span.detail["raw"]["worker-2"]["TaintToleration"] == 0  # soft taints, before nodes are compared
    assert span.detail["scores"][0][2]["TaintToleration"] == 300  # and 100 points times the weight


def test_a_pod_without_room_waits_and_goes_where_room_becomes_free():
    cluster = a_cluster(workers=1)
    create(cluster, a_pod("first", "1500m"))
    create(cluster, a_pod("second", "1500m"))
    cluster.advance(1)
    assert message_of(cluster, "second").startswith(
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated"
    )
    cluster.request("DELETE", f"{PODS}/first")
    assert cluster.advance_until(lambda c: node_of(c, "second") == "worker-1", 40)
    assert story(cluster, "finds no node for second") and story(cluster, "Only worker-1 can take second")


def test_an_uncordoned_node_takes_the_pod_that_waits():
    cluster = a_cluster(workers=1)
    merge = "application/merge-patch+json"
    cluster.request("PATCH", "/api/v1/nodes/worker-1", {"spec": {"unschedulable": True}}, content_type=merge)
    create(cluster, a_pod("web"))
    cluster.advance(1)
    assert node_of(cluster, "web") is None
    cluster.request("PATCH", "/api/v1/nodes/worker-1", {"spec": {"unschedulable": None}}, content_type=merge)
    assert cluster.advance_until(lambda c: node_of(c, "web") == "worker-1", 15)


def test_while_the_scheduler_is_stopped_pods_stay_pending_and_are_placed_when_it_starts():
    cluster = a_cluster()
    fault = cluster.fault("stop", "master-1/kube-scheduler")
    create(cluster, a_pod("web"))
    cluster.advance(30)
    assert node_of(cluster, "web") is None and message_of(cluster, "web") is None
    cluster.undo_fault(fault)
    assert not cluster.advance_until(lambda c: node_of(c, "web"), 15)  # its old Lease has to run out first
    assert cluster.advance_until(lambda c: node_of(c, "web"), 10)


def test_a_more_important_pod_sends_a_less_important_one_away():
    cluster = a_cluster(workers=1)
    cluster.apply("{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}")
    create(cluster, a_pod("low", "1500m", terminationGracePeriodSeconds=3))
    cluster.advance(3)
    create(cluster, a_pod("high", "1500m", priorityClassName="high"))
    cluster.advance(0.1)
    assert cluster.get("pods", "high")["status"]["nominatedNodeName"] == "worker-1"
    assert cluster.advance_until(lambda c: node_of(c, "high") == "worker-1", 20)
    assert story(cluster, "low is less important and must go")


@pytest.mark.parametrize("moment", [0.002, 0.004, 0.006])
def test_a_restored_cluster_decides_alike_with_decisions_under_way(moment):
    cluster = a_cluster(workers=3)
    for number in range(6):
        create(cluster, a_pod(f"p{number}", "100m", labels={"app": "x"}))
    cluster.advance(moment)
    other = Cluster.restore(cluster.snapshot())
    for one in (cluster, other):
        create(one, a_pod("late", "100m", labels={"app": "x"}))
        one.advance(5)
    assert {pod["metadata"]["name"]: node_of(cluster, pod["metadata"]["name"]) for pod in cluster.objects("pods", "default")} == {
        pod["metadata"]["name"]: node_of(other, pod["metadata"]["name"]) for pod in other.objects("pods", "default")}
    assert cluster.state_hash() == other.state_hash()
