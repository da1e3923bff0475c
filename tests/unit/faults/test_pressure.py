"""A machine that runs short of memory or disk: conditions, evictions, images that go, and the way back.

Source: kubernetes pkg/kubelet/eviction (helpers_test.go, eviction_manager_test.go for ranking and messages).
"""

from __future__ import annotations

from typing import Any

from cluster_sim import Cluster
from tests.unit.faults.stage import PODS, a_pod, condition, container, events, open_cluster, ready, state

TAINT = "node.kubernetes.io/{}-pressure"


def pressure(cluster: Cluster, kind: str = "MemoryPressure", node: str = "worker-1") -> tuple[str, str]:
    return condition(cluster, "nodes", node, kind)


def taints(cluster: Cluster, node: str = "worker-1") -> list[str]:
    return [taint["key"] for taint in cluster.get("nodes", node)["spec"].get("taints") or ()]


def phase(cluster: Cluster, name: str) -> tuple[str, str]:
    status = (cluster.get("pods", name) or {}).get("status", {})
    return status.get("phase", ""), status.get("reason", "")


def asking(memory: str, limit: str | None = None) -> dict[str, Any]:
    resources = {"requests": {"cpu": "100m", "memory": memory}}
    return {**resources, "limits": {"cpu": "100m", "memory": limit}} if limit else resources


def test_short_of_memory_the_kubelet_says_so_and_ends_the_pod_that_uses_more_than_it_asked_for():
    cluster = open_cluster(a_pod("modest", image="nginx:1.27", resources=asking("64Mi")), a_pod("greedy", image="mysql:8"))
    fault = cluster.fault("memory-pressure", "worker-1", availableMi=60)
    assert cluster.advance_until(lambda one: pressure(one) == ("True", "KubeletHasInsufficientMemory"), 12)
    cluster.advance(5)
    assert taints(cluster) == [TAINT.format("memory")]
    assert phase(cluster, "greedy") == ("Failed", "Evicted")
    assert phase(cluster, "modest")[0] == "Running"
    pod = cluster.get("pods", "greedy")
    assert pod["status"]["message"] == (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61440Ki. Container c was using 184320Ki, "
        "request is 0, has larger consumption of memory. ")
    assert condition(cluster, "pods", "greedy", "DisruptionTarget") == ("True", "TerminationByKubelet")
    assert container(cluster, "greedy")["state"]["terminated"]["exitCode"] in (0, 137, 143)
    assert ("EvictionThresholdMet", "Attempting to reclaim memory") in events(cluster, "worker-1")
    assert ("NodeHasInsufficientMemory", "Node worker-1 status is now: NodeHasInsufficientMemory") in events(cluster, "worker-1")
    cluster.undo_fault(fault)
    cluster.advance(280)
    assert pressure(cluster)[0] == "True"
    cluster.advance(40)
    assert pressure(cluster) == ("False", "KubeletHasSufficientMemory")
    assert taints(cluster) == []
    assert ready(cluster) == "True"


def test_who_goes_first_follows_from_requests_then_priority_then_excess():
    cluster = open_cluster(a_pod("small", image="redis:7"), a_pod("large", image="mysql:8"),
                           a_pod("asked", image="mysql:8", resources=asking("512Mi")))
    cluster.fault("memory-pressure", "worker-1", availableMi=10)
    cluster.advance(13)
    assert [phase(cluster, name)[0] for name in ("large", "small", "asked")] == ["Failed", "Running", "Running"]
    cluster.fault("memory-pressure", "worker-1", availableMi=10)
    cluster.advance(10)
    assert [phase(cluster, name)[0] for name in ("small", "asked")] == ["Failed", "Running"]


def test_under_memory_pressure_only_pods_that_ask_for_something_are_let_in():
    cluster = open_cluster(a_pod("greedy", image="mysql:8"))
    cluster.fault("memory-pressure", "worker-1", availableMi=60)
    cluster.advance(15)
    cluster.request("POST", PODS, a_pod("nothing"))
    cluster.request("POST", PODS, a_pod("something", resources=asking("32Mi")))
    cluster.advance(5)
    status = cluster.get("pods", "nothing")["status"]
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed", "Evicted", "Pod was rejected: The node had condition: [MemoryPressure]. ")
    assert phase(cluster, "something")[0] == "Running"


