"""kube-proxy in a running cluster: rules follow the endpoints, and freeze when it stops."""

from cluster_sim import Cluster
from tests.unit.node.test_stories import RUNNING, a_pod, create, until

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]%s}}"


def a_cluster(more="", zones=(None, None)):
    workers = [{"zone": zone} if zone else {} for zone in zones]
    cluster = Cluster.open({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": workers, "addons": []}}, seed=1)
    cluster.apply(SERVICE % more)
    return cluster


def add(cluster, name, node):
    pod = a_pod(name, spec={"nodeName": node})
    create(cluster, {**pod, "metadata": {"name": name, "labels": {"app": "web"}}})
    until(cluster, RUNNING, name=name)
    cluster.advance(2)


def pods_behind(cluster, node="worker-1"):
    return sorted(one["pod"] for one in cluster.parts()[f"{node}/kube-proxy"]["rules"]["default/web"]["endpoints"])


def test_rules_follow_the_endpoints():
    cluster = a_cluster()
    cluster.advance(2)
    assert cluster.parts()["worker-1/kube-proxy"]["rules"]["default/web"]["otherwise"] == "reject"
    add(cluster, "one", "worker-1")
    add(cluster, "two", "worker-2")
    assert pods_behind(cluster) == pods_behind(cluster, "worker-2") == ["one", "two"]
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/one")
    cluster.advance(0.9)
    assert pods_behind(cluster) == ["two"]  # while the pod still stops
    cluster.request("DELETE", "/api/v1/namespaces/default/services/web")
    cluster.advance(2)
    assert "default/web" not in cluster.parts()["worker-1/kube-proxy"]["rules"]


def test_a_stopped_kube_proxy_leaves_old_rules_and_makes_up_for_it():
    cluster = a_cluster()
    add(cluster, "one", "worker-1")
    fault = cluster.fault("stop", "worker-1/kube-proxy")
    add(cluster, "two", "worker-2")
    assert (pods_behind(cluster), pods_behind(cluster, "worker-2")) == (["one"], ["one", "two"])
    cluster.undo_fault(fault)
    cluster.advance(2)
    assert pods_behind(cluster) == ["one", "two"]


def test_traffic_can_prefer_its_own_node():
    cluster = a_cluster(", trafficDistribution: PreferSameNode")
    add(cluster, "one", "worker-1")
    add(cluster, "two", "worker-2")
    assert (pods_behind(cluster), pods_behind(cluster, "worker-2")) == (["one"], ["two"])
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/one?gracePeriodSeconds=0")
    cluster.advance(3)
    assert pods_behind(cluster) == ["two"]  # gone here: another node will do
