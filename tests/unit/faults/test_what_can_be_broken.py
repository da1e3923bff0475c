"""What there is to break is listed, and what cannot be broken is refused in words that help."""

from __future__ import annotations

import pytest

from cluster_sim import FaultError
from cluster_sim.faults import FAULTS
from cluster_sim.kernel.span import PHRASES
from tests.unit.faults.stage import a_pod, open_cluster


def test_every_fault_lists_targets_options_and_words():
    cluster = open_cluster()
    available = cluster.faults()["available"]
    assert list(available) == list(FAULTS)
    for name, fault in available.items():
        assert fault["words"], name
        assert fault["targets"] or name == "lose-disk", name
        assert PHRASES[FAULTS[name].phrase]
        assert FAULTS[name].undo is None or PHRASES[FAULTS[name].undo_phrase]


def test_every_listed_target_can_be_broken_and_mended():
    for name in FAULTS:
        cluster = open_cluster(a_pod("web"))
        for target in cluster.faults()["available"][name]["targets"][:6]:
            if target in cluster.faults()["available"][name]["targets"]:
                cluster.fault(name, target)
        cluster.advance(1)
        for number in [*cluster.faults()["active"]]:
            cluster.undo_fault(number)
        assert cluster.faults()["active"] == {}, name


@pytest.mark.parametrize(("name", "target", "options", "words"), [
    ("earthquake", "worker-1", {}, "There is no fault 'earthquake'. There are stop, power-off"),
    ("stop", "worker-9/kubelet", {}, "Fault 'stop' cannot hit 'worker-9/kubelet'. It can hit registry, master-1/etcd"),
    ("stop", "worker-1/kubelet", {"hard": True}, "Fault 'stop' does not know hard; it knows no options."),
    ("slow", "worker-1", {"ms": "soon"}, "Option 'ms' must be a whole number from 1 to 600000, not 'soon'."),
    ("lossy", "worker-1", {"percent": 100}, "Option 'percent' must be a whole number from 1 to 99, not 100."),
    ("partition", "worker-1,mars", {}, "There is no mars to part."),
    ("partition", "worker-1", {"from": ["zone/a"]}, "worker-1 cannot be on both sides of a partition."),
    ("crash", "pod/default/ghost/c", {}, "It can hit pod/default/web/c, pod/default/other/c."),
    ("image-gone", "No Image", {}, "Fault 'image-gone' cannot hit 'No Image'."),
    ("clock-skew", "master-1", {}, "It can hit worker-1, worker-2."),
])
def test_what_cannot_be_broken_is_refused_with_what_can(name, target, options, words):
    with pytest.raises(FaultError) as refusal:
        open_cluster().fault(name, target, **options)
    assert words in str(refusal.value)


def test_a_fault_cannot_be_undone_twice():
    cluster = open_cluster()
    number = cluster.fault("hang", "pod/default/web/c")
    cluster.undo_fault(number)
    with pytest.raises(FaultError, match="it was undone, or it passed by itself"):
        cluster.undo_fault(number)


def test_what_is_down_cannot_be_broken_again():
    cluster = open_cluster()
    cluster.fault("power-off", "worker-1")
    for name, target in (("power-off", "worker-1"), ("stop", "worker-1/kubelet"), ("disk-full", "worker-1")):
        with pytest.raises(FaultError, match="is down already"):
            cluster.fault(name, target)
