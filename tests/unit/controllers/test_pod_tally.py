"""Running counts agree with counting anew."""

from cluster_sim.controllers.pod_tally import PodTally
from tests.unit.controllers.builders import a_pod, a_replicaset

OWNER = a_replicaset("web", 3)


def owned(name, **more):
    return a_pod(name, owner=OWNER, labels={"app": "web"}, **more)


def numbers(tally):
    counts = tally.of("uid-web")
    return counts.active, counts.ready, counts.terminating, counts.matching({"app": "web"})


def test_each_change_moves_the_counts():
    tally = PodTally([owned("a", phase="Pending"), owned("b", ready=0)])
    assert numbers(tally) == (2, 1, 0, 2)
    tally.change(owned("a", phase="Pending"), owned("a", ready=3))
    assert numbers(tally) == (2, 2, 0, 2)
    tally.change(owned("b", ready=0), owned("b", ready=0, deleting=True))
    assert numbers(tally) == (1, 1, 1, 1)
    tally.change(owned("b", ready=0, deleting=True), None)
    tally.change(owned("a", ready=3), owned("a", phase="Failed"))
    assert numbers(tally) == (0, 0, 0, 0)


def test_an_owner_without_pods_is_forgotten():
    tally = PodTally([owned("a")])
    tally.change(owned("a"), None)
    assert tally.counts == {}


def test_a_relabelled_pod_no_longer_matches():
    tally = PodTally([owned("a")])
    tally.change(owned("a"), {**owned("a"), "metadata": {**owned("a")["metadata"], "labels": {"app": "loose"}}})
    assert numbers(tally) == (1, 0, 0, 0)
