"""Which endpoint stands in which slice (staging/src/k8s.io/endpointslice/reconciler_test.go)."""

from cluster_sim.controllers.endpointslice import MAX_ENDPOINTS, arrange


def endpoints(*names, ready=True):
    return [{"targetRef": {"uid": name}, "conditions": {"ready": ready}} for name in names]


def test_an_endpoint_stays_in_its_slice():
    placed, fresh = arrange([("s1", endpoints("a")), ("s2", endpoints("b"))], endpoints("b", "a"))
    assert (placed, fresh) == ({"s1": endpoints("a"), "s2": endpoints("b")}, [])


def test_new_endpoints_fill_a_slice_that_changes_anyway():
    placed, fresh = arrange([("s1", endpoints("a")), ("s2", endpoints("b"))], endpoints("a", "c"))
    assert (placed, fresh) == ({"s1": endpoints("a"), "s2": endpoints("c")}, [])


def test_a_changed_endpoint_is_replaced_in_place():
    placed, _ = arrange([("s1", endpoints("a", "b"))], [*endpoints("a"), *endpoints("b", ready=False)])
    assert placed["s1"] == [*endpoints("a"), *endpoints("b", ready=False)]


def test_what_has_no_room_makes_new_slices_of_a_hundred():
    full = endpoints(*(f"p{number:03}" for number in range(MAX_ENDPOINTS)))
    more = endpoints(*(f"q{number:03}" for number in range(150)))
    placed, fresh = arrange([("s1", full)], [*full, *more])
    assert placed["s1"] == full
    assert [len(slice_) for slice_ in fresh] == [100, 50]
