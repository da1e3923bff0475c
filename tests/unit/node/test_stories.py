"""What a node does with its pods, seen through the public face: objects, Events and the story, never the insides."""

import pytest

from cluster_sim import Cluster

PODS = "/api/v1/namespaces/default/pods"


def a_cluster(workers=1):
    return Cluster.open(
        {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": workers, "addons": []}}, seed=1
    )


def a_pod(name="web", image="nginx:1.27", spec=None, **container):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"containers": [{"name": "c", "image": image, **container}], **(spec or {})}}


def create(cluster, pod):
    answer = cluster.request("POST", PODS, pod)
    assert answer.status == 201, answer.body


def state(cluster, name="web"):
    """(phase, state of the first container, restarts, ready), or None when the pod is gone."""
    pod = cluster.get("pods", name)
    if pod is None:
        return None
    status = pod.get("status", {})
    container = (status.get("containerStatuses") or [{}])[0]
    word = next(iter(container.get("state", {"": ""})))
    reason = container.get("state", {}).get(word, {}).get("reason", word)
    return status.get("phase"), reason, container.get("restartCount"), container.get("ready")


def until(cluster, wanted, limit=60, name="web"):
    assert cluster.advance_until(lambda c: state(c, name) == wanted, limit), (wanted, state(cluster, name))


RUNNING = ("Running", "running", 0, True)


def events(cluster, name="web"):
    return [(one["type"], one["reason"], one["message"]) for one in cluster.objects("events")
            if one["involvedObject"]["name"] == name]


def story(cluster, since, *words):
    return [span.text for span in cluster.trace() if span.level == "story" and span.time >= since
            and all(word in span.text for word in words)]


def test_a_pod_starts_step_by_step_and_each_step_is_an_event():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    cluster.advance(1)
    assert [event[1] for event in events(cluster)] == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
    assert events(cluster)[2][2] == (
        'Successfully pulled image "nginx:1.27" in 722ms (722ms including waiting). Image size: 72000000 bytes.')
    create(cluster, a_pod("second"))
    until(cluster, RUNNING, name="second")
    cluster.advance(1)
    assert [event[1] for event in events(cluster, "second")] == ["Scheduled", "Pulled", "Created", "Started"]
    assert cluster.get("pods", "second")["status"]["podIP"] == "10.244.1.3"


def test_the_story_of_a_start_is_told_in_order():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    told = [text for text in story(cluster, 0) if "kubelet" in text and "web" in text]
    beginnings = [
        "kubelet on worker-1 sees its new pod web",
        "kubelet on worker-1 reports web: ContainerCreating",
        "kubelet asks the runtime for a sandbox",
        "kubelet on worker-1 reports web: ContainerCreating, its address",
        "Container c of web runs, but only kubelet knows",
        "kubelet on worker-1 reports web: Running",
    ]
    assert len(told) == len(beginnings)
    assert all(text.startswith(begin) for text, begin in zip(told, beginnings, strict=True))


def test_a_crashed_container_is_restarted_in_the_same_pod():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    uid = cluster.get("pods", "web")["metadata"]["uid"]
    cluster.fault("crash", "pod/default/web/c", code=3)
    until(cluster, ("Running", "running", 1, True), 5)
    pod = cluster.get("pods", "web")
    assert pod["metadata"]["uid"] == uid
    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 3


def test_a_container_that_keeps_crashing_waits_ever_longer():
    cluster = a_cluster()
    create(cluster, a_pod(image="crasher:1"))
    times = []
    for restarts in range(2, 6):
        until(cluster, ("Running", "CrashLoopBackOff", restarts, False), 120)
        times.append(cluster.now)
    assert [round(later - sooner) for sooner, later in zip(times, times[1:], strict=False)] == [11, 21, 41]
    assert ("Warning", "BackOff") in [event[:2] for event in events(cluster)]


