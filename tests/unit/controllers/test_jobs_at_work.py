"""Jobs in a running cluster: what upstream's integration tests hold them to (test/integration/job/job_test.go)."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 2, "addons": []}}
PATH = "/apis/batch/v1/namespaces/default/jobs"
MERGE = "application/merge-patch+json"


def open_with(command="exit 0", restart="Never", seconds=None, **spec):
    cluster = Cluster.open(SCENE, seed=1)
    words = ["sleep", str(seconds)] if seconds is not None else ["sh", "-c", command]
    made = cluster.request("POST", PATH, {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {
        **spec, "template": {"spec": {"restartPolicy": restart, "terminationGracePeriodSeconds": 1, "containers": [
            {"name": "c", "image": "busybox:1.36", "command": words}]}}}})
    assert made.status == 201, made.body
    return cluster


def status(cluster):
    return cluster.get("jobs", "j").get("status", {})


def reasons(cluster):
    return [(one["type"], one["reason"]) for one in status(cluster).get("conditions", []) if one["status"] == "True"]


def pods(cluster):
    return cluster.objects("pods", namespace="default")


def running(cluster):
    return sum(1 for pod in pods(cluster) if pod.get("status", {}).get("phase") in ("Pending", "Running")
               and "deletionTimestamp" not in pod["metadata"])


def test_so_many_run_at_a_time_until_so_many_have_succeeded():
    cluster, most = open_with(seconds=2, completions=5, parallelism=2), 0
    for _ in range(60):
        cluster.advance(0.5)
        most = max(most, running(cluster))
    assert most == 2 and status(cluster)["succeeded"] == 5
    assert reasons(cluster) == [("SuccessCriteriaMet", "CompletionsReached"), ("Complete", "CompletionsReached")]
    assert status(cluster)["uncountedTerminatedPods"] == {} and all("finalizers" not in pod["metadata"] for pod in pods(cluster))


def test_each_index_is_run_once_and_told_its_number():
    cluster = open_with(completions=3, parallelism=3, completionMode="Indexed")
    cluster.advance(10)
    assert status(cluster)["completedIndexes"] == "0-2"
    assert sorted(pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"] for pod in pods(cluster)) == ["0", "1", "2"]
    assert all(pod["spec"]["hostname"] == f"j-{pod['metadata']['annotations']['batch.kubernetes.io/job-completion-index']}"
               for pod in pods(cluster))


def test_suspended_it_has_no_pods_and_resumed_it_begins_its_time_anew():
    cluster = open_with(seconds=100, parallelism=2, completions=2, suspend=True)
    cluster.advance(5)
    assert not pods(cluster) and reasons(cluster) == [("Suspended", "JobSuspended")] and "startTime" not in status(cluster)
    cluster.request("PATCH", f"{PATH}/j", {"spec": {"suspend": False}}, content_type=MERGE)
    cluster.advance(5)
    assert running(cluster) == 2 and "startTime" in status(cluster) and reasons(cluster) == []
    cluster.request("PATCH", f"{PATH}/j", {"spec": {"suspend": True}}, content_type=MERGE)
    cluster.advance(5)
    assert running(cluster) == 0 and reasons(cluster) == [("Suspended", "JobSuspended")]
    told = [one["reason"] for one in cluster.objects("events", namespace="default") if one["involvedObject"]["kind"] == "Job"]
    assert "Suspended" in told and "Resumed" in told


@pytest.mark.parametrize(("spec", "seconds", "reason"), [
    ({"backoffLimit": 0}, 5, "BackoffLimitExceeded"), ({"backoffLimit": 1}, 20, "BackoffLimitExceeded"),
    ({"podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [3]}}]}}, 5, "PodFailurePolicy"),
    ({"completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 0}, 5, "FailedIndexes"),
    ({"completionMode": "Indexed", "completions": 4, "parallelism": 1, "backoffLimitPerIndex": 0, "maxFailedIndexes": 0}, 5,
     "MaxFailedIndexesExceeded")])
def test_what_ends_it_stands_in_its_conditions(spec, seconds, reason):
    cluster = open_with("exit 3", **spec)
    cluster.advance(seconds)
    assert reasons(cluster) == [("FailureTarget", reason), ("Failed", reason)]
    assert running(cluster) == 0


def test_a_deadline_ends_it_whatever_runs():
    cluster = open_with(seconds=100, activeDeadlineSeconds=7)
    cluster.advance(6)
    assert reasons(cluster) == []
    cluster.advance(6)
    assert reasons(cluster) == [("FailureTarget", "DeadlineExceeded"), ("Failed", "DeadlineExceeded")] and running(cluster) == 0


def test_ignored_failures_do_not_count():
    policy = {"rules": [{"action": "Ignore", "onExitCodes": {"operator": "In", "values": [3]}}]}
    cluster = open_with("exit 3", backoffLimit=0, podFailurePolicy=policy)
    cluster.advance(40)
    assert reasons(cluster) == [] and status(cluster).get("failed", 0) == 0 and len(pods(cluster)) > 1


def test_a_success_policy_ends_it_early():
    policy = {"rules": [{"succeededIndexes": "0", "succeededCount": 1}]}
    cluster = open_with("if [ $JOB_COMPLETION_INDEX = 0 ]; then exit 0; fi; sleep 1000", completions=3, parallelism=3,
                        completionMode="Indexed", successPolicy=policy)
    cluster.advance(10)
    assert reasons(cluster) == [("SuccessCriteriaMet", "SuccessPolicy"), ("Complete", "SuccessPolicy")]
    assert status(cluster)["succeeded"] == 1 and running(cluster) == 0
    assert status(cluster).get("failed", 0) == 0  # those that were not needed any more have not failed


def test_a_job_that_somebody_else_manages_is_left_alone():
    cluster = open_with(managedBy="example.com/controller")
    cluster.advance(10)
    assert not pods(cluster) and status(cluster) == {}


@pytest.mark.parametrize(("policy", "replaced"), [("TerminatingOrFailed", 10), ("Failed", 30)])
def test_a_deleted_pod_is_a_failure_and_replaced_ten_seconds_after_it_began_to_end_or_had_ended(policy, replaced):
    cluster = open_with(seconds=1000, podReplacementPolicy=policy, backoffLimit=9)
    cluster.advance(5)
    pod, = pods(cluster)
    cluster.request("DELETE", f"/api/v1/namespaces/default/pods/{pod['metadata']['name']}?gracePeriodSeconds=20")
    cluster.advance(replaced - 1)
    assert running(cluster) == 0
    cluster.advance(3)
    assert running(cluster) == 1
    cluster.advance(20)
    assert status(cluster)["failed"] == 1


@pytest.mark.parametrize("change", [{"suspend": True}, {"parallelism": 0}])
def test_pods_that_the_controller_itself_takes_away_are_no_failures(change):
    cluster = open_with(seconds=1000, parallelism=2, completions=2)
    cluster.advance(5)
    cluster.request("PATCH", f"{PATH}/j", {"spec": change}, content_type=MERGE)
    cluster.advance(10)
    assert not pods(cluster) and status(cluster).get("failed", 0) == 0
    cluster.request("PATCH", f"{PATH}/j", {"spec": {"suspend": False, "parallelism": 2}}, content_type=MERGE)
    cluster.advance(5)
    assert running(cluster) == 2  # and so there is no back-off


def test_it_has_failed_only_when_its_last_pod_has_ended_and_all_of_them_count():
    cluster = open_with(seconds=1000, parallelism=2, completions=2, activeDeadlineSeconds=5)
    for pod in wait_for(cluster, 2):
        assert cluster.request("PATCH", f"/api/v1/namespaces/default/pods/{pod['metadata']['name']}", {
            "metadata": {"finalizers": [*pod["metadata"]["finalizers"], "example.com/mine"]}}, content_type=MERGE).status == 200
    cluster.advance(3.5)
    assert reasons(cluster) == [("FailureTarget", "DeadlineExceeded")] and status(cluster)["terminating"] == 2
    cluster.advance(5)
    assert reasons(cluster)[-1] == ("Failed", "DeadlineExceeded")
    assert (status(cluster)["failed"], status(cluster)["terminating"]) == (2, 0)


def wait_for(cluster, count):
    cluster.advance_until(lambda one: running(one) == count, 10)
    cluster.advance(2)
    return pods(cluster)


def test_a_smaller_number_of_completions_forgets_the_indexes_beyond():
    cluster = open_with("if [ $JOB_COMPLETION_INDEX = 4 ]; then exit 0; fi; sleep 1000", completions=5, parallelism=5,
                        completionMode="Indexed")
    cluster.advance(8)
    assert (status(cluster)["completedIndexes"], status(cluster)["succeeded"]) == ("4", 1)
    cluster.request("PATCH", f"{PATH}/j", {"spec": {"completions": 3, "parallelism": 3}}, content_type=MERGE)
    cluster.advance(8)
    assert status(cluster).get("completedIndexes", "") == "" and status(cluster).get("succeeded", 0) == 0 and running(cluster) == 3
    assert status(cluster).get("failed", 0) == 0


def test_a_finished_job_goes_after_its_time_to_live_with_its_pods():
    cluster = open_with(ttlSecondsAfterFinished=20)
    cluster.advance(10)
    assert reasons(cluster)[-1] == ("Complete", "CompletionsReached")
    cluster.advance(25)
    assert cluster.get("jobs", "j") is None and not pods(cluster)
