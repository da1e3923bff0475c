"""Autoscaling arithmetic (pkg/controller/podautoscaler/replica_calculator_test.go, horizontal_test.go)."""

import pytest

from cluster_sim.controllers.scaling_rules import DOWN, UP, desired_replicas, limit
from cluster_sim.kernel import SECOND


def wish(usage, *, target=50, current=None, unready=(), missing=(), request=1000):
    """What usages (thousandths of a cpu) of pods that asked for 1 cpu each make of the number."""
    samples = {f"p{number}": amount for number, amount in enumerate(usage)}
    names = [*samples, *missing]
    return desired_replicas(current or len(names), samples, dict.fromkeys(names, request), [*unready], [*missing],
                            target, True)


@pytest.mark.parametrize(("usage", "target", "expected"), [
    ([300, 500, 700], 30, 5),
    ([100, 300, 500, 250, 250], 50, 3),
    ([500, 500], 50, 2),
    ([540, 540], 50, 2),  # within a tenth of the target
    ([560, 560], 50, 3),
    ([0, 0, 0], 50, 0),
])
def test_the_number_follows_usage_over_target(usage, target, expected):
    assert wish(usage, target=target) == expected


def test_pods_that_are_not_ready_count_as_idle_when_growing():
    assert wish([300, 500, 700], target=30) == 5
    assert wish([300, 500, 700], target=30, unready=["p0"]) == 4


def test_pods_without_a_sample_hold_the_number_back():
    assert wish([1000, 1000], target=50, missing=["m"], current=3) == 4  # as if the third did nothing
    assert wish([100, 100], target=50, missing=["m"], current=3) == 3  # as if the third used all it asked for


def test_without_any_sample_nothing_changes():
    assert wish([], missing=["a", "b"], current=2) == 2


@pytest.mark.parametrize(("rules", "current", "events", "up", "expected"), [
    (UP, 2, [], True, 6),  # four pods more
    (UP, 10, [], True, 20),  # or twice as many
    (UP, 6, [[0, 4]], True, 6),  # four came within the last 15 s
    (DOWN, 10, [], False, 0),
    ({**DOWN, "policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]}, 10, [[0, 1]], False, 9),
    ({**UP, "selectPolicy": "Min"}, 10, [], True, 14),
    ({**UP, "selectPolicy": "Disabled"}, 10, [], True, 10),
])
def test_policies_bound_the_step(rules, current, events, up, expected):
    assert limit(rules, current, events, 10 * SECOND, up) == expected
