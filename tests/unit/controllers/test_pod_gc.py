"""When the pod garbage collector believes that a node is out of service (pkg/controller/podgc/gc_controller_test.go)."""

import pytest

from cluster_sim.controllers.pod_gc import is_out_of_service

TAINT = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"}
OTHER = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}


@pytest.mark.parametrize(("ready", "taints", "expected"), [
    ("Unknown", [TAINT], True),
    ("False", [OTHER, TAINT], True),
    ("False", [{**TAINT, "effect": "NoSchedule"}], True),  # the key counts
    ("True", [TAINT], False),  # it speaks for itself
    ("Unknown", [OTHER], False),
    ("Unknown", [], False),
    (None, [TAINT], True),  # nobody has ever said that it is ready
])
def test_who_is_declared_off_and_is_not_ready_is_believed_to_be_off(ready, taints, expected):
    conditions = [] if ready is None else [{"type": "Ready", "status": ready}]
    assert is_out_of_service({"metadata": {"name": "a"}, "spec": {"taints": taints}, "status": {"conditions": conditions}}) is expected


def test_a_node_that_is_not_there_is_not_out_of_service_but_gone():
    assert is_out_of_service(None) is False
