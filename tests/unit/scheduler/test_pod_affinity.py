"""Near some pods, away from others (facts of pkg/scheduler/framework/plugins/interpodaffinity: filtering_test.go,
scoring_test.go). Three nodes: `one` and `two` in region r1, `three` in r2; each has a host name of its own."""

import pytest

from tests.unit.scheduler.builders import HOSTNAME, ACluster, a_node, a_pod

REGION = "region"
AFFINITY, ANTI, EXISTING = ("node(s) didn't match pod affinity rules", "node(s) didn't match pod anti-affinity rules",
                            "node(s) didn't satisfy existing pods anti-affinity rules")
SECURITY = {"security": "S1"}


def cluster(**namespaces):
    found = [{"metadata": {"name": name, "labels": labels}} for name, labels in namespaces.items()]
    return ACluster(a_node("one", labels={REGION: "r1"}), a_node("two", labels={REGION: "r1"}),
                    a_node("three", labels={REGION: "r2"}), namespaces=found)


def term(key=REGION, *, labels=None, operator="In", name="service", values=("securityscan", "value2"), **more):
    expressions = [{"key": name, "operator": operator, **({"values": list(values)} if values else {})}]
    return {"topologyKey": key, "labelSelector": {"matchLabels": labels} if labels else {"matchExpressions": expressions}, **more}


def near(*terms):
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": list(terms)}}


def away(*terms):
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": list(terms)}}


def rather(kind, *weighted):
    return {kind: {"preferredDuringSchedulingIgnoredDuringExecution": [
        {"weight": weight, "podAffinityTerm": one} for weight, one in weighted]}}


SERVICE = {"service": "securityscan"}


