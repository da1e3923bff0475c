"""What a kubelet does in a container's life: order, hooks, rules of restart, deadlines, other images, a look inside.

Source: kubernetes pkg/kubelet/kuberuntime (kuberuntime_container.go, kuberuntime_manager.go), active_deadline.go.
"""

import pytest

from tests.unit.node.test_stories import PODS, RUNNING, a_cluster, a_pod, create, events, state, until

STRATEGIC = "application/strategic-merge-patch+json"


def start(spec=None, **container):
    cluster = a_cluster()
    create(cluster, a_pod(spec=spec, **container))
    return cluster


def a_hook(when, **hook):
    return {"lifecycle": {when: hook}}


def reasons(cluster):
    return [event[1] for event in events(cluster)]


def test_containers_start_one_after_the_other_and_one_that_fails_holds_up_nobody():
    cluster = a_cluster()
    pod = a_pod()
    pod["spec"]["containers"] = [{"name": "a", "image": "nginx:1.27"}, {"name": "b", "image": "nginx:nope"},
                                 {"name": "c", "image": "redis:7"}]
    create(cluster, pod)
    cluster.advance(8)
    told = [(one["reason"], one["involvedObject"].get("fieldPath")) for one in cluster.objects("events")
            if one["involvedObject"]["name"] == "web" and one["reason"] in ("Pulling", "Started", "Failed")]
    assert [(reason, path[-2]) for reason, path in told if path][:6] == [
        ("Pulling", "a"), ("Started", "a"), ("Pulling", "b"), ("Failed", "b"), ("Failed", "b"), ("Pulling", "c")]
    statuses = cluster.get("pods", "web")["status"]["containerStatuses"]
    assert [next(iter(one["state"])) for one in statuses] == ["running", "waiting", "running"]


def test_a_post_start_hook_holds_up_the_next_container():
    cluster = a_cluster()
    pod = a_pod(**a_hook("postStart", sleep={"seconds": 4}))
    pod["spec"]["containers"].append({"name": "second", "image": "nginx:1.27"})
    create(cluster, pod)
    cluster.advance(4)
    assert [one.get("started") for one in cluster.get("pods", "web")["status"]["containerStatuses"]] == [False, False]
    cluster.advance(3)
    assert [one.get("started") for one in cluster.get("pods", "web")["status"]["containerStatuses"]] == [True, True]


@pytest.mark.parametrize(("image", "hook"), [
    ("nginx:1.27", {"exec": {"command": ["sh", "-c", "exit 1"]}}), ("slow-starter:1", {"httpGet": {"port": 80, "path": "/"}})])
def test_a_post_start_hook_that_fails_ends_its_container(image, hook):
    cluster = start(image=image, ports=[{"containerPort": 80}], **a_hook("postStart", **hook))
    until(cluster, ("Running", "CrashLoopBackOff", 2, False), 40)
    assert ("Warning", "FailedPostStartHook", "PostStartHook failed") in events(cluster)
    assert ("Normal", "Killing", "FailedPostStartHook") in events(cluster)


def test_a_pre_stop_hook_that_fails_is_told_and_the_container_stops_all_the_same():
    cluster = start(**a_hook("preStop", exec={"command": ["sh", "-c", "exit 3"]}))
    until(cluster, RUNNING)
    cluster.request("DELETE", f"{PODS}/web")
    assert cluster.advance_until(lambda one: one.get("pods", "web") is None, 10)
    assert ("Warning", "FailedPreStopHook", "PreStopHook failed") in events(cluster)


def test_a_pre_stop_hook_that_takes_too_long_is_cut_off_by_the_grace_period():
    cluster = start({"terminationGracePeriodSeconds": 5}, **a_hook("preStop", exec={"command": ["sleep", "60"]}))
    until(cluster, RUNNING)
    cluster.request("DELETE", f"{PODS}/web")
    began = cluster.now
    assert cluster.advance_until(lambda one: one.get("pods", "web") is None, 20)
    assert 5 < cluster.now - began < 9
    assert "FailedPreStopHook" not in reasons(cluster)


@pytest.mark.parametrize(("rules", "code", "again"), [
    ([{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], 42, True),
    ([{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], 1, False),
    ([{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [42]}}], 1, True),
    ([{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [42]}}], 42, False)])
def test_a_containers_own_rules_decide_first_whether_it_starts_again(rules, code, again):
    cluster = start({"restartPolicy": "Never"}, image="crasher:1", env=[{"name": "CODE", "value": str(code)}],
                    restartPolicy="Never", restartPolicyRules=rules)
    cluster.advance(8)
    assert (state(cluster)[2] > 0) == again
    assert (state(cluster)[0] == "Failed") != again


def test_another_image_restarts_the_container_at_once():
    cluster = start()
    until(cluster, RUNNING)
    cluster.request("PATCH", f"{PODS}/web", {"spec": {"containers": [{"name": "c", "image": "nginx:1.28"}]}},
                    content_type=STRATEGIC)
    until(cluster, ("Running", "running", 1, True), 20)
    assert ("Normal", "Killing", "Container c definition changed, will be restarted") in events(cluster)
    assert cluster.get("pods", "web")["status"]["containerStatuses"][0]["image"] == "nginx:1.28"


def test_a_pod_ends_when_its_deadline_has_come():
    cluster = start({"activeDeadlineSeconds": 20})
    until(cluster, RUNNING)
    cluster.advance(15)
    assert state(cluster) == RUNNING
    cluster.advance(8)
    status = cluster.get("pods", "web")["status"]
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")


def test_a_deadline_counts_on_while_the_kubelet_is_down():
    cluster = start({"activeDeadlineSeconds": 30})
    until(cluster, RUNNING)
    fault = cluster.fault("stop", "worker-1/kubelet")
    cluster.advance(40)
    cluster.undo_fault(fault)
    cluster.advance(5)
    assert cluster.get("pods", "web")["status"]["reason"] == "DeadlineExceeded"


def test_an_ephemeral_container_is_started_beside_the_others_and_never_again():
    cluster = start()
    until(cluster, RUNNING)
    answer = cluster.request("PATCH", f"{PODS}/web/ephemeralcontainers", {"spec": {"ephemeralContainers": [
        {"name": "debug", "image": "busybox:1", "command": ["sh", "-c", "sleep 5; exit 7"]}]}}, content_type=STRATEGIC)
    assert answer.status == 200, answer.body
    cluster.advance(3)
    [status] = cluster.get("pods", "web")["status"]["ephemeralContainerStatuses"]
    assert "running" in status["state"]
    assert any(one["involvedObject"].get("fieldPath") == "spec.ephemeralContainers{debug}" for one in cluster.objects("events"))
    cluster.advance(10)
    [status] = cluster.get("pods", "web")["status"]["ephemeralContainerStatuses"]
    assert (status["state"]["terminated"]["exitCode"], status["restartCount"]) == (7, 0)
    assert state(cluster) == RUNNING


def test_a_grpc_probe_waits_for_its_time_out_where_nobody_listens():
    cluster = start(image="slow-starter:1", args=["12"], readinessProbe={"grpc": {"port": 9000}, "periodSeconds": 2})
    until(cluster, ("Running", "running", 0, False), 10)
    cluster.advance(4)
    assert any(text.endswith('timeout: failed to connect service "10.244.1.2:9000" within 1s: context deadline exceeded')
               for _, reason, text in events(cluster) if reason == "Unhealthy")
    until(cluster, RUNNING, 15)
