"""How fast an autoscaler goes (facts of pkg/controller/podautoscaler/horizontal_test.go). Times in seconds."""

import pytest

from cluster_sim.controllers import scaling_rules
from cluster_sim.controllers.scaling_rules import DOWN, UP, limit
from cluster_sim.kernel import SECOND

NOW = 1_000 * SECOND
NOTHING = {"up": [], "down": []}


def an_autoscaler(least=1, most=100, **behavior):
    spec = {"minReplicas": least, "maxReplicas": most}
    return {"spec": {**spec, "behavior": behavior} if behavior else spec}


def policies(*given, select="Max", window=None):
    made = {"selectPolicy": select, "policies": [{"type": kind, "value": value, "periodSeconds": period}
                                                 for kind, value, period in given]}
    return made if window is None else {**made, "stabilizationWindowSeconds": window}


def ago(*events):
    return [[NOW - seconds * SECOND, number] for seconds, number in events]


@pytest.mark.parametrize(("rules", "current", "ups", "downs", "up", "expected"), [
    (UP, 2, [], [], True, 6),  # four pods more
    (UP, 10, [], [], True, 20),  # or twice as many
    (UP, 6, [(5, 4)], [], True, 6),  # four came within the last 15 s
    (UP, 6, [(20, 4)], [], True, 12),  # that is over
    (UP, 6, [], [(5, 4)], True, 20),  # four went: the period began with ten
    (DOWN, 10, [], [], False, 0),
    (policies(("Pods", 2, 60)), 10, [], [(30, 1)], False, 9),
    (policies(("Pods", 2, 60)), 10, [(30, 3)], [], False, 5),
    (policies(("Percent", 10, 60)), 100, [], [], False, 90), (policies(("Percent", 10, 60)), 9, [], [], False, 8),
    (policies(("Percent", 10, 60)), 9, [], [], True, 10), (policies(("Percent", 1, 60)), 5, [], [], True, 6),  # rounded up
    (policies(("Percent", 10, 60)), 110, [], [], True, 122),  # 110 × 1.1 is 121.00000000000001
    (policies(("Pods", 4, 60), ("Percent", 100, 60), select="Min"), 10, [], [], True, 14),
    (policies(("Pods", 4, 60), ("Percent", 100, 60), select="Max"), 10, [], [], True, 20),
    (policies(("Pods", 4, 60), ("Percent", 50, 60), select="Min"), 10, [], [], False, 6),
    (policies(("Pods", 4, 60), ("Percent", 50, 60), select="Max"), 10, [], [], False, 5),
    (policies(("Pods", 4, 60), select="Disabled"), 10, [], [], True, 10),
    (policies(("Pods", 4, 60), select="Disabled"), 10, [], [], False, 10),
    (policies(("Pods", 5, 600), ("Percent", 100, 60)), 5, [(300, 4)], [], True, 10),  # each policy has a period of its own
])
def test_policies_bound_the_step(rules, current, ups, downs, up, expected):
    assert limit(rules, current, ago(*ups), ago(*downs), NOW, up) == expected


@pytest.mark.parametrize(("wanted", "current", "past", "recommended", "reason"), [
    (5, 5, [], 5, "ReadyForNewScale"), (9, 5, [], 9, "ReadyForNewScale"),
    (2, 5, [(100, 4), (30, 5)], 5, "ScaleDownStabilized"), (2, 5, [(299, 4)], 4, "ScaleDownStabilized"),
    (2, 5, [(301, 9)], 2, "ReadyForNewScale"), (6, 5, [(200, 8)], 8, "ScaleDownStabilized"),
])
def test_without_behavior_the_highest_of_five_minutes_holds(wanted, current, past, recommended, reason):
    found, why = scaling_rules.steady(an_autoscaler(), current, wanted, ago(*past), NOW)
    assert (found, why[0]) == (recommended, reason)


