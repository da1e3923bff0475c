"""A pod's look, word and name."""

import pytest

from lessons.stage import pods
from lessons.stage.mirror import Mirror
from lessons.stage.names import ending, short
from tests.unit.stage.cardboard import EPOCH, HASH, a_pod

# STATUS of kubectl get → the look of board `states`
STATES = [
    ("Pending", True, "pending"),
    ("ContainerCreating", True, "creating"),
    ("PodInitializing", True, "creating"),
    ("Init:0/1", True, "creating"),
    ("Running", True, "running"),
    ("Running", False, "notready"),
    ("Terminating", True, "terminating"),
    ("CrashLoopBackOff", False, "crash"),
    ("Init:CrashLoopBackOff", False, "crash"),
    ("OOMKilled", False, "crash"),
    ("ExitCode:3", False, "crash"),
    ("ImagePullBackOff", False, "image"),
    ("ErrImagePull", False, "image"),
    ("Completed", False, "completed"),
    ("Evicted", False, "evicted"),
    ("Unknown", False, "unknown"),
    ("SomethingNew", False, "unknown"),
]


@pytest.mark.parametrize(("status", "ready", "look"), STATES)
def test_each_status_has_its_look(status: str, ready: bool, look: str) -> None:
    assert pods.look_of(status, ready) == look


def test_names_are_short_and_the_full_name_stays() -> None:
    pod = a_pod(f"web-{HASH}-x2k7q", "worker-2", owner="uid-rs")
    assert (short(pod), ending(pod)) == ("web x2k7q", "x2k7q")
    assert (short(a_pod("db-0")), ending(a_pod("db-0"))) == ("db-0", "db-0")
    fields = pods.fields(pod, Mirror(), 0, {})
    assert fields["spoken"].startswith(f"Pod web-{HASH}-x2k7q, Running")
    assert fields["@data-status"] == "Running"


def test_a_short_ready_column_is_said() -> None:
    fields = pods.fields(a_pod("web", "worker-1", ready=False), Mirror(), 0, {})
    assert (fields["word"], fields["note"], fields["@data-status"]) == ("Running, not ready", "0/1 ready", "Running")


def test_a_terminating_pod_counts_its_seconds_down() -> None:
    mirror = Mirror()
    mirror.epoch = EPOCH
    pod = a_pod("web", "worker-1", deleted=71)
    assert [pods.fields(pod, mirror, now, {})["word"] for now in (41.0, 41.5, 42.0, 71.0)] == [
        "Terminating 30 s",
        "Terminating 30 s",
        "Terminating 29 s",
        "Terminating",
    ]
