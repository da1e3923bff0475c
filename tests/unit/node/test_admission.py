"""What a kubelet refuses, and whom it ends for a critical pod.

Source: kubernetes pkg/kubelet/lifecycle/predicate_test.go, preemption/preemption_test.go.
"""

import pytest

from cluster_sim.node import admission
from tests.unit.node.test_stories import RUNNING, a_cluster, a_pod, create, events, state, until


def bound(name="web", spec=None, **container):
    """A pod that comes past the scheduler."""
    return a_pod(name, spec={"nodeName": "worker-1", **(spec or {})}, **container)


def asking(cpu="100m", memory="64Mi", limits=False):
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}, **({"limits": {"cpu": cpu, "memory": memory}} if limits else {})}}


def verdict(cluster, name="web"):
    status = cluster.get("pods", name)["status"]
    return status["phase"], status.get("reason"), status.get("message")


def test_too_little_of_something_is_told_in_numbers():
    cluster = a_cluster()
    create(cluster, bound("first", **asking("1500m")))
    create(cluster, bound(**asking("600m")))
    cluster.advance(5)
    message = "Node didn't have enough resource: cpu, requested: 600, used: 1500, capacity: 2000"
    assert verdict(cluster) == ("Failed", "OutOfcpu", f"Pod was rejected: {message}")
    assert ("Warning", "OutOfcpu", message) in events(cluster)


def test_a_node_that_does_not_suit_refuses():
    cluster = a_cluster()
    create(cluster, bound(spec={"nodeSelector": {"disk": "ssd"}}))
    cluster.advance(3)
    assert verdict(cluster) == ("Failed", "NodeAffinity", (
        "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"))


@pytest.mark.parametrize(("effect", "refused"), [("NoExecute", True), ("NoSchedule", False)])
def test_of_taints_only_no_execute_concerns_the_kubelet(effect, refused):
    machine = {"cpu": "2", "memory": "4Gi", "pods": 110, "name": "n", "index": 0}
    node = {"metadata": {"name": "n"}, "spec": {"taints": [{"key": "k", "value": "v", "effect": effect}]}}
    found = admission.problem(machine, node, [], {"metadata": {}, "spec": {"containers": []}}, {}, list)
    assert found == (("TaintToleration", "Predicate TaintToleration failed: node(s) had untolerated taint(s)") if refused else None)


def test_a_host_port_is_given_once():
    cluster = a_cluster()
    ports = {"ports": [{"containerPort": 80, "hostPort": 8080}]}
    create(cluster, bound("first", **ports))
    create(cluster, bound(**ports))
    cluster.advance(5)
    assert state(cluster, "first") == RUNNING
    assert verdict(cluster)[1] == "NodePorts"


@pytest.mark.parametrize(("asked", "taken", "collide"), [
    (("0.0.0.0", 80, "TCP"), ("0.0.0.0", 80, "TCP"), True), (("1.1.1.1", 80, "TCP"), ("0.0.0.0", 80, "TCP"), True),
    (("1.1.1.1", 80, "TCP"), ("2.2.2.2", 80, "TCP"), False), (("0.0.0.0", 80, "TCP"), ("0.0.0.0", 80, "UDP"), False),
    (("0.0.0.0", 80, "TCP"), ("0.0.0.0", 81, "TCP"), False)])
def test_ports_collide_by_address_number_and_protocol(asked, taken, collide):
    assert admission.collide([asked], [taken]) == collide


def test_others_are_ended_for_a_critical_pod():
    cluster = a_cluster()
    create(cluster, bound("large", **asking("1500m")))
    create(cluster, bound("small", **asking("300m")))
    until(cluster, RUNNING, name="small")
    vital = bound("vital", {"priorityClassName": "system-node-critical"}, **asking("400m"))
    answer = cluster.request("POST", "/api/v1/namespaces/kube-system/pods", vital)
    assert answer.status == 201, answer.body
    cluster.advance(10)
    assert verdict(cluster, "small") == ("Failed", "Preempting", "Preempted in order to admit critical pod")
    assert ("Warning", "Preempting", "Preempted in order to admit critical pod") in events(cluster, "small")
    assert state(cluster, "large") == RUNNING
    assert cluster.get("pods", "vital", "kube-system")["status"]["phase"] == "Running"
    conditions = {one["type"]: one for one in cluster.get("pods", "small")["status"]["conditions"]}
    assert conditions["DisruptionTarget"]["reason"] == "TerminationByKubelet"


def a_candidate(name, quality, cpu, priority=0):
    return ({"metadata": {"name": name}, "spec": {"priority": priority, "containers": []}, "status": {"qosClass": quality}},
            {"requests": {"cpu": cpu}})


@pytest.mark.parametrize(("cpu", "gone"), [
    (400, ["burstable-small"]), (900, ["burstable-large"]), (1300, ["burstable-large", "burstable-small"]), (1800, [
        "burstable-large", "burstable-small", "guaranteed"]), (2500, [])])
def test_the_victims_are_as_few_and_as_unimportant_as_will_do(cpu, gone):
    machine = {"cpu": "2", "memory": "4Gi", "pods": 110, "name": "n", "index": 0}
    others = [a_candidate("best", "BestEffort", 0), a_candidate("burstable-large", "Burstable", 900),
              a_candidate("burstable-small", "Burstable", 400), a_candidate("guaranteed", "Guaranteed", 600)]
    pod = {"metadata": {"name": "vital"}, "spec": {"priority": 2_000_001_000}}
    found = admission.victims(machine, others, pod, {"cpu": cpu})
    # 1900 of 2000 are taken: 100 are free
    assert [one["metadata"]["name"] for one in found] == gone