@pytest.mark.parametrize(("up", "down", "wanted", "current", "past", "recommended", "reason"), [
    (0, 300, 9, 5, [], 9, "ReadyForNewScale"), (0, 300, 2, 5, [(100, 4)], 4, "ScaleDownStabilized"),
    (0, 0, 2, 5, [(10, 4)], 2, "ReadyForNewScale"),
    (60, 300, 9, 5, [(30, 6)], 6, "ScaleUpStabilized"), (60, 300, 9, 5, [(90, 6)], 9, "ReadyForNewScale"),
    (60, 300, 9, 5, [(30, 3)], 5, "ScaleUpStabilized"),  # between the lowest and the highest, where it is
    (60, 60, 2, 5, [(30, 9)], 5, "ScaleDownStabilized"), (60, 60, 5, 5, [(30, 3), (40, 9)], 5, "ReadyForNewScale"),
])
def test_with_behavior_each_direction_has_its_window(up, down, wanted, current, past, recommended, reason):
    autoscaler = an_autoscaler(scaleUp={"stabilizationWindowSeconds": up}, scaleDown={"stabilizationWindowSeconds": down})
    found, why = scaling_rules.steady(autoscaler, current, wanted, ago(*past), NOW)
    assert (found, why[0]) == (recommended, reason)


@pytest.mark.parametrize(("least", "most", "current", "wanted", "number", "reason"), [
    (1, 100, 3, 3, 3, "DesiredWithinRange"), (1, 100, 3, 6, 6, "DesiredWithinRange"), (1, 100, 3, 7, 6, "ScaleUpLimit"),
    (1, 100, 1, 9, 4, "ScaleUpLimit"),  # to four at least
    (1, 5, 3, 9, 5, "TooManyReplicas"), (1, 6, 3, 9, 6, "TooManyReplicas"), (2, 100, 3, 1, 2, "TooFewReplicas"),
    (2, 100, 9, 0, 2, "TooFewReplicas"), (1, 100, 50, 2, 2, "DesiredWithinRange"),
])
def test_without_behavior_it_at_most_doubles(least, most, current, wanted, number, reason):
    found = scaling_rules.bounded(an_autoscaler(least, most), current, wanted, NOTHING, NOW)
    assert found[:2] == (number, reason)


@pytest.mark.parametrize(("current", "wanted", "up", "down", "number", "reason"), [
    (10, 30, policies(("Pods", 5, 60)), {}, 15, "ScaleUpLimit"), (10, 12, policies(("Pods", 5, 60)), {}, 12, "DesiredWithinRange"),
    (10, 200, policies(("Percent", 2000, 60)), {}, 100, "TooManyReplicas"),
    (10, 2, {}, policies(("Pods", 3, 60)), 7, "ScaleDownLimit"), (10, 8, {}, policies(("Pods", 3, 60)), 8, "DesiredWithinRange"),
    (10, 0, {}, policies(("Percent", 100, 60)), 1, "TooFewReplicas"),
    (10, 30, policies(select="Disabled"), {}, 10, "ScaleUpLimit"), (10, 2, {}, policies(select="Disabled"), 10, "ScaleDownLimit"),
    (10, 10, policies(("Pods", 1, 60)), {}, 10, "DesiredWithinRange"),
])
def test_with_behavior_policies_hold(current, wanted, up, down, number, reason):
    found = scaling_rules.bounded(an_autoscaler(scaleUp=up, scaleDown=down), current, wanted, NOTHING, NOW)
    assert found[:2] == (number, reason)


@pytest.mark.parametrize(("behavior", "up", "down"), [
    ({}, 0.1, 0.1), ({"scaleUp": {"tolerance": "0.05"}}, 0.05, 0.1), ({"scaleDown": {"tolerance": "0"}}, 0.1, 0.0)])
def test_each_direction_may_have_a_tolerance_of_its_own(behavior, up, down):
    autoscaler = an_autoscaler(**behavior)
    assert [scaling_rules.tolerance_of(autoscaler, way) for way in ("scaleUp", "scaleDown")] == [up, down]
