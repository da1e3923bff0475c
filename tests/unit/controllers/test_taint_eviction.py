"""How long a pod may stay (pkg/controller/tainteviction/taint_eviction_test.go)."""

import pytest

from cluster_sim.controllers.taint_eviction import FOREVER, may_stay

OUT = {"key": "out", "value": "1", "effect": "NoExecute"}
OTHER = {"key": "other", "effect": "NoExecute"}


@pytest.mark.parametrize(("taints", "tolerations", "expected"), [
    ([OUT], None, 0),
    ([OUT], [{"key": "out", "operator": "Exists"}], FOREVER),
    ([OUT], [{"key": "out", "operator": "Exists", "tolerationSeconds": 300}], 300),
    ([OUT], [{"key": "out", "operator": "Exists", "tolerationSeconds": -5}], 0),
    ([OUT], [{"key": "out", "operator": "Equal", "value": "2"}], 0),
    ([OUT], [{"key": "out", "operator": "Exists", "tolerationSeconds": 300}, {"operator": "Exists"}], 300),
    ([OUT], [{"operator": "Exists"}, {"key": "out", "operator": "Exists", "tolerationSeconds": 300}], FOREVER),  # the first that fits
    ([OUT], [{"key": "out", "operator": "Exists", "effect": "NoSchedule"}], 0), ([OUT], [{"key": "out", "value": "1"}], FOREVER),
    ([], None, FOREVER),
    ([OUT, OTHER], [{"key": "out", "operator": "Exists"}], 0),
    ([OUT, OTHER], [{"key": "out", "operator": "Exists", "tolerationSeconds": 9},
                    {"key": "other", "operator": "Exists", "tolerationSeconds": 7}], 7),
])
def test_the_shortest_toleration_decides(taints, tolerations, expected):
    assert may_stay(taints, tolerations) == expected
