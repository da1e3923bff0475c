"""How many nodes are tried, from where, and that what is kept between pods is what a fresh look would find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_sim.scheduler.decision import decide
from cluster_sim.scheduler.ranking import nodes_to_find
from tests.unit.scheduler.builders import ZONE, ACluster, a_node, a_pod


@pytest.mark.parametrize(("nodes", "wanted"), [
    (1, 1), (99, 99), (100, 100), (200, 100), (300, 144), (1000, 420), (5000, 500), (6000, 300)])
def test_large_clusters_are_not_searched_to_the_end(nodes, wanted):
    assert nodes_to_find(nodes) == wanted


def test_the_next_search_goes_on_where_the_last_one_stopped():
    cluster = ACluster(*(a_node(f"n{i:03}") for i in range(200)))
    ranking = cluster.ranking(a_pod("p"))
    starts = [0]
    for _ in range(3):
        starts.append(decide(ranking, starts[-1], lambda below: 0).next_start)
    assert starts == [0, 100, 0, 100]


def test_nodes_are_tried_zone_by_zone_in_turn():
    zones = {"n1": "a", "n2": "a", "n3": "b", "n4": "c", "n5": "a"}
    cluster = ACluster(*(a_node(name, labels={ZONE: zone}) for name, zone in zones.items()))
    assert [node.name for node in cluster.cache.order] == ["n1", "n3", "n4", "n2", "n5"]


def test_equals_are_drawn():
    cluster = ACluster(a_node("a"), a_node("b"), a_node("c", "1"))
    assert [cluster.decide(a_pod("p", "500m"), lambda below, pick=pick: pick).node for pick in (0, 1)] == ["a", "b"]


def test_a_single_node_that_fits_is_taken_without_points():
    decision = ACluster(a_node("a"), a_node("b", "1")).decide(a_pod("p", "2"))
    assert (decision.node, decision.detail["scores"], decision.detail["reasons"]) == ("a", [], {"Insufficient cpu": 1})


def test_the_explanation_names_at_most_twenty_nodes_and_the_chosen_one():
    cluster = ACluster(*(a_node(f"n{i:02}") for i in range(60)))
    detail = cluster.decide(a_pod("p"), lambda below: below - 1).detail
    assert (detail["chosen"], len(detail["scores"]), detail["fit"]) == ("n59", 20, 60)
    assert "n59" in [row[0] for row in detail["scores"]]


step = st.tuples(
    st.sampled_from(["place", "remove", "taint", "resize", "decide"]), st.integers(0, 5), st.integers(0, 3)
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(step, max_size=25))
def test_a_kept_ranking_finds_what_a_fresh_one_finds(steps):
    owner = {"metadata": {"namespace": "default", "name": "rs"}, "spec": {"selector": {"matchLabels": {"app": "x"}}}}
    cluster = ACluster(*(a_node(f"n{i}", labels={ZONE: f"z{i % 2}"}) for i in range(6)), replicasets=[owner])
    pods = [
        a_pod("p", "500m", "1Gi", labels={"app": "x"}, owner="rs"),
        a_pod("p", "1"),
        a_pod("p", labels={"app": "x"}),
        a_pod("p", "100m", tolerations=[{"operator": "Exists"}]),
    ]
    kept = [cluster.ranking(pod) for pod in pods]
    for number, (what, i, j) in enumerate(steps):
        name = f"n{i}"
        if what == "place":
            cluster.place(name, {**pods[j], "metadata": {**pods[j]["metadata"], "name": f"p{number}"}})
        elif what == "remove" and cluster.cache.nodes[name].pods:
            cluster.cache.remove(next(iter(cluster.cache.nodes[name].pods)))
        elif what == "taint":
            taints = [{"key": "t", "effect": ("NoSchedule", "PreferNoSchedule")[j % 2]}] if j else []
            cluster.cache.set_node(name, a_node(name, labels={ZONE: f"z{i % 2}"}, taints=taints))
        elif what == "resize":
            cluster.cache.set_node(name, a_node(name, cpu=str(j + 1), labels={ZONE: f"z{i % 2}"}))
        start = number % 6
        old = decide(kept[j], start, lambda below: below - 1)
        new = decide(cluster.ranking(pods[j]), start, lambda below: below - 1)
        assert (old.node, old.next_start, old.detail and sorted(old.detail["scores"], key=repr)) == (
            new.node, new.next_start, new.detail and sorted(new.detail["scores"], key=repr))
