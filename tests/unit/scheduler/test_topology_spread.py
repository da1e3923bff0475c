"""Pods spread over zones and nodes.

Facts of pkg/scheduler/framework/plugins/podtopologyspread: filtering_test.go (single and multiple constraints) and
scoring_test.go. Nodes as `name:zone`, with `-` for one without a zone; how many pods are on each as `2/1/0/3`.
"""

import pytest

from tests.unit.scheduler.builders import ZONE, ACluster, a_node, a_pod

ZONES = "a:z1 b:z1 x:z2 y:z2"
NODE = "node"


def cluster(nodes, counts, *, labels=None, taints=(), namespace="default"):
    """Nodes, and pods with the label foo (or others) on them."""
    made, names = [], []
    for word in nodes.split():
        name, _, zone = word.partition(":")
        names.append(name)
        place = {} if zone == "-" else {ZONE: zone}
        made.append(a_node(name, labels={**place, NODE: name}, taints=[
            {"key": "t", "effect": "NoSchedule"}] if name in taints else None))
    found = ACluster(*made)
    for name, count in zip(names, counts.split("/"), strict=True):
        for number in range(int(count)):
            found.place(name, a_pod(f"{name}{number}", labels=labels or {"foo": ""}, namespace=namespace))
    return found


def constraint(key, skew=1, *, soft=False, label="foo", **more):
    selector = {"matchExpressions": [{"key": label, "operator": "Exists"}]}
    return {"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway" if soft else "DoNotSchedule",
            "labelSelector": selector, **more}


def fitting(found, *constraints, labels=("foo",), **spec):
    """Names of the nodes that take the pod."""
    pod = a_pod("p", labels=dict.fromkeys(labels, ""), topologySpreadConstraints=list(constraints), **spec)
    rejected = found.reasons(pod)
    return " ".join(node.name for node in sorted(found.cache.order, key=lambda node: node.name) if node.name not in rejected)


def only(*names):
    term = {"matchExpressions": [{"key": NODE, "operator": "In", "values": list(names)}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}}


@pytest.mark.parametrize(("nodes", "counts", "key", "skew", "fits"), [
    (ZONES, "0/0/0/0", ZONE, 1, "a b x y"),
    (ZONES, "2/1/1/2", ZONE, 1, "a b x y"),  # 3/3
    (ZONES, "2/1/0/2", ZONE, 1, "x y"),  # 3/2
    (ZONES, "1/1/0/0", ZONE, 1, "x y"), (ZONES, "1/1/0/0", ZONE, 2, "x y"), (ZONES, "1/1/0/0", ZONE, 3, "a b x y"),
    ("a:z1 b:- x:z2 y:z2", "1/0/1/1", ZONE, 1, "a"),  # a node without the label takes no part
    ("a:- b:- x:-", "0/0/0", ZONE, 1, ""),
    (ZONES, "2/1/0/3", NODE, 1, "x"), (ZONES, "2/1/0/3", NODE, 2, "b x"), (ZONES, "2/1/0/3", NODE, 3, "a b x"),
    (ZONES + " o:z3 p:z3", "2/1/0/2/0/0", ZONE, 1, "o p"), (ZONES + " o:z3 p:z3", "2/1/0/2/0/0", ZONE, 3, "o p x y"),
])
def test_no_domain_gets_ahead_of_the_emptiest_by_more_than_the_skew(nodes, counts, key, skew, fits):
    assert fitting(cluster(nodes, counts), constraint(key, skew)) == fits


@pytest.mark.parametrize(("counts", "fits"), [("0/0/0/0", "a b x y"), ("2/1/0/3", "b x")])
def test_a_pod_that_its_own_selector_does_not_mean_adds_nothing(counts, fits):
    assert fitting(cluster(ZONES, counts), constraint(NODE), labels=("bar",)) == fits


def test_pods_of_other_namespaces_do_not_count():
    found = cluster(ZONES, "2/1/0/0", namespace="other")
    assert fitting(found, constraint(ZONE)) == "a b x y"


def test_pods_on_their_way_out_do_not_count():
    found = cluster(ZONES, "0/0/0/0")
    going = a_pod("going", labels={"foo": ""})
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    found.place("a", going).place("b", a_pod("stays", labels={"foo": ""}))
    assert fitting(found, constraint(NODE)) == "a x y"


@pytest.mark.parametrize(("selector", "fits"), [(None, "a b x y"), ({}, "a b x y"), ({"matchLabels": {"foo": ""}}, "x y")])
def test_neither_no_selector_nor_an_empty_one_counts_pods(selector, fits):
    assert fitting(cluster(ZONES, "1/1/0/0"), {**constraint(ZONE), "labelSelector": selector}) == fits


