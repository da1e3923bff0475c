"""The metrics pipeline: kubelets are asked each 15 s, the API server passes questions on, and silence is told as such.

Source: kubernetes-sigs/metrics-server pkg/storage, pkg/api; kube-aggregator pkg/controllers/status/remote.
"""

from __future__ import annotations

from cluster_sim.api import quantity
from tests.unit.metrics.stage import METRICS, available, is_available, open_cluster

LOAD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "busy", "labels": {"app": "busy"}},
        "spec": {"containers": [{"name": "c", "image": "load:1", "args": ["--cpu=400m", "--memory=200Mi"]}]}}


def test_without_the_add_on_the_group_does_not_exist():
    answer = open_cluster(addons=()).request("GET", f"{METRICS}/nodes")
    assert (answer.status, answer.body["message"]) == (
        404, "the server could not find the requested resource (get nodes.metrics.k8s.io)")


def test_until_the_metrics_server_is_ready_nobody_serves_the_group():
    cluster = open_cluster()
    cluster.advance(1)
    assert available(cluster) == ("False", "MissingEndpoints", (
        'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"'))
    answer = cluster.request("GET", f"{METRICS}/nodes")
    assert (answer.status, answer.body["reason"]) == (503, "ServiceUnavailable")
    assert cluster.advance_until(is_available, 60)
    assert available(cluster) == ("True", "Passed", "all checks passed")


def test_nodes_and_pods_are_told_with_what_they_use():
    cluster = open_cluster(LOAD)
    cluster.advance(60)
    nodes = cluster.request("GET", f"{METRICS}/nodes").body
    assert nodes["kind"] == "NodeMetricsList"
    assert [node["metadata"]["name"] for node in nodes["items"]] == ["worker-1", "worker-2"]
    pods = cluster.request("GET", f"{METRICS}/namespaces/default/pods").body
    assert pods["kind"] == "PodMetricsList"
    [busy] = pods["items"]
    assert (busy["metadata"]["name"], busy["metadata"]["labels"], busy["window"]) == ("busy", {"app": "busy"}, "15s")
    assert busy["containers"] == [{"name": "c", "usage": {"cpu": "400m", "memory": "200Mi"}}]
    where = cluster.get("pods", "busy")["spec"]["nodeName"]
    usage = {node["metadata"]["name"]: node["usage"] for node in nodes["items"]}
    assert quantity.milli(usage[where]["cpu"]) >= 400
    everywhere = cluster.request("GET", f"{METRICS}/pods").body["items"]
    assert [item["metadata"]["namespace"] for item in everywhere] == ["default", "kube-system"]
    assert cluster.request("GET", f"{METRICS}/pods?labelSelector=app%3Dother").body["items"] == []


def test_one_pod_can_be_asked_for_and_a_missing_one_is_not_found():
    cluster = open_cluster(LOAD)
    cluster.advance(60)
    found = cluster.request("GET", f"{METRICS}/namespaces/default/pods/busy").body
    assert (found["kind"], found["apiVersion"], found["metadata"]["name"]) == ("PodMetrics", "metrics.k8s.io/v1beta1", "busy")
    answer = cluster.request("GET", f"{METRICS}/namespaces/default/pods/ghost")
    assert (answer.status, answer.body["message"]) == (404, 'pods "default/ghost" not found'.replace("default/", ""))


def test_a_container_seen_once_is_told_only_after_the_second_look():
    cluster = open_cluster()
    cluster.advance(60)
    cluster.apply("""{apiVersion: v1, kind: Pod, metadata: {name: young}, spec: {containers: [{name: c, image: 'nginx:1'}]}}""")
    cluster.advance(3)
    answer = cluster.request("GET", f"{METRICS}/namespaces/default/pods/young")
    assert (answer.status, answer.body["message"]) == (404, 'pods.metrics.k8s.io "default/young" not found')
    cluster.advance(32)
    assert cluster.request("GET", f"{METRICS}/namespaces/default/pods/young").status == 200


def test_a_node_whose_kubelet_is_silent_is_not_known_any_more():
    cluster = open_cluster(LOAD)
    cluster.advance(60)
    where = cluster.get("pods", "busy")["spec"]["nodeName"]
    other = next(name for name in ("worker-1", "worker-2") if name != where)
    cluster.fault("stop", f"{where}/kubelet")
    cluster.advance(20)
    items = cluster.request("GET", f"{METRICS}/nodes").body["items"]
    assert [item["metadata"]["name"] for item in items] == [other]


def test_metrics_are_readable_for_whoever_may_and_nobody_else():
    cluster = open_cluster()
    cluster.advance(60)
    answer = cluster.request("GET", f"{METRICS}/nodes", user="mallory")
    assert answer.status == 403


def test_at_rest_the_pipeline_is_a_few_messages_each_fifteen_seconds():
    """Two nodes: at each look two questions, two answers, and what the runtimes are asked for them."""
    quiet, measured = open_cluster(addons=()), open_cluster()
    counts = []
    for cluster in (quiet, measured):
        cluster.advance(120)
        before = cluster.kernel.executed
        cluster.advance(150)
        counts.append(cluster.kernel.executed - before)
    assert counts[1] - counts[0] < 10 * 2 * 6 + 250
