"""The event loop: order, timers, refusals, and what a dead process loses."""

import pytest

from cluster_sim.kernel import BACKGROUND, MS, SECOND, STORY, Component, Kernel
from cluster_sim.kernel.loop import in_background, register_connecting

register_connecting("call")


class Recorder(Component):
    """Writes down what reaches it."""

    def receive(self, kind, payload, span):
        self.state.setdefault("heard", []).append([self.kernel.now, kind, payload, span])

    @property
    def kinds(self):
        return [row[1] for row in self.state.get("heard", [])]


@pytest.fixture
def kernel():
    return Kernel(seed=7)


def a_part(kernel, part):
    component = Recorder(kernel, part)
    kernel.register(component)
    return component


def test_events_happen_by_time_and_then_in_the_order_they_were_sent(kernel):
    part = a_part(kernel, "n1/a")
    kernel.timer("n1/a", 20, "late")
    kernel.timer("n1/a", 10, "first")
    kernel.timer("n1/a", 10, "second")
    kernel.run_until(100)
    assert part.kinds == ["first", "second", "late"]
    assert kernel.now == 100


@pytest.mark.parametrize(("source", "target", "latency"), [
    ("n1/kubelet", "n1/container-runtime", 200),
    ("m/kube-apiserver", "m/etcd", 500),
    ("m/kube-scheduler", "m/kube-apiserver", 1_000),
    ("n1/kubelet", "m/kube-apiserver", 1_000),
    ("user/admin", "m/kube-apiserver", 1_000),
])
def test_a_message_takes_as_long_as_its_link(kernel, source, target, latency):
    part = a_part(kernel, target)
    kernel.send(source, target, "hello", None, 0)
    kernel.run_until(SECOND)
    assert part.state["heard"][0][0] == latency


def test_a_cut_loses_messages_both_ways_until_it_is_mended(kernel):
    inside, outside = a_part(kernel, "n1/kubelet"), a_part(kernel, "m/kube-apiserver")
    kernel.network.cut("cut", ["n1"], ["m"])
    lost = kernel.send("n1/kubelet", "m/kube-apiserver", "up", None, 0)
    kernel.send("m/kube-apiserver", "n1/kubelet", "down", None, 0)
    kernel.run_until(SECOND)
    assert (inside.kinds, outside.kinds) == ([], [])
    assert kernel.trace.get(lost).lands is None
    kernel.network.mend("cut")
    kernel.send("n1/kubelet", "m/kube-apiserver", "again", None, 0)
    kernel.run_until(2 * SECOND)
    assert outside.kinds == ["again"]


def test_whoever_calls_a_stopped_process_is_refused(kernel):
    caller = a_part(kernel, "n1/kubelet")
    a_part(kernel, "m/server")
    kernel.stop("m/server", 0)
    kernel.send("n1/kubelet", "m/server", "call", {"source": "n1/kubelet", "id": 4}, 0)
    kernel.run_until(SECOND)
    assert caller.state["heard"][0][1:3] == ["refused", {"id": 4, "kind": "call", "peer": "m/server"}]


def test_a_machine_without_power_answers_nothing_at_all(kernel):
    caller = a_part(kernel, "n1/kubelet")
    a_part(kernel, "m/server")
    kernel.stopped["m/"] = True
    kernel.stop("m/server", 0, silent=True)
    kernel.send("n1/kubelet", "m/server", "call", {"source": "n1/kubelet", "id": 4}, 0)
    kernel.run_until(SECOND)
    assert caller.kinds == []


def test_a_dying_process_loses_timers_and_memory_and_resets_its_peers(kernel):
    peer, server = a_part(kernel, "n1/kubelet"), a_part(kernel, "m/server")
    kernel.connect("n1/kubelet", "m/server")
    server.state["memory"] = 1
    kernel.timer("m/server", 10, "tick")
    kernel.stop("m/server", 0)
    kernel.run("m/server", 0)
    kernel.run_until(SECOND)
    assert server.state == {}
    assert peer.kinds == ["closed"]


def test_a_cancelled_timer_does_nothing(kernel):
    part = a_part(kernel, "n1/a")
    timer = kernel.timer("n1/a", 5 * MS, "never")
    kernel.cancel(timer)
    assert kernel.next_due() is None
    kernel.run_until(SECOND)
    assert part.kinds == []


def test_a_budget_stops_between_two_events_of_one_instant(kernel):
    part = a_part(kernel, "n1/a")
    for kind in ("one", "two", "three"):
        kernel.timer("n1/a", 10, kind)
    assert kernel.run_until(100, budget=2) == 2
    assert (part.kinds, kernel.now, kernel.executed) == (["one", "two"], 10, 2)


def test_a_timer_with_a_cause_goes_on_with_that_chain(kernel):
    part = a_part(kernel, "n1/a")
    root = kernel.work("user/admin", 0, verb="act")
    kernel.timer("n1/a", 10, "later", cause=root)
    kernel.run_until(100)
    assert part.state["heard"][0][3] == root


def test_background_goes_on_in_the_background_until_something_is_story(kernel):
    part = a_part(kernel, "n1/a")
    kernel.timer("n1/a", 10, "heartbeat", background=True)
    kernel.run_until(100)
    beat = part.state["heard"][0][3]
    quiet = kernel.send("n1/a", "m/server", "hello", None, beat)
    assert in_background(beat) and in_background(quiet)
    assert kernel.trace.since(0) == []
    kernel.work("m/server", quiet, verb="decide", level=STORY)
    assert [span.level for span in kernel.trace.since(0)] == ["story", "detail", "story"]


def test_recording_changes_no_id(kernel):
    silent = Kernel(seed=7)
    silent.trace.recording = False
    for each in (kernel, silent):
        root = each.work("a", 0, level=BACKGROUND)
        each.send("a", "b", "x", None, root)
        each.work("b", each.spans, level=STORY)
    assert kernel.spans == silent.spans
    assert silent.trace.since(0, background=True) == []