@pytest.mark.parametrize(("counts", "first", "second", "fits"), [
    ("0/0/0/0", (ZONE, 1), (NODE, 1), "a b x y"),
    ("2/1/0/2", (ZONE, 1), (NODE, 1), "x"),  # the zone of x and y, and there the empty node
    ("2/1/0/4", (ZONE, 1), (NODE, 1), ""),  # zone 1 must, node x must
    ("2/1/0/4", (ZONE, 2), (NODE, 2), "b x"), ("2/1/0/3", (ZONE, 1), (NODE, 2), "b x"),
])
def test_all_constraints_must_hold(counts, first, second, fits):
    assert fitting(cluster(ZONES, counts), constraint(*first), constraint(*second)) == fits


def test_constraints_may_mean_different_pods():
    found = cluster(ZONES, "0/0/0/0")
    for node, name in (("a", "foo"), ("b", "foo"), ("b", "bar"), ("x", "foo"), ("y", "foo"), ("y", "bar")):
        found.place(node, a_pod(f"{node}-{name}", labels={name: ""}))
    assert fitting(found, constraint(ZONE), constraint(NODE, label="bar"), labels=("foo", "bar")) == "a x"


@pytest.mark.parametrize(("counts", "domains", "fits"), [
    ("1/0/1/0", 1, "a b x y"), ("1/0/1/0", 2, "a b x y"), ("1/0/1/0", 3, ""),  # too few: the emptiest counts as empty
    ("0/0/0/0", 3, "a b x y"), ("1/0/0/0", 3, "x y"), ("1/0/0/0", 5, "x y"),
])
def test_with_fewer_domains_than_asked_for_the_emptiest_is_empty(counts, domains, fits):
    assert fitting(cluster(ZONES, counts), constraint(ZONE, minDomains=domains)) == fits


@pytest.mark.parametrize(("policy", "fits"), [(None, "a"), ("Honor", "a"), ("Ignore", "")])
def test_nodes_that_the_pod_cannot_go_to_count_or_not(policy, fits):
    more = {"nodeAffinityPolicy": policy} if policy else {}
    assert fitting(cluster(ZONES, "2/1/0/3"), constraint(NODE, **more), **only("a", "y")) == fits


@pytest.mark.parametrize(("policy", "fits"), [(None, ""), ("Ignore", ""), ("Honor", "a b")])
def test_nodes_with_taints_count_or_not(policy, fits):
    more = {"nodeTaintsPolicy": policy} if policy else {}
    assert fitting(cluster("a:z1 b:z2 x:z3", "1/1/0", taints="x"), constraint(ZONE, **more)) == fits


def test_label_keys_add_the_pods_own_values_to_the_selector():
    found = cluster(ZONES, "1/1/0/0", labels={"foo": "", "version": "1"})
    pod = a_pod("p", labels={"foo": "", "version": "2"}, topologySpreadConstraints=[constraint(ZONE, matchLabelKeys=["version"])])
    assert found.reasons(pod) == {}  # pods of the other version are not meant
    same = {**pod, "metadata": {**pod["metadata"], "labels": {"foo": "", "version": "1"}}}
    assert sorted(found.reasons(same)) == ["a", "b"]


@pytest.mark.parametrize(("nodes", "counts", "soft", "points"), [
    # one constraint over nodes; s = round(count × ln(nodes + 2) + skew − 1), then 100 × (max + min − s) ÷ max, weight 2
    ("a:z1 b:z1", "0/0", [(NODE, 1)], {"a": 200, "b": 200}),
    ("a:z1", "5", [(NODE, 1)], {}),  # a single node needs no points
    ("a:z1 b:z1", "5/0", [(NODE, 1)], {"a": 0, "b": 200}),
    ("a:z1 b:z1 c:z1 d:z1", "2/1/0/3", [(NODE, 1)], {"a": 40, "b": 120, "c": 200, "d": 0}),
    ("a:z1 b:z1 c:z1 d:z1", "2/1/0/3", [(NODE, 2)], {"a": 66, "b": 132, "c": 200, "d": 32}),
    # over zones all nodes of one have the same
    ("a:z1 b:z1 x:z2 y:z2", "2/1/0/1", [(ZONE, 1)], {"a": 50, "b": 50, "x": 200, "y": 200}),
    # a node without the label gets nothing
    ("a:z1 b:- x:z2", "1/0/0", [(ZONE, 1)], {"a": 0, "b": 0, "x": 200}),
])
def test_soft_constraints_give_points(nodes, counts, soft, points):
    found = cluster(nodes, counts)
    pod = a_pod("p", labels={"foo": ""}, topologySpreadConstraints=[constraint(*one, soft=True) for one in soft])
    assert (found.points(pod, "PodTopologySpread") if len(nodes.split()) > 1 else {}) == points
