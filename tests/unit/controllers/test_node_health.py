"""Silence, taints and zones (pkg/controller/nodelifecycle/node_lifecycle_controller_test.go)."""

import pytest

from cluster_sim.controllers import node_health as rules
from tests.unit.controllers.builders import SECOND, a_node, at

PRESSURES = {"MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}


@pytest.mark.parametrize(("ready", "seconds", "expected"), [
    ("True", 50, False), ("True", 51, True), (None, 60, False), (None, 61, True)])
def test_silence_counts_after_the_grace_period(ready, seconds, expected):
    assert rules.is_overdue(a_node(ready=ready, **PRESSURES), 0, seconds * SECOND) is expected


def test_a_node_already_unknown_is_not_overdue_again():
    node = a_node(ready="Unknown", MemoryPressure="Unknown", DiskPressure="Unknown", PIDPressure="Unknown")
    assert not rules.is_overdue(node, 0, 500 * SECOND)


def test_silence_and_never_having_spoken_have_different_words():
    said = {one["type"]: one["message"] for one in rules.silent_conditions(a_node(), at(1))}
    assert said["Ready"] == "Kubelet stopped posting node status."
    assert said["MemoryPressure"] == "Kubelet never posted node status."


@pytest.mark.parametrize(("node", "expected"), [
    (a_node(), []),
    (a_node(ready="False"), [(rules.NOT_READY, "NoSchedule")]),
    (a_node(ready="Unknown"), [(rules.UNREACHABLE, "NoSchedule")]),
    (a_node(unschedulable=True), [(rules.UNSCHEDULABLE, "NoSchedule")]),
    (a_node(MemoryPressure="True"), [("node.kubernetes.io/memory-pressure", "NoSchedule")]),
    (a_node(taints=[{"key": rules.NOT_READY, "effect": "NoSchedule"}]), []),
    (a_node(taints=[{"key": "mine", "effect": "NoSchedule"}]), [("mine", "NoSchedule")]),
])
def test_taints_follow_the_conditions(node, expected):
    taints = rules.wanted_taints(node, False, at(0))
    assert [(taint["key"], taint["effect"]) for taint in taints] == expected


def test_eviction_adds_no_execute_and_recovery_takes_both_off():
    bad = a_node(ready="Unknown")
    taints = rules.wanted_taints(bad, True, at(0))
    assert [(taint["key"], taint["effect"]) for taint in taints] == [
        (rules.UNREACHABLE, "NoSchedule"), (rules.UNREACHABLE, "NoExecute")]
    assert rules.wanted_taints(a_node(taints=taints), False, at(9)) == []


@pytest.mark.parametrize(("good", "bad", "state", "pause"), [
    (5, 1, "Normal", 10 * SECOND), (1, 2, "Normal", 10 * SECOND), (2, 3, "PartialDisruption", None),
    (0, 4, "FullDisruption", 10 * SECOND), (40, 60, "PartialDisruption", 100 * SECOND)])
def test_many_bad_nodes_slow_eviction_down(good, bad, state, pause):
    nodes = [a_node(f"g{n}") for n in range(good)] + [a_node(f"b{n}", ready="Unknown") for n in range(bad)]
    zone = rules.zone_states(nodes)["/"]
    assert (zone["state"], rules.eviction_pause(zone)) == (state, pause)
