"""Requests from outside the cluster, and what databases keep."""

import pytest

from cluster_sim import Cluster, mark
from tests.unit.node.test_stories import until
from tests.unit.node.traffic_scene import IP, Counting, a_client, a_pod, a_service, delete, open_cluster

NODE_PORT = {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}
REFUSED = "curl: (7) Failed to connect to worker-1 port 30080: Connection refused"
TIMED_OUT = "curl: (28) Connection timed out after 5000 milliseconds"


@pytest.mark.parametrize(("service", "url", "body", "error"), [
    (NODE_PORT, "http://worker-1:30080/", "Hostname: two", ""),
    (NODE_PORT, "http://192.168.0.11:30080/", "Hostname: two", ""),  # worker-1's address
    ({**NODE_PORT, "externalTrafficPolicy": "Local"}, "http://worker-2:30080/", "Hostname: two", ""),
    ({**NODE_PORT, "externalTrafficPolicy": "Local"}, "http://worker-1:30080/", None, TIMED_OUT),
    ({**NODE_PORT, "selector": {"app": "nobody"}}, "http://worker-1:30080/", None, REFUSED),
    ({}, "http://worker-1:30080/", None, REFUSED),
    ({}, f"http://{IP}/", None, TIMED_OUT),  # a cluster IP leads nowhere from outside
    ({"externalIPs": ["198.51.100.200"]}, "http://198.51.100.200/", "Hostname: two", ""),
    ({"type": "LoadBalancer"}, "http://198.51.100.201/", None, TIMED_OUT),  # <pending>: nobody has given it an address
])
def test_who_is_outside_reaches_what_the_rules_of_a_node_let_in(service, url, body, error):
    cluster = open_cluster(a_service(**service), a_pod("two", "worker-2"))
    answer = cluster.visit(url)
    assert (answer.body, answer.error) == (body, error)


def test_a_load_balancers_address_works_as_soon_as_somebody_assigns_it():
    cluster = open_cluster(a_service(type="LoadBalancer", externalTrafficPolicy="Local"), a_pod("two", "worker-2"))
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.201"}]}}}
    assert cluster.request("PATCH", "/api/v1/namespaces/default/services/web/status", status,
                           content_type="application/merge-patch+json").ok
    cluster.advance(3)
    assert {cluster.visit("http://198.51.100.201/").body for _ in range(10)} == {"Hostname: two"}  # never by worker-1
    port = cluster.get("services", "web")["spec"]["healthCheckNodePort"]
    assert [cluster.visit(f"http://{node}:{port}/healthz").status for node in ("worker-1", "worker-2")] == [503, 200]


def test_a_visit_is_a_command_that_is_replayed():
    cluster = open_cluster(a_service(**NODE_PORT), a_pod("two", "worker-2"))
    cluster.visit("http://worker-1:30080/")
    cluster.submit_visit("http://worker-2:30080/")
    cluster.advance(1)
    again = Cluster.replay([*cluster.log(), mark(cluster.position)])
    assert again.state_hash() == cluster.state_hash()
    middle = Cluster.restore(cluster.snapshot())
    assert middle.visit("http://worker-1:30080/") == cluster.visit("http://worker-1:30080/")
    assert middle.state_hash() == cluster.state_hash()


def database(volume, name="db"):
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql/data"}]} if volume else {}
    pod = {"volumes": [{"name": "data", **volume}]} if volume else {}
    return a_pod(name, "worker-2", "postgres:17", app="web", pod=pod, **mounts)


def rows(cluster):
    return cluster.visit("tcp://worker-2:30432").body


def crash(cluster):
    cluster.fault("crash", "pod/default/db/c")
    until(cluster, ("Running", "running", 1, True), name="db")
    cluster.advance(6)


def replace(cluster):
    pod = cluster.get("pods", "db")
    delete(cluster, "db", 0)
    cluster.advance(5)
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "db", "labels": {"app": "web"}},
            "spec": {key: pod["spec"][key] for key in ("nodeName", "containers", "volumes") if key in pod["spec"]}}
    assert cluster.request("POST", "/api/v1/namespaces/default/pods", made).status == 201
    until(cluster, ("Running", "running", 0, True), name="db")
    cluster.advance(6)


@pytest.mark.parametrize(("volume", "act", "kept"), [
    ({"emptyDir": {}}, crash, True), ({"emptyDir": {}}, replace, False),
    ({"hostPath": {"path": "/data"}}, crash, True), ({"hostPath": {"path": "/data"}}, replace, True),
    (None, crash, False), (None, replace, False),
])
def test_rows_live_as_long_as_the_place_they_lie_on(volume, act, kept):
    service = a_service(type="NodePort", ports=[{"port": 5432, "nodePort": 30432}])
    writer = a_client("client", "worker-1", f"postgres://{IP}", 10, "--method=POST", "--requests=25", "--delay=8s")
    cluster = open_cluster(service, writer, database(volume), rest=20)
    before = Counting(cluster).before["ok"]
    assert before == 25 and rows(cluster) == f"{before} rows"
    act(cluster)
    assert rows(cluster) == (f"{before} rows" if kept else "0 rows")
