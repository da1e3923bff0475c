"""Rules of Jobs (pkg/controller/job: indexed_job_utils_test.go, backoff_utils_test.go, pod_failure_policy_test.go)."""

import pytest

from cluster_sim.controllers import job_rules
from tests.unit.controllers.builders import SECOND, a_pod


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
])
def test_parallelism_and_completions_bound_what_runs(spec, succeeded, active, wanted):
    assert job_rules.wanted_active(a_job(**spec), succeeded, active) == wanted


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
