"""Which pod goes first (pkg/controller/controller_utils_test.go, TestSortingActivePodsWithRanks)."""

import pytest

from cluster_sim.controllers.deletion_rank import COST, deletion_cost, rank_for_deletion, why
from tests.unit.controllers.builders import EPOCH, SECOND, a_pod

NOW = EPOCH + 1_000 * SECOND


def first(*pods, siblings=(0, 0)):
    """The name of the pod that is deleted first."""
    ranked = sorted((rank_for_deletion(pod, count, NOW), pod["metadata"]["name"])
                    for pod, count in zip(pods, siblings, strict=True))
    return ranked[0][1]


@pytest.mark.parametrize(("rule", "goes", "stays"), [
    ("it has no node yet", a_pod("z", phase="Pending", node=""), a_pod("a", phase="Pending")),
    ("its phase", a_pod("z", phase="Pending"), a_pod("a", phase="Unknown")),
    ("its phase", a_pod("z", phase="Unknown"), a_pod("a")),
    ("it is not ready", a_pod("z"), a_pod("a", ready=0)),
    ("its pod-deletion-cost is lower", a_pod("z", ready=0, annotations={COST: "-10"}), a_pod("a", ready=0)),
    ("it has been ready for a shorter time", a_pod("z", ready=900), a_pod("a", ready=10)),
    ("it has restarted more often", a_pod("z", ready=10, restarts=3), a_pod("a", ready=10)),
    ("it is younger", a_pod("z", ready=10, created=900), a_pod("a", ready=10, created=0)),
    ("its uid", a_pod("a", ready=10), a_pod("z", ready=10)),
])
def test_the_less_useful_pod_goes_first(rule, goes, stays):
    assert first(goes, stays) == first(stays, goes) == goes["metadata"]["name"]
    assert why(rank_for_deletion(goes, 0, NOW), rank_for_deletion(stays, 0, NOW)) == rule


def test_a_crowded_node_gives_first():
    assert first(a_pod("z", ready=10), a_pod("a", ready=10), siblings=(3, 1)) == "z"


def test_ages_of_the_same_magnitude_count_as_equal():
    """520 s and 800 s ago have the same number of binary digits: the uid decides, not the age."""
    assert first(a_pod("a", ready=200, created=200), a_pod("z", ready=480, created=480)) == "a"


@pytest.mark.parametrize(("text", "cost"), [("10", 10), ("-10", -10), ("", 0), ("many", 0), ("1.5", 0)])
def test_a_cost_that_is_no_number_is_none(text, cost):
    assert deletion_cost(a_pod(annotations={COST: text})) == cost
