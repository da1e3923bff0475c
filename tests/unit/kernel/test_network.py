"""Links that are slow, cut and mended, and machines without power: what their connections come to."""

import pytest

from cluster_sim.kernel import MS, SECOND, Component, Kernel


class Recorder(Component):
    """Writes down what reaches it."""

    def receive(self, kind, payload, span):
        self.state.setdefault("heard", []).append([self.kernel.now, kind])

    @property
    def kinds(self):
        return [kind for _, kind in self.state.get("heard", [])]


@pytest.fixture
def kernel():
    return Kernel(seed=7)


def a_part(kernel, part):
    component = Recorder(kernel, part)
    kernel.register(component)
    return component


def test_a_message_sent_after_the_link_is_quick_again_does_not_overtake_a_slow_one(kernel):
    kubelet = a_part(kernel, "n1/kubelet")
    kernel.network.slow("slow", "n1", 500 * MS)
    kernel.send("m/server", "n1/kubelet", "first", None, 0)
    kernel.run_until(100 * MS)
    kernel.mend("slow", 0)
    kernel.send("m/server", "n1/kubelet", "second", None, 0)
    kernel.run_until(SECOND)
    assert kubelet.state["heard"] == [[501 * MS, "first"], [501 * MS, "second"]]


def test_other_links_do_not_wait_for_the_slow_one(kernel):
    other = a_part(kernel, "n2/kubelet")
    kernel.network.slow("slow", "n1", 500 * MS)
    kernel.send("m/server", "n1/kubelet", "slowly", None, 0)
    kernel.mend("slow", 0)
    kernel.send("m/server", "n2/kubelet", "quickly", None, 0)
    kernel.run_until(SECOND)
    assert other.state["heard"] == [[MS, "quickly"]]


def test_what_was_slow_is_forgotten_once_it_has_landed(kernel):
    a_part(kernel, "n1/kubelet")
    kernel.network.slow("slow", "n1", 500 * MS)
    kernel.send("m/server", "n1/kubelet", "slowly", None, 0)
    kernel.mend("slow", 0)
    kernel.run_until(SECOND)
    kernel.send("m/server", "n1/kubelet", "again", None, 0)
    assert kernel.network.state["last"] == {}
    assert not kernel.network.ordered


def test_a_healed_cut_resets_the_connections_it_parted_at_both_ends(kernel):
    kubelet, server, apart = a_part(kernel, "n1/kubelet"), a_part(kernel, "m/server"), a_part(kernel, "n2/kubelet")
    for client in ("n1/kubelet", "n2/kubelet"):
        kernel.connect(client, "m/server")
        kernel.connect("m/server", client)
    kernel.network.cut("cut", ["n1"], ["m", "n2"])
    kernel.mend("cut", 0)
    kernel.run_until(SECOND)
    assert (kubelet.kinds, server.kinds, apart.kinds) == (["closed"], ["closed"], [])


def test_a_connection_that_another_cut_still_parts_is_reset_only_when_that_one_heals(kernel):
    kubelet = a_part(kernel, "n1/kubelet")
    a_part(kernel, "m/server")
    kernel.connect("n1/kubelet", "m/server")
    kernel.network.cut("one", ["n1"], ["m"])
    kernel.network.cut("other", ["m"], ["n1"])
    kernel.mend("one", 0)
    kernel.run_until(SECOND)
    assert kubelet.kinds == []
    kernel.mend("other", 0)
    kernel.run_until(2 * SECOND)
    assert kubelet.kinds == ["closed"]


def test_whoever_was_connected_to_a_machine_hears_the_reset_when_its_power_is_back(kernel):
    kubelet = a_part(kernel, "n1/kubelet")
    a_part(kernel, "m/server")
    kernel.connect("n1/kubelet", "m/server")
    kernel.stop("m/server", 0, silent=True)
    kernel.run_until(SECOND)
    assert kubelet.kinds == []
    kernel.run("m/server", 0)
    kernel.run_until(2 * SECOND)
    assert kubelet.kinds == ["closed"]


def test_whoever_a_cut_kept_from_hearing_of_a_death_hears_of_it_when_the_cut_heals(kernel):
    kubelet = a_part(kernel, "n1/kubelet")
    a_part(kernel, "m/server")
    kernel.connect("n1/kubelet", "m/server")
    kernel.network.cut("cut", ["n1"], ["m"])
    kernel.stop("m/server", 0)
    kernel.run("m/server", 0)
    kernel.run_until(SECOND)
    assert kubelet.kinds == []
    kernel.mend("cut", 0)
    kernel.run_until(2 * SECOND)
    assert kubelet.kinds == ["closed"]
    assert kernel.half_open == {}
