"""Taints, node affinity, ports, images: what a node is like.

Facts of pkg/scheduler/framework/plugins: tainttoleration, nodeaffinity, nodeunschedulable, nodeports, imagelocality (their
_test.go files) and component-helpers/scheduling/corev1.
"""

import pytest

from tests.unit.scheduler.builders import ACluster, a_node, a_pod

MIB = 1024 * 1024
TAINTED, AFFINITY = "node(s) had untolerated taint(s)", "node(s) didn't match Pod's node affinity/selector"
PORTS, UNSCHEDULABLE = "node(s) didn't have free ports for the requested pod ports", "node(s) were unschedulable"


def toleration(key="", operator="", value="", effect=""):
    given = {"key": key, "operator": operator, "value": value, "effect": effect}
    return {field: word for field, word in given.items() if word}


def taint(key, value="", effect="NoSchedule"):
    return {"key": key, "value": value, "effect": effect}


@pytest.mark.parametrize(("taints", "tolerations", "fits"), [
    ([taint("dedicated", "user1")], [], False),
    ([taint("dedicated", "user1")], [toleration("dedicated", "", "user1", "NoSchedule")], True),
    ([taint("dedicated", "user1")], [toleration("dedicated", "Equal", "user2", "NoSchedule")], False),
    ([taint("dedicated", "user1")], [toleration("dedicated", "Exists", "", "NoSchedule")], True),
    ([taint("foo", "bar")], [toleration("foo", "Exists", "", "NoSchedule")], True),
    ([taint("dedicated", "user2"), taint("foo", "bar")],
     [toleration("dedicated", "Equal", "user2", "NoSchedule"), toleration("foo", "Exists", "", "NoSchedule")], True),
    ([taint("foo", "bar")], [toleration("foo", "Equal", "bar", "PreferNoSchedule")], False),  # another effect
    ([taint("foo", "bar")], [toleration("foo", "Equal", "bar")], True),  # every effect
    ([taint("dedicated", "user1", "PreferNoSchedule")], [], True),  # a soft one filters nobody
    ([taint("a", "", "NoExecute")], [], False), ([taint("a", "", "NoExecute")], [toleration("a", "Exists")], True),
    ([taint("a"), taint("b")], [toleration("a", "Exists")], False),
    ([taint("a"), taint("b", "", "NoExecute")], [toleration("", "Exists")], True),
])
def test_every_hard_taint_must_be_tolerated(taints, tolerations, fits):
    found = ACluster(a_node("n", taints=taints)).reasons(a_pod("p", tolerations=tolerations))
    assert found == ({} if fits else {"n": TAINTED})


@pytest.mark.parametrize(("nodes", "tolerations", "points"), [
    ({"a": [taint("foo", "bar", "PreferNoSchedule")], "b": [taint("foo", "blah", "PreferNoSchedule")]},
     [toleration("foo", "Equal", "bar", "PreferNoSchedule")], {"a": 300, "b": 0}),
    ({"a": [], "b": [taint("cpu-type", "arm64", "PreferNoSchedule")],
      "c": [taint("cpu-type", "arm64", "PreferNoSchedule"), taint("disk-type", "ssd", "PreferNoSchedule")]},
     [toleration("cpu-type", "Equal", "arm64", "PreferNoSchedule"), toleration("disk-type", "Equal", "ssd", "PreferNoSchedule")],
     {"a": 300, "b": 300, "c": 300}),
    ({"a": [], "b": [taint("cpu-type", "arm64", "PreferNoSchedule")],
      "c": [taint("cpu-type", "arm64", "PreferNoSchedule"), taint("disk-type", "ssd", "PreferNoSchedule")]},
     [toleration("foo", "Equal", "bar", "PreferNoSchedule")], {"a": 300, "b": 150, "c": 0}),
    # only soft taints give or take points, and only tolerations for them help
    ({"a": [], "b": [taint("cpu-type", "arm64", "PreferNoSchedule")],
      "c": [taint("cpu-type", "arm64", "PreferNoSchedule"), taint("disk-type", "ssd", "PreferNoSchedule")]},
     [toleration("cpu-type", "Equal", "arm64", "NoSchedule"), toleration("disk-type", "Equal", "ssd", "NoSchedule")],
     {"a": 300, "b": 150, "c": 0}),
    ({"a": [], "b": [taint("cpu-type", "arm64", "PreferNoSchedule")]}, [], {"a": 300, "b": 0}),
])
def test_soft_taints_cost_points(nodes, tolerations, points):
    found = ACluster(*(a_node(name, taints=taints) for name, taints in nodes.items()))
    assert found.points(a_pod("p", tolerations=tolerations), "TaintToleration") == points


