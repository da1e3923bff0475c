"""Room on nodes: what fits, and who has most left.

Facts of pkg/scheduler/framework/plugins/noderesources: fit_test.go, least_allocated_test.go, balanced_allocation_test.go
(its formula of 1.36), requested amounts as component-helpers/resource adds them up. CPU in thousandths, memory in bytes.
"""

import pytest

from cluster_sim.api.pod_requests import pod_requests
from tests.unit.scheduler.builders import ACluster, a_node, a_pod

FIT, BALANCE = "NodeResourcesFit", "NodeResourcesBalancedAllocation"


def of(*, node="n", cpu=10, memory=20, pods=32, **other):
    made = a_node(node, f"{cpu}m", str(memory), pods)
    made["status"]["allocatable"] |= {name.replace("_", "-") if "/" not in name else name: amount for name, amount in other.items()}
    return made


def asks(*containers, init=(), name="p", **spec):
    """A pod whose containers ask for (cpu, memory) or for whole dicts."""
    def made(given, **more):
        asked = given if isinstance(given, dict) else {"cpu": f"{given[0]}m", "memory": str(given[1])}
        return {"name": "c", "image": "x:1", "resources": {"requests": asked}, **more}

    pod = a_pod(name, **spec)
    pod["spec"]["containers"] = [made(one) for one in containers] or pod["spec"]["containers"]
    if init:
        pod["spec"]["initContainers"] = [made(one) if not isinstance(one, list) else made(one[0], restartPolicy="Always")
                                         for one in init]
    return pod


@pytest.mark.parametrize(("pod", "used", "reason"), [
    (a_pod("p"), (10, 20), ""),  # who asks for nothing fits
    (asks((1, 1)), (10, 20), "Insufficient cpu, Insufficient memory"),
    (asks((1, 1), init=[(3, 1)]), (8, 19), "Insufficient cpu"),
    (asks((1, 1), init=[(3, 1), (2, 1)]), (8, 19), "Insufficient cpu"),  # the greatest, not the sum
    (asks((1, 1), init=[(1, 3)]), (9, 19), "Insufficient memory"),
    (asks((1, 1), init=[(1, 1), (1, 3)]), (9, 19), "Insufficient memory"),
    (asks((1, 1), init=[(1, 1)]), (9, 19), ""), (asks((1, 1), init=[(1, 1), (1, 1)]), (9, 19), ""),
    (asks((1, 1)), (5, 5), ""), (asks((2, 1)), (9, 5), "Insufficient cpu"), (asks((1, 2)), (5, 19), "Insufficient memory"),
    (asks((5, 1)), (5, 19), ""), (asks((5, 1), init=[(5, 1)]), (5, 19), ""),
    (asks((4, 1), init=[[(1, 1)]]), (5, 18), ""), (asks((4, 1), init=[[(2, 1)]]), (5, 18), "Insufficient cpu"),  # a sidecar
    (asks((1, 1), init=[[(2, 1)], (4, 1)]), (5, 10), "Insufficient cpu"),  # it runs beside the init container after it
    (asks((1, 1), init=[(4, 1), [(2, 1)]]), (5, 10), ""),  # but not beside one before it
    (asks((1, 1), overhead={"cpu": "3m", "memory": "13"}), (5, 5), ""),
    (asks((1, 1), overhead={"cpu": "1m", "memory": "15"}), (5, 5), "Insufficient memory"),
    (asks((1, 1), (1, 1), resources={"requests": {"cpu": "6m"}}), (5, 5), "Insufficient cpu"),  # the pod as a whole
])
def test_a_pod_fits_where_its_requests_are_free(pod, used, reason):
    found = ACluster(of()).place("n", asks(used, name="there"))
    assert found.reasons(pod) == ({"n": reason} if reason else {})


@pytest.mark.parametrize(("asked", "used", "reason"), [
    ({}, {}, ""), ({"example.com/a": "1"}, {"example.com/a": "0"}, ""), ({"example.com/a": "10"}, {}, "Insufficient example.com/a"),
    ({"example.com/a": "1"}, {"example.com/a": "5"}, "Insufficient example.com/a"), ({"example.com/a": "5"}, {}, ""),
    ({"example.com/b": "1"}, {}, "Insufficient example.com/b"),  # nobody has any
    ({"hugepages-2Mi": "5"}, {}, ""), ({"hugepages-2Mi": "6"}, {}, "Insufficient hugepages-2Mi"),
    ({"ephemeral-storage": "25"}, {}, "Insufficient ephemeral-storage"), ({"ephemeral-storage": "10"}, {"ephemeral-storage": "10"}, ""),
    ({"ephemeral-storage": "11"}, {"ephemeral-storage": "10"}, "Insufficient ephemeral-storage"),
    ({"example.com/a": "0"}, {"example.com/a": "5"}, ""),
])
def test_other_resources_are_counted_by_name(asked, used, reason):
    node = of()
    node["status"]["allocatable"] |= {"example.com/a": "5", "hugepages-2Mi": "5", "ephemeral-storage": "20"}
    found = ACluster(node).place("n", asks({"cpu": "1m", **used}, name="there"))
    assert found.reasons(asks({"cpu": "1m", **asked})) == ({"n": reason} if reason else {})


