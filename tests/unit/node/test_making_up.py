"""What a kubelet missed it makes up for: whatever was down or cut, in the end pods and containers agree."""

from tests.unit.node.test_stories import PODS, RUNNING, a_cluster, a_pod, create, state, until


def is_ready(cluster, name="web"):
    conditions = cluster.get("pods", name)["status"]["conditions"]
    return next(one["status"] == "True" for one in conditions if one["type"] == "Ready")


def containers(cluster, node="worker-1"):
    return [(row["pod"], row["state"]) for row in cluster.parts()[f"{node}/container-runtime"]["containers"]]


def test_a_pod_marked_unready_while_its_node_was_silent_is_ready_again():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    fault = cluster.fault("cut", "worker-1")
    assert cluster.advance_until(lambda c: not is_ready(c), 90)
    cluster.undo_fault(fault)
    assert cluster.advance_until(is_ready, 15)
    assert state(cluster) == RUNNING


def test_a_pod_deleted_while_its_runtime_was_down_is_cleared_away():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    fault = cluster.fault("stop", "worker-1/container-runtime")
    cluster.advance(1)
    cluster.request("DELETE", f"{PODS}/web?gracePeriodSeconds=0")
    cluster.advance(1)
    assert (state(cluster), containers(cluster)) == (None, [("web", "running")])
    cluster.undo_fault(fault)
    cluster.advance(15)
    assert containers(cluster) == []


def test_what_ends_while_a_starting_kubelet_waits_for_the_api_server_is_noticed():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    server = cluster.fault("stop", "master-1/kube-apiserver")
    kubelet = cluster.fault("stop", "worker-1/kubelet")
    cluster.undo_fault(kubelet)
    cluster.advance(1)
    cluster.fault("crash", "pod/default/web/c", code=1)
    cluster.advance(1)
    cluster.undo_fault(server)
    until(cluster, ("Running", "running", 1, True), 60)


def test_a_pod_deleted_while_its_machine_was_off_leaves_nothing_behind():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    fault = cluster.fault("power-off", "worker-1")
    cluster.request("DELETE", f"{PODS}/web?gracePeriodSeconds=0")
    cluster.undo_fault(fault)
    cluster.advance(10)
    assert containers(cluster) == []


def test_a_job_pod_that_was_running_when_the_power_failed_has_failed():
    cluster = a_cluster()
    create(cluster, a_pod(image="job:1", args=["60"], spec={"restartPolicy": "Never"}))
    until(cluster, RUNNING)
    fault = cluster.fault("power-off", "worker-1")
    cluster.advance(5)
    cluster.undo_fault(fault)
    until(cluster, ("Failed", "Unknown", 0, False), 15)
    terminated = cluster.get("pods", "web")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert terminated["exitCode"] == 255
