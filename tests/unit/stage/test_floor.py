"""Capacity is space, and places are stable."""

import pytest

from lessons.stage.floor import Floor, Place


def settled(cpu: int, *pods: tuple[str, int]) -> Floor:
    floor = Floor(cpu)
    floor.settle(pods)
    return floor


def test_a_pod_covers_the_bays_it_requests() -> None:
    floor = settled(1000, ("mail", 250), ("db", 500))
    assert floor.places == {"mail": Place(0, 0), "db": Place(1, 0, tall=2)}


def test_a_pod_that_asks_for_nothing_still_has_a_place() -> None:
    assert settled(1000, ("quiet", 0)).places["quiet"] == Place(0, 0)


def test_a_pod_of_three_bays_covers_both_columns() -> None:
    assert settled(1000, ("wide", 750)).places["wide"].cells() == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_nobody_moves_when_a_neighbour_goes_and_the_next_takes_the_first_free_bay() -> None:
    floor = settled(1000, ("a", 250), ("b", 250), ("c", 250))
    before = dict(floor.places)
    floor.settle([("b", 250), ("c", 250)])
    assert floor.places == {"b": before["b"], "c": before["c"]}
    floor.settle([("b", 250), ("c", 250), ("d", 250)])
    assert floor.places["d"] == before["a"]
    assert floor.places["b"] == before["b"]


def test_a_terminating_pod_keeps_its_bay_so_its_successor_stands_elsewhere() -> None:
    floor = settled(1000, ("old", 250))
    floor.settle([("old", 250), ("new", 250)])
    assert floor.places["new"] != floor.places["old"]


def test_a_full_floor_grows_rows_at_its_end_and_shrinks_when_they_are_free() -> None:
    floor = settled(1000, *[(f"p{n}", 0) for n in range(6)])
    assert floor.rows == 3
    assert len({place.cells()[0] for place in floor.places.values()}) == 6
    floor.settle([("p0", 0)])
    assert floor.rows == 2


@pytest.mark.parametrize(("cpu", "bays"), [(500, 4), (1000, 4), (2000, 8), (4000, 8)])
def test_a_small_node_has_four_bays_a_bigger_one_eight(cpu: int, bays: int) -> None:
    assert Floor(cpu).bays == bays
