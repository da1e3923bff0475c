"""Each fault has its true consequence, its undo leads back, and neither depends on whether the cluster was restored.

Source of the consequences: the kubelet's, node lifecycle's and API server's own rules (see docs of each component).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cluster_sim import Cluster
from tests.unit.faults.stage import PODS, a_pod, condition, container, events, open_cluster, ready, state

Look = Callable[[Cluster], bool]


def asks(path: str = "/api/v1/nodes", user: str = "admin") -> Callable[[Cluster], int]:
    return lambda cluster: cluster.request("GET", path, user=user).status


def node_is(status: str) -> Look:
    return lambda cluster: ready(cluster) == status


def pod_is(word: str, name: str = "web") -> Look:
    return lambda cluster: state(cluster, name) == word


def restarted(times: int) -> Look:
    return lambda cluster: container(cluster).get("restartCount") == times and container(cluster)["ready"]


def fails_probe(cluster: Cluster) -> bool:
    return any("Client.Timeout exceeded while awaiting headers" in text for reason, text in events(cluster, "web")
               if reason == "Unhealthy")


def well(cluster: Cluster) -> bool:
    return ready(cluster) == "True" and state(cluster) == "running" and bool(container(cluster)["ready"])


FAULTS: list[tuple[str, str, dict[str, object], Look, float, Look, float]] = [
    ("stop", "worker-1/kubelet", {}, node_is("Unknown"), 60, well, 20),
    ("stop", "worker-1/container-runtime", {}, node_is("False"), 40, well, 20),
    ("power-off", "worker-1", {}, node_is("Unknown"), 60, well, 30),
    ("cut", "worker-1", {}, node_is("Unknown"), 60, well, 60),
    ("partition", "worker-1", {"from": ["master-1"]}, node_is("Unknown"), 60, well, 60),
    ("partition", "zone/a", {"from": ["master-1", "registry"]}, node_is("Unknown"), 60, well, 60),
    ("partition", "worker-1", {"oneWay": True}, node_is("Unknown"), 60, well, 60),
    ("partition", "worker-1/kubelet,worker-2/kubelet", {"from": "master-1/kube-apiserver"}, node_is("Unknown"), 60, well, 60),
    ("expired-token", "worker-1/kubelet", {}, node_is("Unknown"), 60, well, 60),
    ("crash", "pod/default/web/c", {"code": 3}, restarted(1), 30, well, 30),
    ("oom", "pod/default/web/c", {}, restarted(1), 30, well, 30),
    ("hang", "pod/default/web/c", {}, fails_probe, 20, well, 90),
    ("break", "default/c", {"code": 7}, pod_is("CrashLoopBackOff"), 60, well, 400),
]


@pytest.mark.parametrize(("name", "target", "options", "broken", "within", "mended", "later"), FAULTS)
def test_a_fault_has_its_consequence_and_its_undo_leads_back(name, target, options, broken, within, mended, later):
    cluster = open_cluster()
    number = cluster.fault(name, target, **options)
    assert cluster.advance_until(broken, within), (ready(cluster), state(cluster), events(cluster, "web"))
    twin = Cluster.restore(cluster.snapshot())
    for one in (cluster, twin):
        if number in one.faults()["active"]:
            one.undo_fault(number)
        one.advance(later)
    assert mended(cluster), (ready(cluster), state(cluster), events(cluster, "web"))
    assert cluster.state_hash() == twin.state_hash()
    assert cluster.faults()["active"] == {}
    assert "world" not in cluster._state()["kernel"]


@pytest.mark.parametrize(("name", "target", "options"), [(row[0], row[1], row[2]) for row in FAULTS])
def test_the_same_fault_on_the_same_seed_leads_to_the_same_state(name, target, options):
    one, other = open_cluster(), open_cluster()
    for cluster in (one, other):
        cluster.fault(name, target, **options)
        cluster.advance(70)
    assert one.state_hash() == other.state_hash()


def test_loss_is_felt_as_delay_and_nothing_is_lost_for_good():
    cluster = open_cluster()
    before = cluster.kernel.now
    assert asks()(cluster) == 200
    quick = cluster.kernel.now - before
    fault = cluster.fault("lossy", "worker-1", percent=60)
    cluster.request("POST", PODS, a_pod("late"))
    cluster.advance(90)
    assert ready(cluster) == "True"
    assert state(cluster, "late") == "running"
    cluster.undo_fault(fault)
    cluster.advance(60)
    assert cluster.kernel.network.ordered is False
    assert quick < 10_000


def test_a_slow_link_makes_a_node_late_and_not_lost():
    cluster = open_cluster()
    fault = cluster.fault("slow", "worker-1", ms=2000)
    cluster.advance(120)
    assert ready(cluster) == "True"
    cluster.undo_fault(fault)
    cluster.advance(10)
    assert well(cluster)


def test_a_wrong_clock_shows_in_what_the_kubelet_writes_and_breaks_nothing():
    cluster = open_cluster()
    fault = cluster.fault("clock-skew", "worker-1", seconds=-3600)
    cluster.advance(100)
    lease = cluster.get("leases", "worker-1", "kube-node-lease")
    assert lease["spec"]["renewTime"] < cluster.get("leases", "worker-2", "kube-node-lease")["spec"]["renewTime"]
    assert lease["spec"]["renewTime"].startswith("2025-12-31T23:0")
    assert ready(cluster) == "True"
    cluster.request("POST", PODS, a_pod("young"))
    cluster.advance(20)
    pod = cluster.get("pods", "young")
    assert pod["status"]["startTime"] < pod["metadata"]["creationTimestamp"]
    assert state(cluster, "young") == "running"
    cluster.undo_fault(fault)
    cluster.advance(20)
    assert cluster.get("leases", "worker-1", "kube-node-lease")["spec"]["renewTime"].startswith("2026-01-01T00:0")


def test_an_expired_token_is_answered_unauthorized_until_it_is_renewed():
    cluster = open_cluster()
    robot = "system:serviceaccount:default:robot"
    assert asks(user=robot)(cluster) == 403
    fault = cluster.fault("expired-token", f"user/{robot}")
    answer = cluster.request("GET", "/api/v1/nodes", user=robot)
    assert (answer.status, answer.body["reason"], answer.body["message"]) == (401, "Unauthorized", "Unauthorized")
    cluster.undo_fault(fault)
    assert asks(user=robot)(cluster) == 403


def test_an_image_that_left_the_registry_cannot_be_pulled_where_it_is_not_yet():
    cluster = open_cluster()
    fault = cluster.fault("image-gone", "nginx:1.27")
    for name, image in (("here", "nginx:1.27"), ("again", "docker.io/library/nginx:1.27"), ("sound", "redis:7")):
        cluster.request("POST", PODS, a_pod(name, image=image))
    cluster.advance(20)
    assert [state(cluster, name) for name in ("here", "again", "sound")] == ["running", "ImagePullBackOff", "running"]
    assert any("docker.io/library/nginx:1.27: not found" in text for _, text in events(cluster, "again"))
    cluster.undo_fault(fault)
    cluster.advance(30)
    assert state(cluster, "again") == "running"


def test_a_registry_that_is_down_refuses_and_is_asked_again():
    cluster = open_cluster()
    fault = cluster.fault("stop", "registry")
    cluster.request("POST", PODS, a_pod("new", image="redis:7"))
    cluster.advance(20)
    assert state(cluster, "new") == "ImagePullBackOff"
    cluster.undo_fault(fault)
    cluster.advance(60)
    assert state(cluster, "new") == "running"


def test_a_hung_container_dies_only_by_sigkill_and_can_go_on():
    cluster = open_cluster(a_pod("web", image="worker:1", args=["100"]), a_pod("other", "worker-2"))
    fault = cluster.fault("hang", "pod/default/other/c")
    cluster.request("DELETE", f"{PODS}/other")
    cluster.advance(25)
    assert state(cluster, "other") == "running"
    assert cluster.advance_until(lambda one: one.get("pods", "other") is None, 10)
    second = cluster.fault("hang", "pod/default/web/c")
    cluster.advance(60)
    assert state(cluster) == "running"
    cluster.undo_fault(second)
    cluster.advance(20)
    assert container(cluster)["restartCount"] == 0
    cluster.advance(30)
    assert container(cluster)["restartCount"] == 1
    cluster.undo_fault(fault)


def test_power_does_not_start_what_a_fault_of_its_own_keeps_down():
    cluster = open_cluster()
    kubelet = cluster.fault("stop", "worker-1/kubelet")
    power = cluster.fault("power-off", "worker-1")
    cluster.undo_fault(power)
    cluster.advance(30)
    assert cluster.parts()["worker-1/kubelet"]["state"] == "stopped"
    assert cluster.parts()["worker-1/container-runtime"]["state"] == "running"
    cluster.undo_fault(kubelet)
    cluster.advance(30)
    assert well(cluster)


def test_what_was_started_while_its_machine_was_off_starts_with_the_machine():
    cluster = open_cluster()
    kubelet = cluster.fault("stop", "worker-1/kubelet")
    power = cluster.fault("power-off", "worker-1")
    cluster.undo_fault(kubelet)
    assert cluster.parts()["worker-1/kubelet"]["state"] == "stopped"
    cluster.undo_fault(power)
    cluster.advance(30)
    assert well(cluster)


@pytest.mark.parametrize(("name", "target"), [
    ("stop", "worker-1/kubelet"), ("power-off", "worker-1"), ("cut", "worker-1"), ("partition", "zone/a"),
    ("expired-token", "worker-1/kubelet")])
def test_not_ready_leads_back_to_the_fault_behind_the_silence(name, target):
    cluster = open_cluster()
    cluster.fault(name, target)
    assert cluster.advance_until(node_is("Unknown"), 60)
    marked = next(span for span in cluster.trace() if span.phrase == "node_lifecycle.unknown")
    causes = {span.id: span for span in cluster.trace()}
    roots = [causes[one] for one in marked.also if one in causes]
    while any(root.cause in causes for root in roots):
        roots = [causes.get(root.cause, root) for root in roots]
    assert any(root.phrase == f"fault.{name}" for root in roots), [root.text for root in roots]


def test_node_conditions_stay_what_they_were_without_a_fault():
    cluster = open_cluster()
    assert [condition(cluster, "nodes", "worker-1", kind)[0] for kind in
            ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")] == ["False", "False", "False", "True"]