@pytest.mark.parametrize(("there", "affinity", "own", "rejected"), [
    # required affinity
    (SERVICE, near(term()), {}, {"three": AFFINITY}),
    (SERVICE, near(term(operator="NotIn", values=("securityscan3", "value3"))), {}, {"three": AFFINITY}),
    (SERVICE, near(term(values=("other",))), {}, {"one": AFFINITY, "two": AFFINITY, "three": AFFINITY}),
    (SERVICE, near(term(operator="Exists", values=())), {}, {"three": AFFINITY}),
    (SERVICE, near(term(operator="Exists", name="wrongkey", values=())), {}, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    (SERVICE, near(term(namespaces=["other"])), {}, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    (SERVICE, near(term(), term(HOSTNAME)), {}, {"two": AFFINITY, "three": AFFINITY}),  # all terms
    (SERVICE, near(term(), term(values=("other",))), {}, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    (SERVICE, near(term("no-such-label")), {}, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    # the first of a group may go anywhere, but only if it belongs to all the groups it asks for
    ({}, near(term(labels=SECURITY)), SECURITY, {}), ({}, near(term(labels=SECURITY)), {}, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    ({}, near(term(labels=SECURITY), term(labels=SERVICE)), SECURITY, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    ({}, near(term("no-such-label", labels=SECURITY)), SECURITY, dict.fromkeys(("one", "two", "three"), AFFINITY)),
    (SECURITY, near(term(labels=SECURITY)), SECURITY, {"three": AFFINITY}),
    # required anti-affinity
    (SERVICE, away(term()), {}, {"one": ANTI, "two": ANTI}), (SERVICE, away(term(HOSTNAME)), {}, {"one": ANTI}),
    (SERVICE, away(term(values=("other",))), {}, {}), (SERVICE, away(term("no-such-label")), {}, {}),
    (SERVICE, away(term(HOSTNAME), term(values=("other",))), {}, {"one": ANTI}),  # any term
    (SERVICE, {**near(term()), **away(term(HOSTNAME))}, {}, {"one": ANTI, "three": AFFINITY}),
    (SERVICE, near(term(), term(HOSTNAME, labels=SERVICE)) | away(term(HOSTNAME, values=("other",))), {},
     {"two": AFFINITY, "three": AFFINITY}),
])
def test_required_terms_decide_by_the_pods_in_a_nodes_domain(there, affinity, own, rejected):
    found = cluster().place("one", a_pod("there", labels=there))
    assert found.reasons(a_pod("p", labels=own, affinity=affinity)) == rejected


@pytest.mark.parametrize(("wish", "own", "rejected"), [
    (away(term()), SERVICE, {"one": EXISTING, "two": EXISTING}), (away(term(HOSTNAME)), SERVICE, {"one": EXISTING}),
    (away(term()), {"service": "other"}, {}), (away(term(operator="NotIn", values=("a",))), {"service": "b"}, {"one": EXISTING, "two": EXISTING}),
    (away(term(HOSTNAME), term(labels=SECURITY)), SECURITY, {"one": EXISTING, "two": EXISTING}),
    (near(term()), {"service": "other"}, {}),  # who is there and wants company keeps nobody away
])
def test_who_is_there_already_may_keep_others_away(wish, own, rejected):
    found = cluster().place("one", a_pod("there", affinity=wish))
    assert found.reasons(a_pod("p", labels=own)) == rejected


@pytest.mark.parametrize(("where", "more", "rejected"), [
    ("default", {}, {"one": ANTI}), ("team1", {}, {}), ("team1", {"namespaces": ["team1"]}, {"one": ANTI}),
    ("team1", {"namespaces": ["team2"]}, {}), ("default", {"namespaces": ["team1"]}, {}),
    ("team1", {"namespaceSelector": {"matchLabels": {"team": "1"}}}, {"one": ANTI}),
    ("team2", {"namespaceSelector": {"matchLabels": {"team": "1"}}}, {}),
    ("team2", {"namespaceSelector": {"matchLabels": {"team": "1"}}, "namespaces": ["team2"]}, {"one": ANTI}),
    ("team2", {"namespaceSelector": {}}, {"one": ANTI}),  # empty: all namespaces
    ("default", {"namespaceSelector": {"matchLabels": {"team": "9"}}}, {}),  # then its own is not meant either
])
def test_a_term_means_its_own_namespace_or_those_it_names_or_selects(where, more, rejected):
    found = cluster(default={}, team1={"team": "1"}, team2={"team": "2"})
    found.place("one", a_pod("there", labels=SERVICE, namespace=where))
    assert found.reasons(a_pod("p", affinity=away(term(HOSTNAME, **more)))) == rejected


@pytest.mark.parametrize(("placed", "affinity", "own", "points"), [
    ({"one": (SERVICE, None)}, rather("podAffinity", (5, term())), {}, {"one": 200, "two": 200, "three": 0}),
    ({"one": (SERVICE, None)}, rather("podAffinity", (5, term(HOSTNAME))), {}, {"one": 200, "two": 0, "three": 0}),
    ({"one": (SERVICE, None), "three": (SERVICE, None)}, rather("podAffinity", (5, term())), {}, {"one": 0, "two": 0, "three": 0}),
    ({"one": (SERVICE, None)}, rather("podAntiAffinity", (5, term())), {}, {"one": 0, "two": 0, "three": 200}),
    # two wishes of different weight: 5 for the region, 8 against the host; 5 − 8, 5, 0
    ({"one": (SERVICE, None)}, rather("podAffinity", (5, term())) | rather("podAntiAffinity", (8, term(HOSTNAME))), {},
     {"one": 0, "two": 200, "three": 74}),
    # what others wish counts too: preferred by its weight, required as 1
    ({"one": ({}, rather("podAffinity", (5, term())))}, None, SERVICE, {"one": 200, "two": 200, "three": 0}),
    ({"one": ({}, rather("podAntiAffinity", (5, term())))}, None, SERVICE, {"one": 0, "two": 0, "three": 200}),
    ({"one": ({}, near(term()))}, None, SERVICE, {"one": 200, "two": 200, "three": 0}),
    ({"one": ({}, near(term())), "three": ({}, rather("podAffinity", (2, term())))}, None, SERVICE,
     {"one": 0, "two": 0, "three": 200}),
    # the scale is cut in floating point: 29 hundredths of the way are 28 points
    ({"one": (SERVICE, None), "three": (SECURITY, None)},
     rather("podAffinity", (100, term()), (29, term(labels=SECURITY))) | rather("podAntiAffinity", (100, term(HOSTNAME))), {},
     {"one": 0, "two": 200, "three": 56}),
])
def test_preferred_terms_give_points_between_the_worst_and_the_best(placed, affinity, own, points):
    found = cluster()
    for node, (labels, wish) in placed.items():
        found.place(node, a_pod(f"on-{node}", labels=labels, **({"affinity": wish} if wish else {})))
    pod = a_pod("p", labels=own, **({"affinity": affinity} if affinity else {}))
    assert found.points(pod, "InterPodAffinity") == points


def test_nobody_who_wishes_anything_gives_no_points():
    found = cluster().place("one", a_pod("there", labels=SERVICE))
    assert found.points(a_pod("p"), "InterPodAffinity") == {}
