"""What each scoring plugin gives a node, with figures worked out from the upstream formulas."""

import pytest

from cluster_sim.scheduler.plugins.balanced_allocation import balance
from cluster_sim.scheduler.plugins.node_resources_fit import free_share
from cluster_sim.scheduler.plugins.pod_topology_spread import UNIT, log_weight
from tests.unit.scheduler.builders import HOSTNAME, ZONE, ACluster, a_node, a_pod

FIT, BALANCE = "NodeResourcesFit", "NodeResourcesBalancedAllocation"


@pytest.mark.parametrize(("allocatable", "requested", "points"), [
    (4000, 0, 100), (4000, 1000, 75), (3000, 1000, 66), (1000, 1000, 0), (1000, 1001, 0), (1000, 999, 0)])
def test_a_free_share_is_in_percent_rounded_down(allocatable, requested, points):
    assert free_share(allocatable, requested) == points


def test_least_allocated_is_the_mean_of_cpu_and_memory():
    cluster = ACluster(a_node("a"), a_node("b")).place("b", a_pod("busy", "2", "4Gi"))
    # a: (4000-500)/4000 = 87 %, (8-1)/8 = 87 %; b: 1500/4000 = 37 %, 3/8 = 37 %
    assert cluster.points(a_pod("p", "500m", "1Gi"), FIT) == {"a": 87, "b": 37}


def test_a_container_without_requests_counts_as_100m_and_200_mebibytes():
    cluster = ACluster(a_node("a", "1", "1000Mi"), a_node("b", "1", "1000Mi")).place("b", a_pod("idle"))
    # a: 90 % and 80 % free with the pod; b: 80 % and 60 %
    assert cluster.points(a_pod("p"), FIT) == {"a": 85, "b": 70}


@pytest.mark.parametrize(("cpu", "memory", "points"), [
    ((0, 4), (0, 8), 100), ((4, 4), (8, 8), 100), ((4, 4), (0, 8), 50), ((2, 4), (2, 8), 87), ((5, 4), (8, 8), 100)])
def test_balance_is_one_less_the_deviation_of_the_two_shares(cpu, memory, points):
    assert balance(*cpu, *memory) == points


def test_balanced_allocation_rewards_the_pod_that_evens_out():
    cluster = ACluster(a_node("cpu-full"), a_node("memory-full"))
    cluster.place("cpu-full", a_pod("x", "2", "1Gi")).place("memory-full", a_pod("y", "500m", "4Gi"))
    # x leaves 50 % to 12.5 %, so b is 81; with 1 more cpu and 1Gi it is 75: 50 + (50 - 6)/2. On the other 81 → 87.
    assert cluster.points(a_pod("p", "1", "1Gi"), BALANCE) == {"cpu-full": 72, "memory-full": 78}


def test_a_pod_that_requests_nothing_gets_no_points_for_balance():
    assert ACluster(a_node("a"), a_node("b")).points(a_pod("p"), BALANCE) == {}


def test_soft_taints_count_against_a_node():
    taint = {"key": "busy", "effect": "PreferNoSchedule"}
    cluster = ACluster(
        a_node("two", taints=[taint, {**taint, "key": "old"}]), a_node("one", taints=[taint]), a_node("none")
    )
    assert cluster.points(a_pod("p"), "TaintToleration") == {"two": 0, "one": 150, "none": 300}
    tolerant = a_pod("q", tolerations=[{"key": "busy", "operator": "Exists"}])
    assert cluster.points(tolerant, "TaintToleration") == {"two": 0, "one": 300, "none": 300}


def test_preferred_node_affinity_counts_by_weight():
    preferred = [{"weight": weight, "preference": {"matchExpressions": [{"key": key, "operator": "Exists"}]}}
                 for key, weight in (("ssd", 40), ("gpu", 80))]
    pod = a_pod("p", affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}})
    cluster = ACluster(a_node("ssd", labels={"ssd": ""}), a_node("gpu", labels={"gpu": ""}), a_node("plain"))
    assert cluster.points(pod, "NodeAffinity") == {"ssd": 100, "gpu": 200, "plain": 0}


def test_an_image_counts_by_size_and_by_how_common_it_is():
    size = 523 * 1024 * 1024  # on one of two nodes: half of it, 261.5 MiB, of 23 … 1000 MiB
    cluster = ACluster(a_node("a", images={"app:1": size}), a_node("b", images={"tiny:1": 1000}))
    assert cluster.points(a_pod("p"), "ImageLocality") == {"a": 24, "b": 0}
    assert cluster.points(a_pod("q", image="other:1"), "ImageLocality") == {}


@pytest.mark.parametrize(("domains", "weight"), [(0, 693_147), (1, 1_098_612), (3, 1_609_438), (98, 4_605_170)])
def test_a_domain_weighs_the_logarithm_of_their_number(domains, weight):
    assert round(log_weight(domains) / (UNIT // 1_000_000)) == weight


def test_pods_of_a_replicaset_are_spread_by_default():
    owner = {"metadata": {"namespace": "default", "name": "rs"}, "spec": {"selector": {"matchLabels": {"app": "x"}}}}
    cluster = ACluster(a_node("a"), a_node("b"), a_node("c"), replicasets=[owner])
    alike = {"labels": {"app": "x"}, "owner": "rs"}
    cluster.place("a", a_pod("1", **alike), a_pod("2", **alike)).place("b", a_pod("3", **alike))
    # s = round(count · ln 5 + 2): 5, 4, 2; then 100 · (5 + 2 − s) / 5, weight 2
    assert cluster.points(a_pod("p", **alike), "PodTopologySpread") == {"a": 80, "b": 120, "c": 200}
    assert cluster.points(a_pod("q"), "PodTopologySpread") == {}


def test_soft_constraints_leave_out_nodes_without_the_label():
    soft = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"app": "x"}}}
    cluster = ACluster(a_node("a", labels={ZONE: "a"}), a_node("b", labels={ZONE: "b"}), a_node("none"))
    cluster.place("a", a_pod("1", labels={"app": "x"}))
    # s = round(1 · ln 4) = 1 and 0; 100 · (1 + 0 − s) / 1
    assert cluster.points(a_pod("p", topologySpreadConstraints=[soft]), "PodTopologySpread") == {
        "a": 0,
        "b": 200,
        "none": 0,
    }


def test_preferred_pod_affinity_is_scaled_between_the_worst_and_the_best_node():
    def terms(weight, kind):
        term = {"topologyKey": HOSTNAME, "labelSelector": {"matchLabels": {"app": "db"}}}
        return {
            kind: {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": weight, "podAffinityTerm": term}]}
        }

    cluster = ACluster(a_node("a"), a_node("b")).place("a", a_pod("db", labels={"app": "db"}))
    near, away = a_pod("p", affinity=terms(10, "podAffinity")), a_pod("q", affinity=terms(10, "podAntiAffinity"))
    assert cluster.points(near, "InterPodAffinity") == {"a": 200, "b": 0}
    assert cluster.points(away, "InterPodAffinity") == {"a": 0, "b": 200}
