"""What makes up for itself once a credential is renewed or a link is sound again: nothing stays behind."""

from __future__ import annotations

import pytest

from cluster_sim.kernel.draws import Draws
from cluster_sim.kernel.network import GIVEN_UP, Network
from tests.unit.faults.stage import container, open_cluster, state


def test_a_report_that_was_refused_for_an_old_credential_is_made_again():
    cluster = open_cluster()
    fault = cluster.fault("expired-token", "worker-1/kubelet")
    cluster.fault("crash", "pod/default/web/c", code=1)
    cluster.advance(40)
    assert container(cluster)["restartCount"] == 0
    cluster.undo_fault(fault)
    cluster.advance(15)
    assert (container(cluster)["restartCount"], state(cluster)) == (1, "running")


@pytest.mark.parametrize("percent", [20, 80, 99])
def test_a_lost_packet_comes_late_but_a_connection_is_given_up_after_45_seconds(percent):
    network = Network(draws=Draws(1))
    network.lossy("f", "worker-1", percent)
    late = [network.lands("worker-1/kubelet", f"m{number}/kube-apiserver", 0) - 1000 for number in range(200)]
    assert 0 < max(late) <= GIVEN_UP
    assert sum(one > 0 for one in late) == pytest.approx(2 * percent, abs=25)
    assert all(one in (0, GIVEN_UP) or one % 200_000 == 0 for one in late)


def test_within_a_machine_nothing_is_lost():
    network = Network(draws=Draws(1))
    network.lossy("f", "worker-1", 99)
    assert network.lands("worker-1/kubelet", "worker-1/container-runtime", 0) == 200


def test_after_mending_the_order_of_what_is_under_way_is_kept_and_then_forgotten():
    network = Network(draws=Draws(1))
    network.lossy("f", "worker-1", 99)
    first = network.lands("worker-1/kubelet", "master-1/kube-apiserver", 0)
    network.mend("f")
    assert network.lands("worker-1/kubelet", "master-1/kube-apiserver", 10) == first
    network.lands("worker-1/kubelet", "master-1/kube-apiserver", first + 1)
    assert (network.ordered, network.state["last"]) == (False, {})
