"""What controllers bring about together, seen through the public face: objects and the story, never their insides."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 3, "addons": []}}
NAMESPACE = "/namespaces/default"


def a_deployment(name="web", replicas=3, image="nginx:1.27", **spec):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": name}}, **spec,
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": image}]}}}}


def ready(cluster, count, labels="app=web"):
    """How many such pods are ready and staying, compared with `count`."""
    pods = cluster.objects("pods", namespace="default", selector=labels)
    return count == sum(1 for pod in pods if "deletionTimestamp" not in pod["metadata"] and any(
        one["type"] == "Ready" and one["status"] == "True" for one in pod.get("status", {}).get("conditions", ())))


def texts(cluster, since=0.0):
    """The story told since then."""
    return [span.text for span in cluster.trace() if span.level == "story" and span.time >= since]


@pytest.fixture
def cluster():
    """Three workers and a Deployment of three pods, up and ready."""
    made = Cluster.open(SCENE, seed=1)
    made.request("POST", f"/apis/apps/v1{NAMESPACE}/deployments", a_deployment())
    assert made.advance_until(lambda c: ready(c, 3), 60)
    return made


def test_a_killed_pod_is_replaced_and_the_story_says_why(cluster):
    victim, start = cluster.objects("pods", namespace="default")[0]["metadata"]["name"], cluster.now
    cluster.request("DELETE", f"/api/v1{NAMESPACE}/pods/{victim}")
    assert cluster.advance_until(lambda c: ready(c, 3), 60)
    names = [pod["metadata"]["name"] for pod in cluster.objects("pods", namespace="default")]
    told = [text for text in texts(cluster, start) if "counts 2, wants 3, creates" in text]
    assert len(told) == 1 and told[0].rpartition(" ")[2] in names


def test_a_rolling_update_keeps_enough_pods_ready(cluster):
    lowest, highest = 3, 3

    def watch(c):
        nonlocal lowest, highest
        pods = [pod for pod in c.objects("pods", namespace="default") if "deletionTimestamp" not in pod["metadata"]]
        available = c.get("deployments", "web")["status"].get("availableReplicas", 0)
        lowest, highest = min(lowest, available), max(highest, len(pods))
        return c.get("deployments", "web")["status"].get("updatedReplicas") == 3 and len(pods) == 3 and ready(c, 3)

    cluster.request("PATCH", f"/apis/apps/v1{NAMESPACE}/deployments/web", {"spec": {"template": {"spec": {
        "containers": [{"name": "c", "image": "nginx:1.28"}]}}}}, content_type="application/strategic-merge-patch+json")
    cluster.advance(0.2)
    assert cluster.advance_until(watch, 120)
    assert (lowest, highest) == (3, 4)  # 25 % of 3: none fewer, one more


def test_a_silent_node_is_unknown_after_its_grace_and_its_pods_leave_after_their_toleration(cluster):
    cluster.fault("power-off", "worker-1")
    start = cluster.now

    def condition(c):
        return {one["type"]: one["status"] for one in c.get("nodes", "worker-1")["status"]["conditions"]}["Ready"]

    assert cluster.advance_until(lambda c: condition(c) == "Unknown", 70)
    assert 40 < cluster.now - start <= 56
    noticed = next(span for span in cluster.trace() if "marks it Unknown" in span.text)
    assert "You switch worker-1 off" in [span.text for span in cluster.trace() if span.id in noticed.also]
    cluster.advance(1)
    assert not ready(cluster, 3)  # its pods are marked not ready at once
    assert cluster.advance_until(lambda c: ready(c, 3), 400)
    assert cluster.now - start > 355
    assert all(pod["spec"]["nodeName"] != "worker-1" or "deletionTimestamp" in pod["metadata"]
               for pod in cluster.objects("pods", namespace="default"))


def test_deleting_a_deployment_takes_its_replicaset_and_pods_along(cluster):
    cluster.request("DELETE", f"/apis/apps/v1{NAMESPACE}/deployments/web")
    assert cluster.advance_until(lambda c: not c.objects("replicasets") and not c.objects("pods", "default"), 60)


def test_deleting_in_the_foreground_keeps_the_owner_until_the_pods_are_gone(cluster):
    cluster.request("DELETE", f"/apis/apps/v1{NAMESPACE}/deployments/web?propagationPolicy=Foreground")
    cluster.advance(0.5)
    assert cluster.get("deployments", "web")["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert cluster.advance_until(lambda c: c.get("deployments", "web") is None, 60)
    assert not cluster.objects("pods", namespace="default")


def test_a_deleted_namespace_is_emptied_and_goes():
    cluster = Cluster.open(SCENE, seed=1)
    team = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}}
    cluster.request("POST", "/api/v1/namespaces", team)
    cluster.advance(1)
    cluster.request("POST", "/apis/apps/v1/namespaces/team/deployments", a_deployment())
    cluster.advance(5)
    cluster.request("DELETE", "/api/v1/namespaces/team")
    assert cluster.advance_until(lambda c: c.get("namespaces", "team") is None, 120)
    assert not cluster.objects("pods", namespace="team")


def test_a_service_lists_pods_as_they_become_ready(cluster):
    cluster.request("POST", f"/api/v1{NAMESPACE}/services", {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    cluster.advance(1)
    slices = cluster.objects("endpointslices", namespace="default", selector="kubernetes.io/service-name=web")
    endpoints = [endpoint for one in slices for endpoint in one.get("endpoints") or ()]
    addresses = sorted(pod["status"]["podIP"] for pod in cluster.objects("pods", namespace="default"))
    assert sorted(endpoint["addresses"][0] for endpoint in endpoints) == addresses


def test_a_restarted_controller_manager_goes_on_where_it_was(cluster):
    fault = cluster.fault("stop", "master-1/kube-controller-manager")
    victim = cluster.objects("pods", namespace="default")[0]["metadata"]["name"]
    cluster.request("DELETE", f"/api/v1{NAMESPACE}/pods/{victim}")
    cluster.advance(40)
    assert ready(cluster, 2)  # nobody counts
    cluster.undo_fault(fault)
    assert cluster.advance_until(lambda c: ready(c, 3), 60)
