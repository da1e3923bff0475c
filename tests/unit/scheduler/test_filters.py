"""Which nodes are turned down, and in which words."""

import pytest

from cluster_sim.scheduler.plugins.node_ports import conflict
from tests.unit.scheduler.builders import HOSTNAME, ZONE, ACluster, a_node, a_pod

GPU = {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}


@pytest.mark.parametrize(("node", "pod", "reason"), [
    (a_node("n", "1"), a_pod("p", "2"), "Insufficient cpu"),
    (a_node("n", "1", "1Gi"), a_pod("p", "2", "2Gi"), "Insufficient cpu, Insufficient memory"),
    (a_node("n", pods=0), a_pod("p"), "Too many pods"),
    (a_node("n", unschedulable=True), a_pod("p"), "node(s) were unschedulable"),
    (a_node("n", taints=[GPU]), a_pod("p"), "node(s) had untolerated taint(s)"),
    (a_node("n"), a_pod("p", nodeSelector={"disk": "ssd"}), "node(s) didn't match Pod's node affinity/selector"),
])
def test_a_node_is_turned_down_in_upstreams_words(node, pod, reason):
    assert ACluster(node).reasons(pod) == {"n": reason}


@pytest.mark.parametrize(
    ("tolerations", "fits"),
    [
        ([{"key": "dedicated", "operator": "Equal", "value": "gpu"}], True),
        ([{"key": "dedicated", "operator": "Exists"}], True),
        ([{"operator": "Exists"}], True),
        ([{"key": "dedicated", "value": "web"}], False),
        ([{"key": "dedicated", "operator": "Exists", "effect": "NoExecute"}], False),
    ],
)
def test_a_toleration_covers_a_taint_by_key_value_and_effect(tolerations, fits):
    assert (ACluster(a_node("n", taints=[GPU])).decide(a_pod("p", tolerations=tolerations)).node == "n") == fits


@pytest.mark.parametrize(("operator", "values", "fits"), [
    ("In", ["3", "7"], True), ("NotIn", ["3"], False), ("Exists", [], True), ("DoesNotExist", [], False),
    ("Gt", ["2"], True), ("Gt", ["3"], False), ("Lt", ["5"], True), ("Gt", ["x"], False)])
