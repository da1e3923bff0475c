"""Who is tried next, who waits, and what brings a pod back."""

import pytest

from cluster_sim.kernel import SECOND
from cluster_sim.scheduler.queue import UNSCHEDULABLE_LIMIT, SchedulingQueue, backoff


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10)])
def test_the_pause_doubles_from_one_second_to_ten(attempts, seconds):
    assert backoff(attempts) == seconds * SECOND


def a_queue(*pods):
    queue = SchedulingQueue({})
    for time, (key, priority) in enumerate(pods):
        queue.add(key, priority, time, cause=time)
    return queue


def test_higher_priority_goes_first_then_the_older_pod():
    queue = a_queue(("a", 0), ("b", 0), ("c", 1000), ("d", -5))
    assert [queue.take(10) for _ in range(5)] == ["c", "a", "b", "d", None]


def test_a_pod_that_fits_nowhere_waits_for_an_event_its_plugin_cares_about():
    queue = a_queue(("a", 0))
    queue.take(0)
    queue.failed("a", 0, ["NodeResourcesFit"])
    assert queue.take(20 * SECOND) is None
    queue.event(lambda key, plugin: plugin == "TaintToleration", 20 * SECOND, cause=7)
    assert queue.take(20 * SECOND) is None
    queue.event(lambda key, plugin: plugin == "NodeResourcesFit", 20 * SECOND, cause=8)
    assert queue.take(20 * SECOND) == "a"
    assert queue.pods["a"]["cause"] == 8


def test_a_pod_woken_before_its_pause_is_over_is_tried_when_nothing_else_is_active():
    queue = a_queue(("a", 0))
    queue.take(0)
    queue.failed("a", 0, ["NodeResourcesFit"])
    queue.add("b", 0, 1, cause=1)
    queue.event(lambda key, plugin: plugin == "NodeResourcesFit", SECOND // 2, cause=2)
    assert queue.places() == {"active": 1, "backoff": 1, "unschedulable": 0}
    assert [queue.take(SECOND // 2) for _ in range(2)] == ["b", "a"]


def test_after_an_error_the_whole_pause_is_waited():
    queue = a_queue(("a", 0))
    queue.take(0)
    queue.failed("a", 0, [], error=True)
    assert queue.take(SECOND // 2) is None
    assert queue.next_time() == SECOND
    assert queue.take(SECOND) == "a"


def test_after_five_minutes_a_pod_is_tried_without_any_event():
    queue = a_queue(("a", 0))
    queue.take(0)
    queue.failed("a", 0, ["NodeAffinity"])
    assert queue.next_time() == UNSCHEDULABLE_LIMIT
    assert queue.take(UNSCHEDULABLE_LIMIT - 1) is None
    assert queue.take(UNSCHEDULABLE_LIMIT) == "a"


def test_a_removed_pod_is_never_taken():
    queue = a_queue(("a", 0), ("b", 0))
    queue.remove("a")
    assert [queue.take(0), queue.take(0)] == ["b", None]
    assert not queue.busy()