def test_a_full_disk_costs_unused_images_first():
    cluster = open_cluster(a_pod("web"), a_pod("job", image="redis:7"))
    cluster.request("DELETE", f"{PODS}/job?gracePeriodSeconds=0")
    cluster.advance(5)
    assert cluster.parts()["worker-1/container-runtime"]["images"] == ["nginx:1.27", "redis:7"]
    fault = cluster.fault("disk-full", "worker-1", percent=85)
    cluster.advance(12)
    assert cluster.parts()["worker-1/container-runtime"]["images"] == ["nginx:1.27", "redis:7"]
    cluster.undo_fault(fault)
    cluster.fault("disk-full", "worker-1", percent=86)
    cluster.advance(12)
    assert pressure(cluster, "DiskPressure") == ("True", "KubeletHasDiskPressure")
    assert cluster.parts()["worker-1/container-runtime"]["images"] == ["nginx:1.27"]


def test_a_disk_that_stays_full_costs_pods():
    cluster = open_cluster()
    fault = cluster.fault("disk-full", "worker-1", percent=96)
    cluster.advance(15)
    assert phase(cluster, "web") == ("Failed", "Evicted")
    assert cluster.get("pods", "web")["status"]["message"].startswith(
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: ")
    assert taints(cluster) == [TAINT.format("disk")]
    cluster.request("POST", PODS, a_pod("new", resources=asking("32Mi")))
    cluster.advance(5)
    assert phase(cluster, "new") == ("Failed", "Evicted")
    cluster.undo_fault(fault)
    cluster.advance(320)
    assert pressure(cluster, "DiskPressure")[0] == "False"


def test_critical_pods_are_never_evicted():
    pod = a_pod("vital", image="mysql:8")
    pod["metadata"]["namespace"] = "kube-system"
    pod["spec"]["priorityClassName"] = "system-node-critical"
    cluster = open_cluster(pod)
    cluster.fault("memory-pressure", "worker-1", availableMi=20)
    cluster.advance(60)
    assert cluster.get("pods", "vital", "kube-system")["status"]["phase"] == "Running"


def test_a_program_that_grows_without_a_limit_is_evicted_before_the_machine_has_nothing_left():
    cluster = open_cluster(a_pod("hog", image="memory-hog:1"), a_pod("web"))
    assert cluster.advance_until(lambda one: phase(one, "hog") == ("Failed", "Evicted"), 600)
    assert 300 < cluster.now < 480
    assert phase(cluster, "web")[0] == "Running"
    assert not any(reason == "SystemOOM" for reason, _ in events(cluster, "worker-1"))


def test_one_that_grows_too_fast_for_the_kubelet_is_killed_by_the_operating_system():
    cluster = open_cluster(a_pod("hog", image="memory-hog:1", env=[{"name": "RATE", "value": "400"}]), a_pod("web"))
    assert cluster.advance_until(lambda one: (container(one, "hog").get("restartCount") or 0) > 0, 60)
    last = container(cluster, "hog")["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "OOMKilled")
    assert any(reason == "SystemOOM" and "victim process: memory-hog, pid: " in text for reason, text in events(cluster, "worker-1"))
    assert state(cluster) == "running"


def test_a_limit_kills_only_the_container_that_crosses_it():
    """The example of the Kubernetes documentation: stress with 250M and a limit of 100Mi."""
    stress = {"image": "polinux/stress", "command": ["stress"], "args": ["--vm", "1", "--vm-bytes", "250M", "--vm-hang", "1"]}
    cluster = open_cluster(a_pod("demo", **stress, resources={"limits": {"memory": "100Mi"}}),
                           a_pod("roomy", **stress, resources={"limits": {"memory": "300Mi"}}))
    cluster.advance(5)
    assert state(cluster, "demo") in ("CrashLoopBackOff", "OOMKilled")
    assert container(cluster, "demo")["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert state(cluster, "roomy") == "running"


def test_whoever_writes_more_than_its_limit_is_evicted():
    disk = {"resources": {"limits": {"ephemeral-storage": "1Gi"}}}
    shared = a_pod("shared", image="disk-hog:1", volumeMounts=[{"name": "v", "mountPath": "/v"}])
    shared["spec"]["volumes"] = [{"name": "v", "emptyDir": {"sizeLimit": "500Mi"}}]
    cluster = open_cluster(a_pod("writer", image="disk-hog:1", **disk), shared)
    cluster.advance(20)
    assert cluster.get("pods", "writer")["status"]["message"] == (
        "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ")
    assert cluster.get("pods", "shared")["status"]["message"] == 'Usage of EmptyDir volume "v" exceeds the limit "500Mi". '


def test_at_rest_nobody_looks():
    cluster = open_cluster()
    cluster.advance(100)
    assert cluster.kernel.components["worker-1/kubelet"].state["eviction"]["planned"] is False
