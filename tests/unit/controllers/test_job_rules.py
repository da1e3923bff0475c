"""Rules of Jobs (pkg/controller/job: indexed_job_utils_test.go, backoff_utils_test.go, pod_failure_policy_test.go)."""

import pytest

from cluster_sim.controllers import job_rules
from tests.unit.controllers.builders import EPOCH, SECOND, a_pod, at


def a_job(**spec):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": "default", "uid": "uid-j"},
            "spec": {"template": {"spec": {}}, **spec}, "status": {}}


@pytest.mark.parametrize(("numbers", "text"), [
    ([], ""), ([0], "0"), ([0, 1], "0,1"), ([0, 1, 2], "0-2"), ([3, 0, 1], "0,1,3"), ([1, 3, 4, 5, 9], "1,3-5,9")])
def test_indexes_are_written_in_runs_of_three_or_more(numbers, text):
    assert job_rules.format_indexes(numbers) == text
    assert job_rules.parse_indexes(text) == sorted(numbers)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (99, 600)])
def test_the_pause_after_failures_doubles_to_ten_minutes(failures, seconds):
    assert job_rules.backoff_after(failures) == seconds * SECOND


@pytest.mark.parametrize(("spec", "succeeded", "active", "wanted"), [
    ({"completions": 5, "parallelism": 2}, 0, 0, 2),
    ({"completions": 5, "parallelism": 2}, 4, 1, 1),
    ({"completions": 5, "parallelism": 2}, 5, 0, 0),
    ({"completions": 5, "parallelism": 2, "suspend": True}, 0, 2, 0),
    ({"parallelism": 3}, 0, 1, 3),
    ({"parallelism": 3}, 1, 2, 2),
    ({"parallelism": 1}, 1, 2, 2),  # what runs may run to its end
])
def test_parallelism_and_completions_bound_what_runs(spec, succeeded, active, wanted):
    assert job_rules.wanted_active(a_job(**spec), succeeded, active) == wanted


def ended(name, phase, second):
    return {**a_pod(name, phase=phase), "status": {"phase": phase, "containerStatuses": [
        {"name": "c", "state": {"terminated": {"exitCode": 0, "finishedAt": at(second)}}}]}}


@pytest.mark.parametrize(("known", "succeeded", "failed", "record"), [  # backoff_utils_test.go, TestNewBackoffRecord
    ({}, [], [], (0, None)),
    ({}, [], [10], (1, 10)),
    ({"failures": 1, "last": 5}, [], [10], (2, 10)),
    ({"failures": 1, "last": 5}, [], [10, 20], (3, 20)),
    ({"failures": 1, "last": 5}, [10], [], (0, None)),
    ({"failures": 3, "last": 5}, [10], [8], (0, None)),
    ({"failures": 3, "last": 5}, [10], [8, 12, 14], (2, 14)),
    ({"failures": 3, "last": 5}, [], [], (3, None)),
])
def test_failures_are_counted_since_the_last_success(known, succeeded, failed, record):
    good = [ended(f"g{number}", "Succeeded", second) for number, second in enumerate(succeeded)]
    bad = [ended(f"b{number}", "Failed", second) for number, second in enumerate(failed)]
    found = job_rules.backoff_record(known, good, bad)
    assert found.get("failures", 0) == record[0]
    assert record[1] is None or found["last"] == EPOCH + record[1] * SECOND


def test_a_pod_ended_with_its_last_container_or_stopped_being_ready_or_was_deleted():  # TestGetFinishedTime
    deleted = a_pod("d", deleting=True, ready=5)
    deleted["metadata"] |= {"deletionTimestamp": at(60), "deletionGracePeriodSeconds": 30}
    one_runs = ended("r", "Running", 50)
    one_runs["status"]["containerStatuses"].append({"name": "d", "state": {"running": {}}})
    one_runs["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": at(40)}]
    for pod, second in ((ended("e", "Failed", 50), 50), (one_runs, 40), (deleted, 30), (a_pod("c", created=7, ready=9), 7)):
        assert job_rules.finished_at(pod) == EPOCH + second * SECOND


@pytest.mark.parametrize(("name", "index", "made"), [
    ("hash", 0, "hash-0-"), ("j" * 52, 12345, "j" * 51 + "-12345-"), ("j" * 63, 7, "j" * 55 + "-7-")])
def test_a_long_name_is_cut_so_that_the_index_stays(name, index, made):  # TestPodGenerateNameWithIndex
    assert job_rules.generate_name({"metadata": {"name": name}}, index) == made


def test_the_lowest_free_indexes_come_next():
    assert job_rules.pending_indexes(a_job(completions=6), [0, 2], 3) == [1, 3, 4]


def test_the_first_fitting_rule_of_a_failure_policy_decides():
    job = a_job(podFailurePolicy={"rules": [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "FailJob", "onExitCodes": {"containerName": "c", "operator": "In", "values": [42]}}]})
    pod = a_pod("j-1", phase="Failed")
    pod["status"]["containerStatuses"] = [{"name": "c", "state": {"terminated": {"exitCode": 42}}}]
    assert job_rules.failure_rule(job, pod) == (
        "FailJob", "Container c for pod default/j-1 failed with exit code 42 matching FailJob rule at index 1")
    pod["status"]["conditions"].append({"type": "DisruptionTarget", "status": "True"})
    assert job_rules.failure_rule(job, pod)[0] == "Ignore"


@pytest.mark.parametrize(("rule", "completed", "fulfilled"), [
    ({"succeededIndexes": "0"}, [0], True), ({"succeededIndexes": "0"}, [1], False),
    ({"succeededIndexes": "0-2", "succeededCount": 2}, [0, 2], True), ({"succeededCount": 3}, [0, 4], False)])
def test_a_success_policy_looks_at_indexes_and_their_number(rule, completed, fulfilled):
    assert bool(job_rules.success_rule(a_job(successPolicy={"rules": [rule]}), completed)) is fulfilled
