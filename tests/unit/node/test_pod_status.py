"""Phase, conditions and container states, from what a kubelet knows."""

import pytest

from cluster_sim.node import pod_status
from cluster_sim.node.pod_worker import new_worker
from tests.unit.node.builders import SECOND, a_pod, exited, running, stamp, waiting


@pytest.mark.parametrize(("pod", "known", "phase"), [
    (a_pod("a"), {}, "Pending"),
    (a_pod("a"), {"a": waiting("ImagePullBackOff")}, "Pending"),
    (a_pod("a"), {"a": running()}, "Running"),
    (a_pod("a"), {"a": running(ready=False)}, "Running"),
    (a_pod("a", "b"), {"a": running()}, "Pending"),
    (a_pod("a", "b"), {"a": running(), "b": exited(1)}, "Running"),
    (a_pod("a"), {"a": waiting("CrashLoopBackOff", last=1)}, "Running"),
    (a_pod("a"), {"a": exited(0)}, "Running"),
    (a_pod("a", policy="Never"), {"a": exited(0)}, "Succeeded"),
    (a_pod("a", policy="Never"), {"a": exited(1)}, "Failed"),
    (a_pod("a", policy="OnFailure"), {"a": exited(1)}, "Running"),
    (a_pod("a", policy="OnFailure"), {"a": exited(0)}, "Succeeded"),
    (a_pod("a", "b", policy="Never"), {"a": exited(0), "b": exited(2)}, "Failed"),
    (a_pod("a", init=("i",)), {"i": running()}, "Pending"),
    (a_pod("a", init=("i",)), {"i": waiting("CrashLoopBackOff", last=1)}, "Pending"),
    (a_pod("a", init=("i",), policy="Never"), {"i": exited(1)}, "Failed"),
    (a_pod("a", init=("i",)), {"i": exited(0), "a": running()}, "Running"),
    (a_pod("a", sidecars=("s",)), {"s": running(started_ok=False)}, "Pending"),
    (a_pod("a", sidecars=("s",), policy="Never"), {"s": running(), "a": exited(0)}, "Succeeded"),
])
def test_the_phase_follows_from_the_containers(pod, known, phase):
    assert pod_status.phase(pod, known) == phase


def conditions(pod, known, sandbox=True):
    rows = pod_status.conditions(pod, known, sandbox, pod_status.phase(pod, known))
    return {kind: (status, reason, message) for kind, status, reason, message in rows}


def test_conditions_of_a_pod_that_has_just_come():
    rows = conditions(a_pod("a", "b"), {}, sandbox=False)
    unready = ("False", "ContainersNotReady", "containers with unready status: [a b]")
    assert rows == {"PodReadyToStartContainers": ("False", "", ""), "Initialized": ("True", "", ""), "Ready": unready,
                    "ContainersReady": unready, "PodScheduled": ("True", "", "")}


@pytest.mark.parametrize(("pod", "known", "kind", "expected"), [
    (a_pod("a"), {"a": running()}, "Ready", ("True", "", "")),
    (a_pod("a", init=("i", "j")), {"i": exited(0)}, "Initialized",
     ("False", "ContainersNotInitialized", "containers with incomplete status: [j]")),
    (a_pod("a", policy="Never"), {"a": exited(0)}, "Ready", ("False", "PodCompleted", "")),
    (a_pod("a", policy="Never"), {"a": exited(0)}, "Initialized", ("True", "PodCompleted", "")),
    (a_pod("a", policy="Never"), {"a": exited(1)}, "ContainersReady", ("False", "PodFailed", "")),
    (a_pod("a", readinessGates=[{"conditionType": "x/y"}]), {"a": running()}, "Ready", (
        "False", "ReadinessGatesNotReady", 'corresponding condition of pod readiness gate "x/y" does not exist.')),
    (a_pod("a", sidecars=("s",)), {"a": running(), "s": running(ready=False)}, "Ready",
     ("False", "ContainersNotReady", "containers with unready status: [s]")),
])
def test_a_condition_says_why_it_is_false(pod, known, kind, expected):
    assert conditions(pod, known)[kind] == expected


@pytest.mark.parametrize(("row", "state", "last"), [
    (None, {"waiting": {"reason": "ContainerCreating"}}, {}),
    (waiting("ErrImagePull", message="no"), {"waiting": {"reason": "ErrImagePull", "message": "no"}}, {}),
    (running(), {"running": {"startedAt": stamp(0)}}, {}),
    (waiting("CrashLoopBackOff", last=1), {"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {
        "exitCode": 1, "reason": "Error", "startedAt": stamp(0), "finishedAt": stamp(SECOND),
        "containerID": "containerd://old"}}),
])
def test_a_container_has_one_state_and_remembers_the_last(row, state, last):
    status = pod_status.container_status({"name": "a", "image": "a:1"}, row, stamp, "ContainerCreating")
    assert (status["state"], status["lastState"]) == (state, last)


def test_a_report_says_only_what_is_new_and_keeps_transition_times():
    pod = a_pod("a")
    worker = {**new_worker(pod), "ip": "10.244.1.2", "containers": {"a": running(ready=False)}}
    first = pod_status.report(pod, worker, stamp, 5 * SECOND, "192.168.0.11")
    assert pod_status.news(pod, first) == first
    seen = a_pod("a", status=first)
    assert pod_status.news(seen, pod_status.report(seen, worker, stamp, 9 * SECOND, "192.168.0.11")) == {}
    ready = {**worker, "containers": {"a": running()}}
    second = pod_status.report(seen, ready, stamp, 9 * SECOND, "192.168.0.11")
    times = {one["type"]: one["lastTransitionTime"] for one in second["conditions"]}
    assert (times["Ready"], times["Initialized"]) == (stamp(9 * SECOND), stamp(5 * SECOND))
    assert [one["type"] for one in pod_status.news(seen, second)["conditions"]] == ["Ready", "ContainersReady"]


@pytest.mark.parametrize(("pod", "known", "word"), [
    (a_pod("a"), {}, "ContainerCreating"), (a_pod("a", init=("i", "j")), {"i": exited(0)}, "Init:1/2"),
    (a_pod("a", init=("i",)), {"i": waiting("CrashLoopBackOff", last=1)}, "Init:CrashLoopBackOff"),
    (a_pod("a"), {"a": running()}, "Running"), (a_pod("a"), {"a": running(ready=False)}, "Running, not ready"),
    (a_pod("a"), {"a": exited(1)}, "Error")])
def test_a_report_is_told_as_kubectl_would_print_it(pod, known, word):
    assert pod_status.word(pod, {**new_worker(pod), "containers": known}) == word
