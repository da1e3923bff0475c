"""Indexes that fail each for itself (facts of pkg/controller/job: indexed_job_utils_test.go, job_controller_test.go)."""

import pytest

from cluster_sim.controllers import job_index, job_rules, job_status
from cluster_sim.controllers.job_status import FINALIZER
from tests.unit.controllers.builders import EPOCH, SECOND, a_pod
from tests.unit.controllers.test_job_rules import a_job


def a_part(index, failures=0, *, ignored=0, phase="Failed", code=3, created=0, name=""):
    """A pod of an index that had failed so often before."""
    counts = {job_index.FAILURES: str(failures), **({job_index.IGNORED: str(ignored)} if ignored else {})}
    pod = a_pod(name or f"j-{index}-{failures + ignored}", phase=phase, created=created, finalizers=[FINALIZER],
                annotations={job_rules.INDEX: str(index), **counts})
    if phase == "Failed":
        pod["status"]["containerStatuses"] = [{"name": "c", "state": {"terminated": {
            "exitCode": code, "finishedAt": pod["metadata"]["creationTimestamp"]}}}]
    return pod


POLICY = {"rules": [{"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [42]}},
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]}


def disrupted(pod):
    return {**pod, "status": {**pod["status"], "conditions": [{"type": "DisruptionTarget", "status": "True"}]}}


@pytest.mark.parametrize(("limit", "pod", "failed"), [
    (0, a_part(1), True), (1, a_part(1), False), (1, a_part(1, 1), True), (1, a_part(1, 2), True), (3, a_part(1, 2), False),
    (1, a_part(1, code=42), True),  # a rule ends the index at once
    (1, disrupted(a_part(1, 5)), False),  # and one says that this failure does not count
])
def test_an_index_fails_when_it_failed_too_often_or_a_rule_says_so(limit, pod, failed):
    job = a_job(completions=3, backoffLimitPerIndex=limit, podFailurePolicy=POLICY)
    assert job_index.failed_indexes(job, [pod]) == ([1] if failed else [])


def test_an_index_that_has_failed_stays_so_and_one_that_is_not_there_cannot_fail():
    job = {**a_job(completions=3, backoffLimitPerIndex=0), "status": {"failedIndexes": "0"}}
    assert job_index.failed_indexes(job, [a_part(2), a_part(7)]) == [0, 2]


@pytest.mark.parametrize(("last", "carried"), [
    (None, {job_index.FAILURES: "0"}),
    (a_part(1), {job_index.FAILURES: "1"}),
    (a_part(1, 4), {job_index.FAILURES: "5"}),
    (disrupted(a_part(1, 4)), {job_index.FAILURES: "4", job_index.IGNORED: "1"}),
    (a_part(1, 2, ignored=3), {job_index.FAILURES: "3", job_index.IGNORED: "3"}),
])
def test_the_next_pod_carries_how_often_its_index_has_failed(last, carried):
    assert job_index.carried(a_job(backoffLimitPerIndex=9, podFailurePolicy=POLICY), last) == carried
    assert job_index.carried(a_job(), last) == {}


@pytest.mark.parametrize(("most", "failed", "completed", "reason"), [
    (None, [], [0, 1, 2], None), (None, [1], [0], None), (None, [1], [0, 2], "FailedIndexes"),
    (None, [0, 1, 2], [], "FailedIndexes"), (1, [0], [], None), (1, [0, 1], [], "MaxFailedIndexesExceeded"),
    (0, [2], [0, 1], "MaxFailedIndexesExceeded"), (2, [0, 1], [2], "FailedIndexes"),
])
def test_the_job_fails_when_all_have_ended_or_too_many_failed(most, failed, completed, reason):
    job = a_job(completions=3, maxFailedIndexes=most)
    assert (job_index.verdict(job, failed, completed) or (None,))[0] == reason


@pytest.mark.parametrize(("failures", "seconds"), [(0, 10), (1, 20), (2, 40), (9, 600)])
def test_each_index_waits_for_itself(failures, seconds):
    assert job_index.pause(a_part(1, failures), EPOCH) == seconds * SECOND


@pytest.mark.parametrize(("mine", "kept"), [
    ([a_part(0)], ["j-0-0"]),
    ([a_part(0), a_part(0, 1)], ["j-0-1"]),  # the one that failed last
    ([a_part(0), a_part(0, 1, phase="Running")], []),  # its successor is there
    ([a_part(0), a_part(1)], ["j-0-0", "j-1-0"]),
    ([a_part(5)], []),
])
def test_a_failed_pod_is_kept_until_the_next_one_of_its_index_is_there(mine, kept):
    job = a_job(completions=3, completionMode="Indexed", backoffLimitPerIndex=3)
    found = job_status.delayed(job, {}, mine)
    assert [pod["metadata"]["name"] for pod in found.values()] == kept
    noted = job_status.with_counts(job, mine)["uncountedTerminatedPods"].get("failed", [])
    assert not any(f"uid-{name}" in noted for name in kept)


def test_pods_of_an_index_that_is_taken_or_not_there_are_too_many():
    running = [a_part(0, phase="Running", created=95, name="young"), a_part(0, phase="Running", name="old"),
               a_part(3, phase="Running", name="outside"), a_part(1, phase="Running", name="fine")]
    found = job_index.superfluous(a_job(completions=3, completionMode="Indexed"), running, EPOCH + 100 * SECOND)
    assert [pod["metadata"]["name"] for pod in found] == ["outside", "young"]
