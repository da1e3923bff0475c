"""Surge arithmetic, against upstream's tables (pkg/controller/deployment: deployment_util_test.go, rolling_test.go)."""

import pytest

from cluster_sim.controllers import rolling_update
from tests.unit.controllers.builders import a_deployment, a_replicaset


@pytest.mark.parametrize(("surge", "unavailable", "replicas", "expected"), [
    ("0%", "0%", 0, (0, 1)),
    ("39%", "39%", 10, (4, 3)),
    ("25%", "25%", 10, (3, 2)),
    ("25%", "25%", 1, (1, 0)),
    ("50%", 0, 3, (2, 0)),
    (0, "10%", 5, (0, 1)),
    (1, 1, 4, (1, 1)),
    ("100%", "100%", 3, (3, 3)),
])
def test_surge_rounds_up_and_unavailable_rounds_down(surge, unavailable, replicas, expected):
    assert rolling_update.fenceposts(surge, unavailable, replicas) == expected


@pytest.mark.parametrize(("replicas", "unavailable", "expected"), [(10, 2, 2), (1, 3, 1), (0, 5, 0), (10, "33%", 3)])
def test_no_more_can_be_unavailable_than_are_wanted(replicas, unavailable, expected):
    assert rolling_update.may_be_unavailable(a_deployment(replicas, surge=1, unavailable=unavailable)) == expected


def test_recreate_neither_surges_nor_keeps_any():
    deployment = a_deployment(10, strategy="Recreate")
    assert (rolling_update.may_surge(deployment), rolling_update.may_be_unavailable(deployment)) == (0, 0)


@pytest.mark.parametrize(("wanted", "surge", "old", "new", "expected"), [
    (10, 0, 10, 0, 0),  # no room
    (10, 2, 10, 0, 2),
    (10, 2, 5, 0, 7),
    (10, 2, 10, 2, 2),
    (10, 2, 8, 2, 4),
    (3, "50%", 3, 0, 2),
    (4, 1, 3, 1, 2),
])
def test_the_new_replicaset_takes_the_room_there_is(wanted, surge, old, new, expected):
    deployment = a_deployment(wanted, surge=surge, unavailable=1)
    everyone = [a_replicaset("old", old), a_replicaset("new", new)]
    assert rolling_update.new_size(deployment, everyone, new) == expected


@pytest.mark.parametrize(("unavailable", "old", "old_available", "new", "new_available", "expected"), [
    (0, 10, 10, 0, 0, None),
    (2, 10, 10, 0, 0, 8),
    (2, 10, 8, 0, 0, 8),  # the two that are not available go
    (2, 10, 9, 0, 0, 8),  # one not available and one that is
    (2, 8, 8, 2, 0, None),  # the new ones are not available yet
    (2, 8, 8, 2, 1, 7),
    (2, 8, 8, 2, 2, 6),
])
def test_old_pods_go_as_new_ones_become_available(unavailable, old, old_available, new, new_available, expected):
    deployment = a_deployment(10, surge=1, unavailable=unavailable)
    before = a_replicaset("old", old, available=old_available)
    sizes = rolling_update.old_sizes(deployment, [before], a_replicaset("new", new, available=new_available))
    assert sizes == ({} if expected is None else {"old": expected})


def test_unavailable_pods_go_first_and_the_oldest_replicaset_first():
    deployment = a_deployment(10, surge=0, unavailable=3)
    oldest, older = a_replicaset("a", 5, created=1), a_replicaset("b", 5, available=4, created=2)
    assert rolling_update.old_sizes(deployment, [older, oldest], None) == {"b": 4, "a": 3}


def test_a_rollout_never_leaves_the_fenceposts():
    """Played through with pods that become available one by one: at most 13 exist, at least 8 are available."""
    deployment = a_deployment(10)
    old, new, ready = 10, 0, 0
    for _ in range(100):
        new = rolling_update.new_size(deployment, [a_replicaset("o", old), a_replicaset("n", new)], new)
        assert old + new <= 13
        sizes = rolling_update.old_sizes(deployment, [a_replicaset("o", old)], a_replicaset("n", new, available=ready))
        old = sizes.get("o", old)
        assert old + ready >= 8
        ready = min(new, ready + 1)
    assert (old, new) == (0, 10)
