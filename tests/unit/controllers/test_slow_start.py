"""Batches of one, two, four (pkg/controller/replicaset, slowStartBatch)."""

import pytest

from cluster_sim.controllers.slow_start import batches


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, [1]), (3, [1, 2]), (5, [1, 2, 2]), (10, [1, 2, 4, 3]),
                                                 (500, [1, 2, 4, 8, 16, 32, 64, 128, 245])])
def test_each_batch_is_twice_the_last(count, expected):
    assert batches(count) == expected