def test_an_image_that_is_not_there_is_told_and_tried_again():
    cluster = a_cluster()
    create(cluster, a_pod(image="nginx:nope"))
    until(cluster, ("Pending", "ErrImagePull", 0, False), 10)
    until(cluster, ("Pending", "ImagePullBackOff", 0, False), 10)
    cluster.request("PATCH", f"{PODS}/web", {"spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}},
                    content_type="application/strategic-merge-patch+json")
    until(cluster, RUNNING, 30)


@pytest.mark.parametrize(
    ("policy", "args", "phase"), [("Never", ["2"], "Succeeded"), ("OnFailure", ["2"], "Succeeded")]
)
def test_a_pod_that_finishes_keeps_its_object(policy, args, phase):
    cluster = a_cluster()
    create(cluster, a_pod(image="job:1", args=args, spec={"restartPolicy": policy}))
    until(cluster, (phase, "Completed", 0, False), 20)
    cluster.advance(30)
    assert state(cluster) == (phase, "Completed", 0, False)


def test_init_containers_run_one_after_the_other():
    cluster = a_cluster()
    inits = [{"name": name, "image": "busybox:1", "command": ["sh", "-c", "sleep 2"]} for name in ("one", "two")]
    create(cluster, a_pod(spec={"initContainers": inits}))
    until(cluster, RUNNING, 20)
    status = cluster.get("pods", "web")["status"]["initContainerStatuses"]
    ends = [one["state"]["terminated"] for one in status]
    assert ends[0]["finishedAt"] <= ends[1]["startedAt"]
    assert (
        ends[1]["finishedAt"]
        <= cluster.get("pods", "web")["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]
    )


def test_a_sidecar_runs_beside_a_job_and_does_not_keep_it_from_ending():
    cluster = a_cluster()
    sidecar = {"name": "log", "image": "redis:7", "restartPolicy": "Always"}
    create(cluster, a_pod(image="job:1", args=["2"], spec={"restartPolicy": "Never", "initContainers": [sidecar]}))
    until(cluster, ("Succeeded", "Completed", 0, False), 20)


@pytest.mark.parametrize(("image", "seconds"), [("nginx:1.27", 1), ("stubborn:1", 4)])
def test_a_deleted_pod_has_until_the_end_of_its_grace(image, seconds):
    cluster = a_cluster()
    create(cluster, a_pod(image=image, spec={"terminationGracePeriodSeconds": 4}))
    until(cluster, RUNNING)
    start = cluster.now
    cluster.request("DELETE", f"{PODS}/web")
    assert state(cluster) is not None
    until(cluster, None, 10)
    assert seconds <= cluster.now - start < seconds + 0.1


def test_a_hook_before_stopping_takes_from_the_grace():
    cluster = a_cluster()
    create(cluster, a_pod(lifecycle={"preStop": {"exec": {"command": ["sh", "-c", "sleep 5"]}}}))
    until(cluster, RUNNING)
    start = cluster.now
    cluster.request("DELETE", f"{PODS}/web")
    until(cluster, None, 30)
    assert 6 <= cluster.now - start < 6.1


def test_a_pod_deleted_by_force_is_gone_at_once_and_its_containers_a_little_later():
    cluster = a_cluster()
    create(cluster, a_pod(image="stubborn:1"))
    until(cluster, RUNNING)
    cluster.request("DELETE", f"{PODS}/web?gracePeriodSeconds=0")
    assert state(cluster) is None
    runtime = "worker-1/container-runtime"
    assert [row["state"] for row in cluster.parts()[runtime]["containers"]] == ["running"]
    cluster.advance(3)
    assert cluster.parts()[runtime]["containers"] == []


def test_readiness_takes_a_pod_out_and_liveness_restarts_it():
    cluster = a_cluster()
    probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}
    create(cluster, a_pod("slow", "slow-starter:1", args=["7"], readinessProbe=probe))
    create(cluster, a_pod("sick", "unhealthy:1", livenessProbe={**probe, "failureThreshold": 2}))
    until(cluster, ("Running", "running", 0, False), 10, "slow")
    until(cluster, ("Running", "running", 1, True), 20, "sick")
    until(cluster, RUNNING, 20, "slow")
    assert ("Warning", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503") in events(
        cluster, "sick"
    )
    assert ("Normal", "Killing", "Container c failed liveness probe, will be restarted") in events(cluster, "sick")


def test_a_missing_configmap_keeps_the_container_waiting():
    cluster = a_cluster()
    create(cluster, a_pod(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]))
    until(cluster, ("Pending", "CreateContainerConfigError", 0, False), 10)
    cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: '1'}}")
    until(cluster, RUNNING, 15)


def test_a_stopped_kubelet_is_made_up_for_when_it_starts():
    cluster = a_cluster()
    create(cluster, a_pod())
    create(cluster, a_pod("other"))
    until(cluster, RUNNING)
    until(cluster, RUNNING, name="other")
    fault = cluster.fault("stop", "worker-1/kubelet")
    cluster.fault("crash", "pod/default/web/c", code=1)
    cluster.request("DELETE", f"{PODS}/other")
    cluster.advance(20)
    assert state(cluster) == RUNNING and state(cluster, "other") == RUNNING  # nobody tells otherwise
    cluster.undo_fault(fault)
    until(cluster, ("Running", "running", 1, True), 5)
    until(cluster, None, 5, "other")


def test_without_its_runtime_a_node_is_not_ready_and_nothing_new_starts():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    fault = cluster.fault("stop", "worker-1/container-runtime")
    create(cluster, a_pod("late", spec={"nodeName": "worker-1"}))

    def ready(c):
        conditions = c.get("nodes", "worker-1", namespace=None)["status"]["conditions"]
        return next((one["status"], one["message"]) for one in conditions if one["type"] == "Ready")

    cluster.advance(29)
    assert ready(cluster)[0] == "True"
    cluster.advance(2)
    assert ready(cluster) == ("False", "container runtime is down")
    assert [row["state"] for row in cluster.parts()["worker-1/container-runtime"]["containers"]] == ["running"]
    cluster.undo_fault(fault)
    until(cluster, RUNNING, 10, "late")
    assert ready(cluster)[0] == "True"


def test_after_a_power_cut_the_same_pods_start_again():
    cluster = a_cluster()
    create(cluster, a_pod())
    until(cluster, RUNNING)
    uid = cluster.get("pods", "web")["metadata"]["uid"]
    fault = cluster.fault("power-off", "worker-1")
    cluster.advance(20)
    cluster.undo_fault(fault)
    until(cluster, ("Running", "running", 1, True), 10)
    assert cluster.get("pods", "web")["metadata"]["uid"] == uid
    cluster.advance(1)
    assert "SandboxChanged" in [event[1] for event in events(cluster)]


@pytest.mark.parametrize("moment", [0.02, 0.07, 0.5, 0.9])
def test_a_cluster_restored_in_the_middle_of_a_start_goes_on_alike(moment):
    cluster = a_cluster()
    create(cluster, a_pod(lifecycle={"preStop": {"sleep": {"seconds": 1}}}, readinessProbe={"tcpSocket": {"port": 80}}))
    cluster.advance(moment)
    other = Cluster.restore(cluster.snapshot())
    assert cluster.state_hash() == other.state_hash()
    for one in (cluster, other):
        one.advance(5)
        one.request("DELETE", f"{PODS}/web")
        one.advance(1.5)
    third = Cluster.restore(other.snapshot())
    for one in (cluster, other, third):
        one.advance(20)
        assert state(one) is None
    assert cluster.state_hash() == other.state_hash() == third.state_hash()