@pytest.mark.parametrize(("tolerations", "fits"), [
    ([], False), ([toleration("node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule")], True),
    ([toleration("", "Exists")], True), ([toleration("node.kubernetes.io/unschedulable", "Exists", "", "NoExecute")], False)])
def test_a_cordoned_node_takes_who_tolerates_it(tolerations, fits):
    found = ACluster(a_node("n", unschedulable=True)).reasons(a_pod("p", tolerations=tolerations))
    assert found == ({} if fits else {"n": UNSCHEDULABLE})


def expression(key, operator, *values):
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


def required(*terms):
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}}


def labels(*expressions):
    return {"matchExpressions": list(expressions)}


def fields(*expressions):
    return {"matchFields": list(expressions)}


NAME = "metadata.name"


@pytest.mark.parametrize(("there", "selector", "affinity", "fits"), [
    ({}, {"foo": "bar"}, None, False), ({"foo": "bar"}, {"foo": "bar"}, None, True), ({"foo": "bar", "b": "r"}, {"foo": "bar"}, None, True),
    ({"foo": "bar"}, {"foo": "bar", "baz": "blah"}, None, False),
    ({"foo": "bar"}, None, required(labels(expression("foo", "In", "bar", "value2"))), True),
    ({"kernel": "0206"}, None, required(labels(expression("kernel", "Gt", "0204"))), True),
    ({"mem": "big"}, None, required(labels(expression("mem", "NotIn", "small"))), True),
    ({}, None, required(labels(expression("mem", "NotIn", "small"))), True),
    ({"GPU": "x"}, None, required(labels(expression("GPU", "Exists"))), True),
    ({"foo": "bar"}, None, required(labels(expression("foo", "In", "value1", "value2"))), False),
    ({"foo": "bar"}, None, required(), False), ({"foo": "bar"}, None, required({}), False),  # no term, and an empty one
    ({"foo": "bar"}, None, required(labels()), False), ({"foo": "bar"}, None, None, True), ({"foo": "bar"}, None, {}, True),
    ({"GPU": "NVIDIA-GRID-K1"}, None, required(labels(expression("GPU", "Exists"), expression("GPU", "NotIn", "AMD", "INTER"))), True),
    ({"GPU": "NVIDIA-GRID-K1"}, None, required(labels(expression("GPU", "Exists"), expression("GPU", "In", "AMD", "INTER"))), False),
    ({"foo": "bar"}, None, required(labels(expression("foo", "In", "bar")), labels(expression("diff", "In", "a"))), True),  # one of them
    ({"foo": "bar"}, {"foo": "bar"}, required(labels(expression("foo", "Exists"))), True),
    ({"foo": "barrrrrr"}, {"foo": "bar"}, required(labels(expression("foo", "Exists"))), False),  # and the selector
    ({}, None, required(fields(expression(NAME, "In", "n"))), True), ({}, None, required(fields(expression(NAME, "In", "m"))), False),
    ({}, None, required(fields(expression(NAME, "In", "m")), labels(expression("foo", "DoesNotExist"))), True),
    ({"foo": "bar"}, None, required({**fields(expression(NAME, "In", "n")), **labels(expression("foo", "In", "x"))}), False),
    ({"foo": "bar"}, None, required({**fields(expression(NAME, "In", "n")), **labels(expression("foo", "In", "bar"))}), True),
    ({"kernel": "abc"}, None, required(labels(expression("kernel", "Gt", "1"))), False),
    ({"n": "5"}, None, required(labels(expression("n", "Lt", "5"))), False), ({"n": "-5"}, None, required(labels(expression("n", "Lt", "5"))), True),
])
def test_selector_and_required_affinity_look_at_labels_and_the_name(there, selector, affinity, fits):
    spec = {key: value for key, value in (("nodeSelector", selector), ("affinity", affinity)) if value is not None}
    assert (ACluster(a_node("n", labels=there)).decide(a_pod("p", **spec)).node == "n") is fits


def test_terms_that_name_no_node_in_common_hold_nowhere():
    pod = a_pod("p", affinity=required(fields(expression(NAME, "In", "a"), expression(NAME, "In", "b"))))
    decision = ACluster(a_node("a"), a_node("b")).decide(pod)
    assert decision.for_all is not None and decision.for_all.reasons == ("pod affinity terms conflict",)


@pytest.mark.parametrize(("weights", "points"), [
    ({"az1": 2}, {"one": 200, "two": 0, "three": 200}), ({"foo": 4}, {"one": 0, "two": 0, "three": 200}),
    ({"foo": 2, "key": 4, "az1": 5}, {"one": 90, "two": 0, "three": 200}), ({"nothing": 3}, {"one": 0, "two": 0, "three": 0})])
