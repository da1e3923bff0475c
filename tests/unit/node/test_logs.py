"""What a kubelet hands out: logs and the output of commands, to whoever asks it for the API server."""

from __future__ import annotations

import pytest

from cluster_sim import Cluster
from cluster_sim.kernel import Component
from cluster_sim.node import container_log

SECOND = 1_000_000
SCRIPT = "echo hello; while true; do echo tick; sleep 10; done"


def a_container(attempt=0, **more):
    program = {"lines": [[0, "one"], [SECOND, "two"], [2 * SECOND, "three"]], "repeat": None}
    return {
        "uid": "u",
        "name": "c",
        "attempt": attempt,
        "program": program,
        "state": "running",
        "started_at": 10 * SECOND,
        "finished_at": None,
        **more,
    }


@pytest.mark.parametrize(("options", "text"), [
    ({}, "one\ntwo\nthree\n"), ({"tailLines": 1}, "three\n"), ({"tailLines": 0}, ""), ({"sinceSeconds": 8}, "three\n"),
    ({"after": 11 * SECOND}, "three\n"), ({"limitBytes": 5}, "one\nt"),
    ({"tailLines": 1, "timestamps": True}, "1970-01-01T00:00:12.000000Z three\n")])
def test_a_log_is_cut_as_asked(options, text):
    assert container_log.text(a_container(), options, 20 * SECOND, epoch=0) == text


def test_a_container_that_ended_has_said_its_last():
    assert container_log.text(a_container(state="exited", finished_at=11 * SECOND), {}, 99 * SECOND, 0) == "one\ntwo\n"


def test_the_log_before_the_last_restart_is_kept():
    rows = [a_container(0, id="old"), a_container(1, id="new"), a_container(1, id="other", name="d")]
    assert container_log.choose(rows, "u", "c", previous=False)["id"] == "new"
    assert container_log.choose(rows, "u", "c", previous=True)["id"] == "old"
    assert container_log.choose(rows[1:], "u", "c", previous=True) is None


class Asker(Component):
    """Stands for the API server: asks a kubelet and keeps the answers."""

    def receive(self, kind, payload, span):
        self.state.setdefault("heard", []).append([kind, payload])

    def ask(self, cluster, op="logs", pod="web", **options):
        """Ask and wait a little; → (status, body) or the kind of message that came instead."""
        self.kernel.send(self.part, "worker-1/kubelet", "kubelet", {
            "source": self.part, "id": 1, "op": op, "namespace": "default", "pod": pod, "container": "c", **options}, 0)
        cluster.advance(2.5)
        kind, payload = self.state["heard"].pop()
        return (payload["status"], payload["body"]) if kind == "kubelet-answer" else kind


def a_cluster_with_a_pod(image="busybox:1"):
    scene = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": 1, "addons": []}}
    cluster = Cluster.open(scene, seed=1)
    cluster.request("POST", "/api/v1/namespaces/default/pods", {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "c", "image": image, "command": ["sh", "-c", SCRIPT]}]}})
    cluster.advance(5)
    asker = Asker(cluster.kernel, "asker")
    cluster.kernel.register(asker)
    return cluster, asker


def test_the_log_of_a_running_container_is_handed_out():
    cluster, asker = a_cluster_with_a_pod()
    assert asker.ask(cluster) == (200, "hello\ntick\n")
    assert asker.ask(cluster, tailLines=1) == (200, "tick\n")
    assert asker.ask(cluster, previous=True) == (
        400, 'previous terminated container "c" in pod "web" not found')


def test_after_a_crash_the_previous_log_is_there():
    cluster, asker = a_cluster_with_a_pod()
    cluster.fault("crash", "pod/default/web/c", code=1)
    cluster.advance(1)
    assert asker.ask(cluster, previous=True) == (200, "hello\ntick\n")


def test_a_container_that_waits_has_no_log():
    cluster, asker = a_cluster_with_a_pod("nginx:nope")
    assert asker.ask(cluster) == (
        400, 'container "c" in pod "web" is waiting to start: trying and failing to pull image')
    assert asker.ask(cluster, pod="nobody") == (404, 'pods "nobody" not found')


def test_a_command_is_run_beside_the_program():
    cluster, asker = a_cluster_with_a_pod()
    assert asker.ask(cluster, "exec", command=["sh", "-c", "sleep 2; echo done"]) == (200, "done\n")


def test_a_stopped_kubelet_refuses():
    cluster, asker = a_cluster_with_a_pod()
    cluster.fault("stop", "worker-1/kubelet")
    assert asker.ask(cluster) == "refused"