@pytest.mark.parametrize(("allowed", "reason"), [(2, ""), (1, "Too many pods")])
def test_a_node_takes_only_so_many_pods(allowed, reason):
    found = ACluster(of(pods=allowed)).place("n", a_pod("there"))
    assert found.reasons(a_pod("p")) == ({"n": reason} if reason else {})


@pytest.mark.parametrize(("sizes", "asked", "placed", "points"), [
    (((4000, 10000), (4000, 10000)), (0, 0), {}, {"n1": 100, "n2": 100}),
    (((4000, 10000), (6000, 10000)), (3000, 5000), {}, {"n1": 37, "n2": 50}),
    (((4000, 10000), (4000, 10000)), (0, 0), {"n1": [(0, 0)], "n2": [(0, 0)]}, {"n1": 100, "n2": 100}),
    (((10000, 20000), (10000, 20000)), (0, 0), {"n1": [(3000, 0), (3000, 0)], "n2": [(3000, 0), (3000, 5000)]}, {"n1": 70, "n2": 57}),
    (((10000, 20000), (10000, 20000)), (3000, 5000), {"n1": [(3000, 0)], "n2": [(3000, 5000)]}, {"n1": 57, "n2": 45}),
    (((10000, 20000), (10000, 50000)), (3000, 5000), {"n1": [(3000, 0)], "n2": [(3000, 5000)]}, {"n1": 57, "n2": 60}),
    (((10000, 20000), (10000, 20000)), (2000, 4000), {}, {"n1": 80, "n2": 80}),
])
def test_the_node_with_most_left_gets_most(sizes, asked, placed, points):
    found = ACluster(*(of(node=f"n{number}", cpu=cpu, memory=memory) for number, (cpu, memory) in enumerate(sizes, 1)))
    for node, pods in placed.items():
        found.place(node, *(asks(one, name=f"{node}-{number}") for number, one in enumerate(pods)))
    assert found.points(asks(asked), FIT) == points


@pytest.mark.parametrize(("placed", "asked", "points"), [
    # shares before and after on a node of 10000 and 20000: the change of balance, from 75 on, halved
    ({}, (3000, 5000), 73), ({}, (5000, 10000), 75), ({}, (10000, 0), 50), ({(5000, 0): 1}, (0, 10000), 87),
    ({(5000, 10000): 1}, (1000, 2000), 75), ({(9000, 0): 1}, (1000, 20000), 97), ({(3000, 5000): 1}, (3000, 5000), 74),
])
def test_a_pod_that_evens_out_a_node_is_worth_more_there(placed, asked, points):
    found = ACluster(of(node="n", cpu=10000, memory=20000), of(node="other", cpu=10000, memory=20000))
    found.place("n", *(asks(one, name=f"x{number}") for number, one in enumerate(placed)))
    assert found.points(asks(asked), BALANCE)["n"] == points


@pytest.mark.parametrize(("spec", "expected"), [
    ({"containers": [{"resources": {"requests": {"cpu": "1"}}}, {"resources": {"requests": {"cpu": "500m"}}}]}, {"cpu": 1500}),
    ({"containers": [{"resources": {"limits": {"cpu": "2"}}}]}, {"cpu": 2000}),  # a limit alone is a request as well
    ({"containers": [{}], "overhead": {"cpu": "100m"}}, {"cpu": 100}),
    ({"containers": [{"resources": {"requests": {"cpu": "1"}}}], "initContainers": [
        {"resources": {"requests": {"cpu": "3"}}}]}, {"cpu": 3000}),
    ({"containers": [{"resources": {"requests": {"cpu": "1"}}}], "initContainers": [
        {"restartPolicy": "Always", "resources": {"requests": {"cpu": "3"}}}]}, {"cpu": 4000}),
    ({"containers": [{"resources": {"requests": {"cpu": "1"}}}], "initContainers": [
        {"restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}, {"resources": {"requests": {"cpu": "5"}}},
        {"restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}]}, {"cpu": 6000}),
    ({"containers": [{"resources": {"requests": {"cpu": "1", "memory": "5"}}}], "resources": {"requests": {"cpu": "4"}},
      "overhead": {"cpu": "1"}}, {"cpu": 5000, "memory": 5}),
])
def test_what_a_pod_asks_for_is_its_containers_or_its_greatest_moment(spec, expected):
    assert pod_requests(spec) == expected