def test_preferred_affinity_adds_weights_and_gives_the_highest_most(weights, points):
    found = ACluster(a_node("one", labels={"az1": ""}), a_node("two"), a_node("three", labels={"foo": "", "key": "", "az1": ""}))
    wishes = [{"weight": weight, "preference": labels(expression(key, "Exists"))} for key, weight in weights.items()]
    pod = a_pod("p", affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wishes}})
    assert found.points(pod, "NodeAffinity") == points


def wants(*ports, name="p", **spec):
    """`TCP/127.0.0.1/8080` … as host ports."""
    made = a_pod(name, **spec)
    made["spec"]["containers"][0]["ports"] = [
        {"protocol": protocol, "hostIP": address, "hostPort": int(number), "containerPort": 1}
        for protocol, address, number in (port.split("/") for port in ports)]
    return made


@pytest.mark.parametrize(("taken", "wanted", "fits"), [
    ([], [], True), (["UDP/127.0.0.1/9090"], ["UDP/127.0.0.1/8080"], True), (["UDP/127.0.0.1/8080"], ["UDP/127.0.0.1/8080"], False),
    (["TCP/127.0.0.1/8080"], ["UDP/127.0.0.1/8080"], True), (["UDP/127.0.0.1/8080"], ["UDP/127.0.0.2/8080"], True),
    (["UDP/127.0.0.1/8080"], ["UDP/127.0.0.1/8080", "TCP/127.0.0.1/8080"], False),
    (["TCP/0.0.0.0/8001"], ["TCP/127.0.0.1/8001"], False), (["TCP/127.0.0.1/8001"], ["TCP/0.0.0.0/8001"], False),
    (["UDP/0.0.0.0/8001"], ["TCP/0.0.0.0/8001"], True), (["TCP/10.0.10.10/8001", "TCP/0.0.0.0/8002"], ["TCP/0.0.0.0/8001"], False),
    (["TCP/0.0.0.0/8001"], ["TCP/10.0.10.10/8001", "UDP/0.0.0.0/8002"], False), (["TCP/0.0.0.0/8001"], ["TCP/10.0.10.10/8003"], True),
    (["TCP/0.0.0.0/8001"], ["SCTP/127.0.0.1/8001"], True),
])
def test_a_port_of_the_node_is_had_once(taken, wanted, fits):
    found = ACluster(a_node("n")).place("n", wants(*taken, name="there"))
    assert found.reasons(wants(*wanted)) == ({} if fits else {"n": PORTS})


def test_ports_of_sidecars_count_and_those_of_init_containers_do_not():
    found = ACluster(a_node("n")).place("n", wants("TCP/0.0.0.0/80", name="there"))
    for policy, fits in (("Always", False), (None, True)):
        pod = a_pod("p")
        pod["spec"]["initContainers"] = [{"name": "i", "image": "x", "ports": [{"hostPort": 80, "containerPort": 80}],
                                          **({"restartPolicy": policy} if policy else {})}]
        assert (found.reasons(pod) == {}) is fits


@pytest.mark.parametrize(("images", "pod", "points"), [
    # 40 and 250 MiB on one of two nodes each; 100 × (share − 23) ÷ (1000 × containers − 23)
    (({"gcr.io/40:latest": 40, "gcr.io/300:latest": 300, "gcr.io/2000:latest": 2000}, {"gcr.io/250:latest": 250, "gcr.io/10:v1": 10}),
     ["gcr.io/40", "gcr.io/250"], {"one": 0, "two": 5}),
    (({"gcr.io/40:latest": 40, "gcr.io/300:latest": 300, "gcr.io/2000:latest": 2000}, {"gcr.io/250:latest": 250, "gcr.io/10:v1": 10}),
     ["gcr.io/40", "gcr.io/300"], {"one": 7, "two": 0}),
    (({"gcr.io/40:latest": 40, "gcr.io/300:latest": 300, "gcr.io/2000:latest": 2000}, {"gcr.io/250:latest": 250, "gcr.io/10:v1": 10}),
     ["gcr.io/10:v1", "gcr.io/2000"], {"one": 49, "two": 0}),
    (({"gcr.io/300:latest": 300}, {"gcr.io/300:latest": 300}), ["gcr.io/300"], {"one": 28, "two": 28}),
])
def test_images_that_are_there_count_by_size_and_spread(images, pod, points):
    found = ACluster(*(a_node(name, images={image: size * MIB for image, size in there.items()})
                       for name, there in zip(("one", "two"), images, strict=True)))
    made = a_pod("p")
    made["spec"]["containers"] = [{"name": f"c{number}", "image": image} for number, image in enumerate(pod)]
    assert found.points(made, "ImageLocality") == points