def test_required_node_affinity_knows_six_operators(operator, values, fits):
    term = {"matchExpressions": [{"key": "gen", "operator": operator, "values": values}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    pod = a_pod("p", affinity={"nodeAffinity": required})
    assert (ACluster(a_node("n", labels={"gen": "3"})).decide(pod).node == "n") == fits


@pytest.mark.parametrize(("one", "other", "clash"), [
    (("TCP", "0.0.0.0", 80), ("TCP", "10.0.0.1", 80), True), (("TCP", "10.0.0.2", 80), ("TCP", "10.0.0.1", 80), False),
    (("TCP", "0.0.0.0", 80), ("UDP", "0.0.0.0", 80), False), (("TCP", "0.0.0.0", 80), ("TCP", "0.0.0.0", 81), False)])
def test_host_ports_clash_by_protocol_address_and_number(one, other, clash):
    assert conflict(one, other) == clash


def test_the_greatest_init_container_counts_if_it_asks_for_more_than_the_containers():
    pod = a_pod("p", "100m")
    pod["spec"]["initContainers"] = [{"name": "i", "image": "x", "resources": {"requests": {"cpu": "3"}}}]
    assert ACluster(a_node("small", "2"), a_node("large", "4")).decide(pod).node == "large"


def test_a_sidecar_counts_with_the_containers():
    pod = a_pod("p", "1500m")
    pod["spec"]["initContainers"] = [
        {"name": "s", "image": "x", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}]
    assert ACluster(a_node("n", "2")).reasons(pod) == {"n": "Insufficient cpu"}


def anti(labels, key=HOSTNAME):
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": key, "labelSelector": {"matchLabels": labels}}]}}


def test_anti_affinity_keeps_away_in_both_directions():
    cluster = ACluster(a_node("a"), a_node("b")).place(
        "a", a_pod("shy", labels={"app": "shy"}, affinity=anti({"app": "x"}))
    )
    assert cluster.reasons(a_pod("p", labels={"app": "x"})) == {
        "a": "node(s) didn't satisfy existing pods anti-affinity rules"}
    assert cluster.reasons(a_pod("q", affinity=anti({"app": "shy"}))) == {
        "a": "node(s) didn't match pod anti-affinity rules"
    }


def test_the_first_of_a_group_that_wants_to_be_together_may_go_anywhere():
    together = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": ZONE, "labelSelector": {"matchLabels": {"app": "x"}}}]}}
    cluster = ACluster(a_node("a", labels={ZONE: "a"}), a_node("b", labels={ZONE: "b"}))
    first = a_pod("1", labels={"app": "x"}, affinity=together)
    assert cluster.decide(first).node in ("a", "b")
    cluster.place("b", first)
    assert cluster.decide(a_pod("2", labels={"app": "x"}, affinity=together)).node == "b"
    assert cluster.reasons(a_pod("3", affinity=together)) == {"a": "node(s) didn't match pod affinity rules"}


def hard(skew=1, **more):
    return [{"maxSkew": skew, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule",
             "labelSelector": {"matchLabels": {"app": "x"}}, **more}]


def test_a_hard_constraint_keeps_domains_within_the_skew():
    cluster = ACluster(a_node("a", labels={ZONE: "a"}), a_node("b", labels={ZONE: "b"}), a_node("none"))
    cluster.place("a", a_pod("1", labels={"app": "x"}))
    pod = a_pod("p", labels={"app": "x"}, topologySpreadConstraints=hard())
    text = "node(s) didn't match pod topology spread constraints"
    assert cluster.reasons(pod) == {"a": text, "none": f"{text} (missing required label)"}
    laxer = a_pod("q", labels={"app": "x"}, topologySpreadConstraints=hard(2))
    assert cluster.reasons(laxer) == {"none": f"{text} (missing required label)"}


def test_with_too_few_domains_the_emptiest_counts_as_empty():
    cluster = ACluster(a_node("a", labels={ZONE: "a"})).place("a", a_pod("1", labels={"app": "x"}))
    pod = a_pod("p", labels={"app": "x"}, topologySpreadConstraints=hard())
    assert cluster.decide(pod).node == "a"
    strict = a_pod("q", labels={"app": "x"}, topologySpreadConstraints=hard(minDomains=2))
    assert cluster.decide(strict).node is None


def test_a_bound_volume_pins_the_pod_to_its_nodes():
    claim = {
        "metadata": {"namespace": "default", "name": "c"},
        "spec": {"volumeName": "v"},
        "status": {"phase": "Bound"},
    }
    terms = [{"matchExpressions": [{"key": HOSTNAME, "operator": "In", "values": ["b"]}]}]
    volume = {"metadata": {"name": "v"}, "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": terms}}}}
    cluster = ACluster(a_node("a"), a_node("b"), persistentvolumeclaims=[claim], persistentvolumes=[volume])
    pod = a_pod("p", volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "c"}}])
    assert cluster.decide(pod).node == "b"
    assert cluster.reasons(pod) == {"a": "node(s) didn't match PersistentVolume's node affinity"}


def test_a_pod_that_names_its_node_asks_no_other():
    fields = [{"key": "metadata.name", "operator": "In", "values": ["b"]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": fields}]}}
    pod = a_pod("daemon", "2", affinity={"nodeAffinity": required})
    assert ACluster(a_node("a"), a_node("b"), a_node("c")).decide(pod).node == "b"
    decision = ACluster(a_node("a"), a_node("b", "1"), a_node("c")).decide(pod)
    assert (decision.node, decision.reasons) == (
        None, {"Insufficient cpu": 1, "node(s) didn't satisfy plugin(s) [NodeAffinity]": 2})
    assert ACluster(a_node("a")).decide(pod).reasons == {"node(s) didn't satisfy plugin(s) [NodeAffinity]": 1}
