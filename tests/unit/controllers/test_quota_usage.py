"""What counts against a quota (pkg/quota/v1/evaluator/core/pods_test.go, services_test.go)."""

import pytest

from cluster_sim.api import quota_usage, resources

PODS, SERVICES = resources.resolve("pods"), resources.resolve("services")


def a_pod(requests=None, limits=None, phase="Pending", **spec):
    container = {"name": "c", "resources": {"requests": requests or {}, "limits": limits or {}}}
    return {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": [container], **spec},
            "status": {"phase": phase}}


def test_a_pod_counts_its_requests_and_limits():
    assert quota_usage.usage(PODS, a_pod({"cpu": "100m"}, {"memory": "1Gi"})) == {
        "count/pods": "1", "pods": "1", "cpu": "100m", "requests.cpu": "100m", "limits.memory": "1Gi"}


def test_a_finished_pod_leaves_only_its_object():
    assert quota_usage.usage(PODS, a_pod({"cpu": "1"}, phase="Succeeded")) == {"count/pods": "1"}


def test_the_greatest_init_container_counts_if_it_asks_for_more():
    pod = a_pod({"cpu": "100m", "memory": "1Gi"},
                initContainers=[{"name": "i", "resources": {"requests": {"cpu": "500m", "memory": "10Mi"}}}])
    assert quota_usage.pod_amounts(pod["spec"], "requests") == {"cpu": "500m", "memory": "1Gi"}


@pytest.mark.parametrize(("kind", "nodeports", "balancers"), [
    ("ClusterIP", "0", "0"), ("NodePort", "2", "0"), ("LoadBalancer", "2", "1")])
def test_a_service_counts_its_node_ports(kind, nodeports, balancers):
    found = quota_usage.usage(SERVICES, {"metadata": {}, "spec": {"type": kind, "ports": [{}, {}]}})
    assert (found["services.nodeports"], found["services.loadbalancers"]) == (nodeports, balancers)


@pytest.mark.parametrize(("scope", "pod", "expected"), [
    ("BestEffort", a_pod(), True), ("BestEffort", a_pod({"cpu": "1"}), False),
    ("NotBestEffort", a_pod({"cpu": "1"}), True), ("Terminating", a_pod(activeDeadlineSeconds=5), True),
    ("NotTerminating", a_pod(activeDeadlineSeconds=5), False)])
def test_a_scope_takes_in_some_pods(scope, pod, expected):
    quota = {"metadata": {}, "spec": {"hard": {"pods": "1"}, "scopes": [scope]}}
    assert quota_usage.falls_under(quota, PODS, pod) is expected
    assert not quota_usage.falls_under(quota, SERVICES, {"metadata": {}, "spec": {}})
