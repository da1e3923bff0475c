"""Which events bring a pod back that was turned down (facts of the isSchedulableAfter… tests of
pkg/scheduler/framework/plugins/*)."""

import pytest

from cluster_sim.scheduler.framework import Event
from cluster_sim.scheduler.plugins import BY_NAME
from cluster_sim.scheduler.pod_shape import PodShape
from tests.unit.scheduler.builders import HOSTNAME, ZONE, a_node, a_pod

SEEN = {"foo": "bar"}


def helps(plugin, pod, kind, old=None, new=None):
    assert kind in BY_NAME[plugin].wakes
    return BY_NAME[plugin].helps(PodShape(pod, "key"), Event(kind, old, new))


def tainted(*keys):
    return a_node("n", taints=[{"key": key, "effect": "NoSchedule"} for key in keys])


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("node-add", None, tainted(), True), ("node-add", None, tainted("a"), True), ("node-add", None, tainted("b"), False),
    ("node-taint", tainted("b"), tainted("a"), True), ("node-taint", tainted("b"), tainted("b", "a"), False),
    ("node-taint", tainted("a"), tainted(), False)])  # it could have gone there before
def test_a_taint_that_went_helps(kind, old, new, expected):
    pod = a_pod("p", tolerations=[{"key": "a", "operator": "Exists"}])
    assert helps("TaintToleration", pod, kind, old, new) is expected


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("node-add", None, a_node("n"), True), ("node-add", None, a_node("n", unschedulable=True), False),
    ("node-taint", a_node("n", unschedulable=True), a_node("n"), True)])
def test_an_uncordoned_node_helps(kind, old, new, expected):
    assert helps("NodeUnschedulable", a_pod("p"), kind, old, new) is expected


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("node-add", None, a_node("n", labels=SEEN), True), ("node-add", None, a_node("n"), False),
    ("node-label", a_node("n"), a_node("n", labels=SEEN), True), ("node-label", a_node("n", labels=SEEN), a_node("n"), False),
    ("node-label", a_node("n", labels=SEEN), a_node("n", labels={**SEEN, "x": "y"}), False)])
def test_a_node_that_now_is_as_asked_helps(kind, old, new, expected):
    assert helps("NodeAffinity", a_pod("p", nodeSelector=SEEN), kind, old, new) is expected


def on(port, address="0.0.0.0"):
    made = a_pod("other")
    made["spec"]["containers"][0]["ports"] = [{"hostPort": port, "hostIP": address, "containerPort": port}]
    return made


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("pod-delete", on(8080), None, True), ("pod-delete", on(8081), None, False), ("pod-delete", on(8080, "10.0.0.1"), None, True),
    ("pod-delete", a_pod("x"), None, False), ("node-add", None, a_node("n"), True)])
def test_a_pod_that_had_the_port_helps_by_going(kind, old, new, expected):
    assert helps("NodePorts", on(8080), kind, old, new) is expected


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("pod-delete", a_pod("x", "1"), None, True),
    ("node-add", None, a_node("n", "4"), True), ("node-add", None, a_node("n", "1"), False),
    ("node-allocatable", a_node("n", "1"), a_node("n", "4"), True), ("node-allocatable", a_node("n", "1"), a_node("n", "1500m"), False),
    ("node-allocatable", a_node("n", "4"), a_node("n", "4", "16Gi"), False),  # not what it was short of
    ("node-allocatable", a_node("n", "4", pods=1), a_node("n", "4", pods=2), True),
    ("pod-scale-down", a_pod("x", "2"), a_pod("x", "1"), True), ("pod-scale-down", a_pod("x", "1"), a_pod("x", "2"), False),
    ("pod-scale-down", a_pod("x", "1", "2Gi"), a_pod("x", "1", "1Gi"), False)])
def test_more_room_helps(kind, old, new, expected):
    assert helps("NodeResourcesFit", a_pod("p", "2"), kind, old, new) is expected


HARD = [{"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": SEEN}}]


@pytest.mark.parametrize(("kind", "old", "new", "expected"), [
    ("pod-add", None, a_pod("x", labels=SEEN), True), ("pod-add", None, a_pod("x"), False),
    ("pod-add", None, a_pod("x", labels=SEEN, namespace="other"), False), ("pod-delete", a_pod("x", labels=SEEN), None, True),
    ("pod-label", a_pod("x"), a_pod("x", labels=SEEN), True), ("pod-label", a_pod("x", labels=SEEN), a_pod("x"), True),
    ("pod-label", a_pod("x", labels=SEEN), a_pod("x", labels={**SEEN, "more": ""}), False),
    ("node-add", None, a_node("n", labels={ZONE: "z"}), True), ("node-add", None, a_node("n"), False),
    ("node-label", a_node("n"), a_node("n", labels={ZONE: "z"}), True)])
def test_pods_and_nodes_that_the_spreading_is_about_help(kind, old, new, expected):
    assert helps("PodTopologySpread", a_pod("p", labels=SEEN, topologySpreadConstraints=HARD), kind, old, new) is expected


def asking(kind, key=HOSTNAME, **more):
    term = {"topologyKey": key, "labelSelector": {"matchLabels": SEEN}, **more}
    return a_pod("p", affinity={kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}})


NEAR, AWAY = asking("podAffinity"), asking("podAntiAffinity")


@pytest.mark.parametrize(("pod", "kind", "old", "new", "expected"), [
    (NEAR, "pod-add", None, a_pod("x", labels=SEEN), True), (NEAR, "pod-add", None, a_pod("x"), False),
    (NEAR, "pod-add", None, a_pod("x", labels=SEEN, namespace="other"), False), (NEAR, "pod-delete", a_pod("x", labels=SEEN), None, False),
    (AWAY, "pod-delete", a_pod("x", labels=SEEN), None, True), (AWAY, "pod-delete", a_pod("x"), None, False),
    (AWAY, "pod-add", None, a_pod("x", labels=SEEN), False), (AWAY, "pod-label", a_pod("x", labels=SEEN), a_pod("x"), True),
    (a_pod("p", labels=SEEN), "pod-delete", AWAY, None, True),  # who kept it away has gone
    (NEAR, "node-add", None, a_node("n"), True), (asking("podAffinity", ZONE), "node-add", None, a_node("n"), False),
    (asking("podAffinity", ZONE), "node-label", a_node("n"), a_node("n", labels={ZONE: "z"}), True),
    (asking("podAffinity", ZONE), "node-label", a_node("n", labels={ZONE: "z"}), a_node("n", labels={ZONE: "z", "x": "y"}), False)])
def test_neighbours_that_come_or_go_help(pod, kind, old, new, expected):
    assert helps("InterPodAffinity", pod, kind, old, new) is expected


@pytest.mark.parametrize(("name", "namespace", "expected"), [("data", "default", True), ("other", "default", False), ("data", "x", False)])
def test_a_claim_helps_whose_pod_waits_for_it(name, namespace, expected):
    pod = a_pod("p", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}])
    claim = {"metadata": {"name": name, "namespace": namespace}}
    assert helps("VolumeBinding", pod, "claim", None, claim) is expected
