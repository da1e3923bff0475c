"""Whom a more important pod may send away, and where that hurts least."""

from cluster_sim.scheduler import preemption
from cluster_sim.scheduler.decision import decide
from tests.unit.scheduler.builders import ACluster, a_node, a_pod


def find(cluster, pod, budgets=()):
    ranking = cluster.ranking(pod)
    ranking.nominated_priority = pod["spec"].get("priority", 0)
    return preemption.find(pod, ranking, decide(ranking, 0, lambda below: 0), list(budgets))


def names(candidate):
    return candidate.node, [victim.key.partition("/")[2] for victim in candidate.victims]


def a_budget(allowed):
    return {
        "metadata": {"namespace": "default", "name": "b"},
        "spec": {"selector": {"matchLabels": {"app": "guarded"}}},
        "status": {"disruptionsAllowed": allowed},
    }


def test_only_as_many_go_as_must_and_the_least_important_first():
    cluster = ACluster(a_node("n", "4")).place("n", *(
        a_pod(f"p{priority}", "1", priority=priority) for priority in (1, 2, 3, 4)))
    candidate, _ = find(cluster, a_pod("high", "2", priority=10))
    assert names(candidate) == ("n", ["p2", "p1"])
    assert len(cluster.cache.nodes["n"].pods) == 4  # trying out leaves everything as it was


def test_the_node_with_the_lowest_top_priority_is_chosen():
    cluster = ACluster(a_node("a", "1"), a_node("b", "1"))
    cluster.place("a", a_pod("mid", "1", priority=5)).place("b", a_pod("low", "1", priority=1))
    assert names(find(cluster, a_pod("high", "1", priority=10))[0]) == ("b", ["low"])


def test_a_disruption_budget_weighs_more_than_priority():
    cluster = ACluster(a_node("a", "1"), a_node("b", "1"))
    cluster.place("a", a_pod("mid", "1", priority=5)).place(
        "b", a_pod("low", "1", priority=1, labels={"app": "guarded"})
    )
    high = a_pod("high", "1", priority=10)
    assert names(find(cluster, high, [a_budget(0)])[0]) == ("a", ["mid"])
    assert names(find(cluster, high, [a_budget(1)])[0]) == ("b", ["low"])


def test_among_equals_the_pod_that_started_last_goes():
    cluster = ACluster(a_node("a", "1"), a_node("b", "1"))
    for node, time in (("a", "2026-01-01T00:00:00Z"), ("b", "2026-01-01T01:00:00Z")):
        cluster.place(node, {**a_pod(f"on-{node}", "1", priority=1), "status": {"startTime": time}})
    assert names(find(cluster, a_pod("high", "1", priority=10))[0]) == ("b", ["on-b"])


def test_equal_priority_is_never_a_victim():
    cluster = ACluster(a_node("a", "1")).place("a", a_pod("other", "1", priority=10))
    assert find(cluster, a_pod("high", "1", priority=10)) == (
        None, "0/1 nodes are available: 1 No preemption victims found for incoming pod.")


def test_preemption_does_not_help_where_the_node_is_too_small_or_tainted():
    taint = {"key": "t", "effect": "NoSchedule"}
    cluster = ACluster(a_node("small", "1"), a_node("tainted", taints=[taint])).place("small", a_pod("low", "1"))
    assert find(cluster, a_pod("high", "2", priority=10)) == (
        None, "0/2 nodes are available: 2 Preemption is not helpful for scheduling.")


def test_room_that_a_pod_of_at_least_equal_priority_waits_for_is_not_free():
    cluster = ACluster(a_node("n", "1"))
    cluster.cache.nominate("default/first", a_pod("first", "1", priority=10), "n")
    assert cluster.decide(a_pod("late", "1")).node is None
    ranking = cluster.ranking(a_pod("first", "1", priority=10))
    ranking.nominated_key, ranking.nominated_priority = "default/first", 10
    assert decide(ranking, 0, lambda below: 0).node == "n"
