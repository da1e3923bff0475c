"""Shares of a scaled rollout, against upstream's table (pkg/controller/deployment/sync_test.go, TestScale)."""

import pytest

from cluster_sim.controllers.proportional_scaling import DESIRED, MAX, is_scaling_event, sizes_for
from tests.unit.controllers.builders import a_deployment, a_replicaset


def scaled(before: int, after: int, surge: int, sizes: list[int]) -> list[int]:
    """New sizes of ReplicaSets, newest first, when spec.replicas goes from `before` to `after` in mid-rollout."""
    known = {DESIRED: str(before), MAX: str(before + surge)}
    replicasets = [a_replicaset(f"r{number}", size, created=-number, annotations=known)
                   for number, size in enumerate(sizes)]
    deployment = a_deployment(after, surge=surge, unavailable=0)
    result = sizes_for(deployment, replicasets[0], replicasets[1:])
    return [result.get(one["metadata"]["name"], one["spec"]["replicas"]) for one in replicasets]


@pytest.mark.parametrize(("before", "after", "surge", "sizes", "expected"), [
    (10, 12, 0, [10], [12]),
    (10, 5, 0, [10], [5]),
    (10, 12, 0, [5, 5], [6, 6]),
    (10, 5, 0, [5, 5], [3, 2]),
    (10, 20, 0, [5, 3, 2], [10, 6, 4]),
    (10, 5, 0, [5, 3, 2], [2, 2, 1]),
    (10, 0, 0, [4, 3, 3], [0, 0, 0]),
    (10, 12, 0, [3, 3, 4], [4, 3, 5]),
    (5, 10, 2, [2, 2, 3], [3, 3, 6]),
    (5, 50, 6, [2, 9], [10, 46]),
    (10, 15, 3, [5, 8], [7, 11]),
])
def test_each_replicaset_gets_its_share(before, after, surge, sizes, expected):
    assert scaled(before, after, surge, sizes) == expected


def test_a_saturated_new_replicaset_sends_the_old_ones_home():
    known = {DESIRED: "5", MAX: "6"}
    new, old = a_replicaset("new", 5, annotations=known), a_replicaset("old", 2, annotations=known)
    assert sizes_for(a_deployment(5, surge=1), new, [old]) == {"old": 0}


def test_without_active_replicasets_the_new_one_is_scaled():
    new, old = a_replicaset("new", 0), a_replicaset("old", 0)
    assert sizes_for(a_deployment(4), new, [old]) == {"new": 4}


@pytest.mark.parametrize(("size", "remembered", "expected"), [(3, "3", False), (3, "4", True), (0, "4", False),
                                                             (3, None, False)])
def test_a_scaling_event_is_known_by_the_annotation(size, remembered, expected):
    replicaset = a_replicaset("web-1", size, annotations={DESIRED: remembered} if remembered else {})
    assert is_scaling_event(a_deployment(3), [replicaset]) is expected
