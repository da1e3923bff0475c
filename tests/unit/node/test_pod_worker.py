"""The next thing to do about a pod, back-offs, and who stops when."""

import pytest

from cluster_sim.node import pod_worker
from cluster_sim.node.restart_backoff import go_duration, pull_delay, restart_delay, whole_seconds
from tests.unit.node.builders import SECOND, a_pod, exited, running, waiting


def worker(pod, known, **more):
    return {**pod_worker.new_worker(pod), "sandbox": "s", "containers": known, **more}


def steps(pod, known, now=0, **more):
    return [
        (step, container.get("name", ""))
        for step, container in pod_worker.next_steps(pod, worker(pod, known, **more), now)
    ]


@pytest.mark.parametrize(("pod", "known", "more", "expected"), [
    (a_pod("a"), {}, {"sandbox": None}, [("sandbox", "")]),
    (a_pod("a"), {}, {"sandbox": None, "making": True}, []),
    (a_pod("a", "b"), {}, {}, [("start", "a"), ("start", "b")]),
    (a_pod("a"), {"a": waiting(step="pull")}, {}, []),
    (a_pod("a"), {"a": waiting("ErrImagePull", until=SECOND)}, {}, []),
    (a_pod("a"), {"a": running()}, {}, []),
    (a_pod("a"), {"a": exited(0)}, {}, [("restart", "a")]),
    (a_pod("a", policy="OnFailure"), {"a": exited(0)}, {}, []),
    (a_pod("a"), {"a": exited(0)}, {"stopping": True}, []),
    (a_pod("a", init=("i", "j")), {}, {}, [("start", "i")]),
    (a_pod("a", init=("i", "j")), {"i": running()}, {}, []),
    (a_pod("a", init=("i", "j")), {"i": exited(0)}, {}, [("start", "j")]),
    (a_pod("a", init=("i",)), {"i": exited(1)}, {}, [("restart", "i")]),
    (a_pod("a", init=("i",)), {"i": exited(0)}, {}, [("start", "a")]),
    (a_pod("a", sidecars=("s",)), {"s": running(started_ok=False)}, {}, []),
    (a_pod("a", sidecars=("s",)), {"s": running()}, {}, [("start", "a")]),
    (a_pod("a", sidecars=("s",), policy="Never"), {"s": exited(1), "a": running()}, {}, [("restart", "s")]),
])
def test_the_plan_is_made_anew_from_what_is_known(pod, known, more, expected):
    assert steps(pod, known, **more) == expected


@pytest.mark.parametrize(("restarts", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (40, 300)])
def test_the_first_restart_is_at_once_then_the_pause_doubles(restarts, seconds):
    assert restart_delay(restarts) == seconds * SECOND


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (2, 20), (5, 160), (6, 300)])
def test_pulls_are_tried_again_after_ever_longer_pauses(failures, seconds):
    assert pull_delay(failures) == seconds * SECOND


def test_a_long_run_is_forgiven():
    pod, container = a_pod("a"), {"name": "a"}
    crashed = exited(1, streak=4, restarts=4)
    again = pod_worker.to_restart(crashed, pod, container)
    assert (again["restarts"], again["reason"], again["until"]) == (5, "CrashLoopBackOff", SECOND + 80 * SECOND)
    assert again["message"] == "back-off 1m20s restarting failed container=a pod=web_default(u)"
    late = pod_worker.to_restart({**crashed, "finished": 601 * SECOND}, pod, container)
    assert (late["streak"], late["until"], late["reason"]) == (1, 601 * SECOND, "")


@pytest.mark.parametrize(("time", "text"), [
    (850_000, "850ms"), (1_203_000, "1.203s"), (10 * SECOND, "10s"), (80 * SECOND, "1m20s"), (300 * SECOND, "5m0s"),
    (62_500_000, "1m2.5s"), (3_600 * SECOND, "1h0m0s"), (250, "250µs")])
def test_durations_are_written_as_go_does(time, text):
    assert go_duration(time) == text


def test_for_people_a_pause_is_rounded_to_the_second():
    assert whole_seconds(9_999_800) == "10s"


@pytest.mark.parametrize(("policy", "image", "present", "pull"), [
    ("Always", "a:1", True, True), ("IfNotPresent", "a:1", True, False), ("IfNotPresent", "a:1", False, True),
    ("Never", "a:1", False, False)])
def test_an_image_is_pulled_as_its_policy_says(policy, image, present, pull):
    images = {"a:1": 5} if present else {}
    assert pod_worker.must_pull({"image": image, "imagePullPolicy": policy}, images) == pull


def test_sidecars_stop_last_and_in_reverse_order():
    pod = a_pod("a", sidecars=("s", "t"))
    known = {"s": running(), "t": running(), "a": running()}
    assert pod_worker.to_stop(pod, worker(pod, known)) == ["a"]
    assert pod_worker.to_stop(pod, worker(pod, {**known, "a": exited(0)})) == ["t"]
    assert pod_worker.to_stop(pod, worker(pod, {**known, "a": exited(0), "t": exited(0)})) == ["s"]


@pytest.mark.parametrize(("pod", "known", "outcome"), [
    (a_pod("a"), {"a": exited(0)}, None), (a_pod("a", policy="Never"), {"a": exited(0)}, "Succeeded"),
    (a_pod("a", "b", policy="Never"), {"a": exited(0)}, None),
    (a_pod("a", "b", policy="Never"), {"a": exited(0), "b": exited(3)}, "Failed"),
    (a_pod("a", init=("i",), policy="Never"), {"i": exited(1)}, "Failed"),
    (a_pod("a", sidecars=("s",), policy="Never"), {"s": running(), "a": exited(0)}, "Succeeded")])
def test_a_pod_ends_when_no_container_will_run_again(pod, known, outcome):
    assert pod_worker.ends_with(pod, worker(pod, known)) == outcome
