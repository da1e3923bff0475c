"""How wall time becomes virtual time."""

import pytest

from lessons.hosting import pacing
from lessons.hosting.pacing import GAP, HOP, Hop, Pace


@pytest.mark.parametrize("speed, after_two_seconds", [(0.5, 1.0), (1, 2.0), (100, 200.0), (1000, 2000.0)])
def test_time_follows_the_speed(speed: float, after_two_seconds: float) -> None:
    pace = Pace(speed).anchored(wall=10.0, virtual=0.0, rate=pacing.rate(speed, [], 0.0, None))
    assert pace.virtual_at(12.0) == after_two_seconds
    assert pace.wall_at(after_two_seconds) == 12.0


def test_paused_time_stands_and_comes_to_nothing() -> None:
    pace = Pace(1.0, paused=True, wall=10.0, virtual=3.0)
    assert pace.virtual_at(99.0) == 3.0
    assert pace.wall_at(4.0) is None


def test_time_never_runs_backwards_before_its_anchor() -> None:
    pace = Pace(1.0, wall=10.0, virtual=3.0)
    assert pace.virtual_at(9.0) == 3.0
    assert pace.wall_at(2.0) == 10.0


@pytest.mark.parametrize("asked, given", [(0.01, 0.1), (0.1, 0.1), (7, 7), (1000, 1000), (5000, 1000)])
def test_speed_has_a_lowest_and_a_highest(asked: float, given: float) -> None:
    assert pacing.clamp(asked) == given


@pytest.mark.parametrize("speed", [0.1, 0.3, 0.9])
@pytest.mark.parametrize("latency", [0.0005, 0.001, 0.003])
def test_below_one_each_hop_of_the_chain_can_be_seen(speed: float, latency: float) -> None:
    hop = Hop(2, left=5.0, lands=5.0 + latency)
    pace = Pace(speed).anchored(0.0, 5.0, pacing.rate(speed, [hop], 5.0, None))
    landing = pace.wall_at(hop.lands)
    assert landing is not None
    assert landing >= HOP - 1e-9
    assert pacing.hop_ms([hop], 5.0, pace) == {2: pytest.approx(1000 * landing, abs=1)}


def test_a_long_hop_is_not_slowed_beyond_the_speed() -> None:
    assert pacing.rate(0.5, [Hop(2, 0.0, 3.0)], 0.0, None) == 0.5


def test_of_hops_under_way_together_the_shortest_sets_the_pace() -> None:
    hops = [Hop(2, 0.0, 0.002), Hop(4, 0.0, 0.001)]
    assert pacing.rate(0.5, hops, 0.0, None) == pytest.approx(0.001 / HOP)


@pytest.mark.parametrize("wait", [1.0, 30.0, 60.0])
@pytest.mark.parametrize("speed", [0.1, 0.9])
def test_below_one_a_wait_of_the_chain_is_over_in_two_seconds(speed: float, wait: float) -> None:
    end = pacing.gap_end(10.0, 10.0 + wait)
    pace = Pace(speed).anchored(0.0, 10.0, pacing.rate(speed, [], 10.0, end))
    over = pace.wall_at(10.0 + wait)
    assert over is not None
    assert over <= GAP + 1e-9


def test_what_the_chain_waits_for_much_longer_is_not_hurried() -> None:
    assert pacing.gap_end(10.0, 10.0 + 3600) is None
    assert pacing.gap_end(10.0, None) is None


def test_from_one_on_hops_do_not_slow_time() -> None:
    assert pacing.rate(1.0, [Hop(2, 0.0, 0.001)], 0.0, 30.0) == 1.0
    assert pacing.hop_ms([Hop(2, 0.0, 0.001)], 0.0, Pace(1.0)) == {}


def test_a_cluster_that_cannot_keep_up_stops_chasing_the_clock() -> None:
    pace = Pace(1000.0).anchored(0.0, 0.0, 1000.0)
    late = pacing.caught_up(pace, wall=1.0, reached=400.0, lag=0.25)
    assert late.virtual_at(1.0) == 400.0
    assert late.virtual_at(1.1) == pytest.approx(500.0)


def test_a_little_late_is_made_up_for() -> None:
    pace = Pace(1.0).anchored(0.0, 0.0, 1.0)
    assert pacing.caught_up(pace, wall=1.0, reached=0.9, lag=0.25) is pace
