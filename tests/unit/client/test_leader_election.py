"""Leader election: who leads, when another takes over, and that no two ever work at once.

Times from client-go tools/leaderelection (15 s, 10 s, 2 s; a candidate's pause is 2 s to 4.4 s).
"""

import pytest

from cluster_sim.client import LeaderElector, Process
from cluster_sim.kernel import SECOND, Component, Kernel

SERVER = "m/kube-apiserver"


class LeaseServer(Component):
    """An API server that keeps one Lease and refuses to write over a newer one."""

    def reset(self):
        self.state.update(lease=self.state.get("lease"), version=self.state.get("version", 0))

    def receive(self, kind, payload, span):
        if kind != "request":
            return
        lease, body = self.state["lease"], payload["body"]
        status = 200
        if "/events" in payload["path"]:
            self.state.setdefault("told", []).append(body["message"].partition(" ")[2])
        elif payload["verb"] == "GET":
            status, body = (404, None) if lease is None else (200, lease)
        elif (lease is not None) if payload["verb"] == "POST" else (
                body["metadata"]["resourceVersion"] != lease["metadata"]["resourceVersion"]):
            status, body = 409, None
        else:
            self.state["version"] += 1
            body = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.state["version"])}}
            self.state["lease"] = body
        self.kernel.send(self.part, payload["source"], "response", {"id": payload["id"], "status": status, "body": body}, span)


class Manager(Process):
    """A process that notes when it begins to lead."""

    kind = "manager"
    server = SERVER

    def rebuild(self):
        super().rebuild()
        self.elector = LeaderElector(self, self, "manager", "manager")

    def start(self, cause):
        self.elector.begin(cause)

    def lead(self, span):
        self.kernel.machines.setdefault("led", []).append([self.node, self.kernel.now])

    def on_timer(self, kind, payload, span):
        if kind == "election":
            self.elector.due(payload, span)

    def on_election(self, step, status, body, span):
        self.elector.answered(step, status, body, span)


@pytest.fixture
def kernel():
    made = Kernel(seed=7)
    for component in (LeaseServer(made, SERVER), Manager(made, "a/manager"), Manager(made, "b/manager")):
        made.register(component)
        component.start(0)
    made.run_until(20 * SECOND)
    return made


def led(kernel):
    return kernel.machines["led"]


def leaders(kernel):
    return [part for part in ("a/manager", "b/manager") if kernel.is_running(part) and kernel.components[part].elector.leads]


def lease(kernel):
    return kernel.components[SERVER].state["lease"]["spec"]


def test_a_lease_that_is_not_there_is_taken_at_once_and_the_other_candidate_waits(kernel):
    assert led(kernel) == [["a", 4_000]]
    assert leaders(kernel) == ["a/manager"]
    assert kernel.components[SERVER].state["told"] == ["became leader"]


def test_the_leader_renews_every_two_seconds_and_stays_the_same_holder(kernel):
    before, acquired = lease(kernel)["renewTime"], lease(kernel)["acquireTime"]
    kernel.run_until(24 * SECOND + SECOND // 2)
    assert lease(kernel)["renewTime"] > before
    assert (lease(kernel)["acquireTime"], lease(kernel)["leaseTransitions"]) == (acquired, 0)
    assert kernel.components[SERVER].state["version"] == 13  # once made, renewed at about 2, 4, … 24 s


def test_when_the_leader_is_killed_the_other_takes_over_once_the_lease_has_run_out(kernel):
    kernel.stop("a/manager", 0)
    last = kernel.now
    kernel.run_until(60 * SECOND)
    assert led(kernel)[1][0] == "b"
    assert 13 * SECOND < led(kernel)[1][1] - last < 20 * SECOND
    assert lease(kernel)["leaseTransitions"] == 1


def test_a_leader_that_starts_again_is_somebody_else_and_waits_for_its_own_old_lease(kernel):
    kernel.stop("b/manager", 0)
    kernel.stop("a/manager", 0)
    kernel.run("a/manager", 0)
    started = kernel.now
    kernel.run_until(60 * SECOND)
    assert led(kernel)[1][0] == "a"
    assert 15 * SECOND <= led(kernel)[1][1] - started < 20 * SECOND


@pytest.mark.parametrize("silent", [True, False], ids=["nobody answers", "refused"])
def test_a_leader_that_cannot_renew_for_ten_seconds_exits_and_stands_again(kernel, silent):
    if silent:
        kernel.network.cut("x", ["a"], ["m"])
    else:
        kernel.stop(SERVER, 0)
    cut = kernel.now
    while leaders(kernel) == ["a/manager"]:
        kernel.step()
    assert 10 * SECOND <= kernel.now - cut <= 12 * SECOND + SECOND // 10  # its last renewal was up to 2 s ago
    kernel.run_until(kernel.now + SECOND)
    assert kernel.is_running("a/manager")  # its machine started it again


def test_a_short_silence_changes_nothing(kernel):
    kernel.network.cut("x", ["a"], ["m"])
    kernel.run_until(kernel.now + 8 * SECOND)
    kernel.mend("x", 0)
    kernel.run_until(60 * SECOND)
    assert led(kernel) == [["a", 4_000]]


@pytest.mark.parametrize("moment", range(0, 4_000, 321))
def test_whenever_the_leader_is_cut_off_no_two_lead_at_once(kernel, moment):
    kernel.run_until(kernel.now + moment * 1_000)
    kernel.network.cut("x", ["a"], ["m"])
    while kernel.now < 80 * SECOND:
        kernel.step()
        assert len(leaders(kernel)) < 2
    assert leaders(kernel) == ["b/manager"]
