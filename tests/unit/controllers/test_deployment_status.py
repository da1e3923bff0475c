"""Conditions of a Deployment (pkg/controller/deployment/progress_test.go, util/deployment_util_test.go)."""

import pytest

from cluster_sim.api.conditions import find_condition
from cluster_sim.controllers import deployment_status as states
from tests.unit.controllers.builders import EPOCH, SECOND, a_deployment, a_replicaset, at


def progressing(reason, seconds=0):
    """A status whose Progressing condition was last updated then."""
    return states.with_progress({}, reason, "web-1", EPOCH + seconds * SECOND)


@pytest.mark.parametrize(("old", "new_available", "reason"), [
    (0, 2, states.COMPLETE), (1, 2, states.UPDATED), (0, 1, states.UPDATED)])
def test_a_rollout_is_complete_when_only_new_available_pods_are_left(old, new_available, reason):
    deployment = a_deployment(2, progressDeadlineSeconds=600)
    new = a_replicaset("web-1", 2, available=new_available)
    status = states.rollout_status(deployment, [a_replicaset("web-0", old), new], new, EPOCH)
    assert find_condition(status["conditions"], "Progressing")["reason"] == reason


@pytest.mark.parametrize(("reason", "seconds", "expected"), [
    (states.NEW_REPLICASET, 599, False), (states.NEW_REPLICASET, 601, True), (states.COMPLETE, 9_999, False),
    (states.TIMED_OUT, 0, True)])
def test_it_times_out_when_the_deadline_is_over_without_progress(reason, seconds, expected):
    deployment = a_deployment(2, progressDeadlineSeconds=600)
    assert states.has_timed_out(deployment, progressing(reason), EPOCH + seconds * SECOND) is expected


@pytest.mark.parametrize("deadline", [None, 2**31 - 1])
def test_without_a_deadline_nothing_times_out(deadline):
    deployment = a_deployment(2, progressDeadlineSeconds=deadline)
    assert not states.has_timed_out(deployment, progressing(states.NEW_REPLICASET), EPOCH + 10**12)


@pytest.mark.parametrize(("available", "status"), [(8, "True"), (7, "False")])
def test_it_is_available_while_at_most_max_unavailable_are_missing(available, status):
    deployment = a_deployment(10, unavailable=2)
    found = states.counted(deployment, [a_replicaset("web-1", 10, available=available)], None, EPOCH)
    assert find_condition(found["conditions"], "Available")["status"] == status


@pytest.mark.parametrize(("old", "new", "expected"), [
    ({"updatedReplicas": 1}, {"updatedReplicas": 2}, True),
    ({"replicas": 3}, {"replicas": 2}, True),
    ({"readyReplicas": 1}, {"readyReplicas": 2}, True),
    ({"availableReplicas": 2}, {"availableReplicas": 1}, False),
    ({"replicas": 3, "updatedReplicas": 1}, {"replicas": 3, "updatedReplicas": 1}, False)])
def test_progress_is_any_step_forward(old, new, expected):
    assert states.is_progressing(a_deployment(3, status=old), new) is expected


def test_a_condition_keeps_its_transition_time_until_its_status_changes():
    status = progressing(states.NEW_REPLICASET)
    status = states.with_progress(status, states.COMPLETE, "web-1", EPOCH + 9 * SECOND)
    condition = find_condition(status["conditions"], "Progressing")
    assert (condition["lastTransitionTime"], condition["lastUpdateTime"]) == (at(0), at(9))
    status = states.with_progress(status, states.TIMED_OUT, "web-1", EPOCH + 20 * SECOND)
    assert find_condition(status["conditions"], "Progressing")["lastTransitionTime"] == at(20)


def test_a_changed_condition_moves_to_the_end():
    status = states.with_condition(progressing(states.NEW_REPLICASET), "Available", "False", "r", "m", EPOCH)
    status = states.with_progress(status, states.UPDATED, "web-1", EPOCH)
    assert [condition["type"] for condition in status["conditions"]] == ["Available", "Progressing"]
