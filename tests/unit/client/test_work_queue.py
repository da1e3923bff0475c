"""The work queue's promises: one look for many events, never two at once, longer and longer pauses."""

import pytest

from cluster_sim.client import WorkQueue
from cluster_sim.client.work_queue import ALSO_LIMIT


def test_a_key_added_many_times_is_taken_once_with_all_its_causes():
    queue = WorkQueue({})
    for cause in (10, 12, 10, 14):
        queue.add("default/web", cause)
    assert queue.take() == ("default/web", [10, 12, 14])
    assert queue.take() is None


def test_causes_are_bounded():
    queue = WorkQueue({})
    for cause in range(100):
        queue.add("a", cause)
    assert len(queue.take()[1]) == ALSO_LIMIT + 1


def test_a_key_in_work_waits_and_others_go_first():
    queue = WorkQueue({})
    queue.add("a", 2)
    queue.take()
    queue.state["processing"]["a"] = True
    queue.add("a", 4)
    assert not queue.ready()
    queue.add("b", 6)
    assert queue.take() == ("b", [6])
    del queue.state["processing"]["a"]
    assert queue.take() == ("a", [4])


@pytest.mark.parametrize(("failures", "pause"), [(1, 5_000), (2, 10_000), (3, 20_000), (8, 640_000), (19, 1_000_000_000),
                                                 (60, 1_000_000_000)])
def test_the_pause_doubles_from_5_ms_to_1000_s(failures, pause):
    queue = WorkQueue({})
    pauses = [queue.failed("a") for _ in range(failures)]
    assert pauses[-1] == pause
    queue.forget("a")
    assert queue.failed("a") == 5_000
