"""The text of FailedScheduling, part by part."""

import pytest

from cluster_sim.scheduler import messages


@pytest.mark.parametrize(("nodes", "reasons", "after", "text"), [
    (2, {"Insufficient cpu": 2}, "", "0/2 nodes are available: 2 Insufficient cpu."),
    (3, {"node(s) had untolerated taint(s)": 2, "Insufficient cpu": 1}, "",
     "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)."),
    (12, {"b": 2, "a": 10}, "", "0/12 nodes are available: 10 a, 2 b."),  # sorted as text
    (1, {"Insufficient cpu": 1}, messages.preemption("not eligible due to preemptionPolicy=Never."),
     "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: "
     "not eligible due to preemptionPolicy=Never."),
])
def test_reasons_are_counted_and_sorted_as_text(nodes, reasons, after, text):
    assert messages.no_node_fits(nodes, reasons, after) == text


def test_a_node_may_give_several_reasons():
    assert messages.count_reasons([("Insufficient cpu", "Insufficient memory"), ("Insufficient cpu",)]) == {
        "Insufficient cpu": 2, "Insufficient memory": 1}


def test_a_reason_for_all_nodes_has_no_count():
    assert messages.rejected_for_all(1, "pod has unbound immediate PersistentVolumeClaims") == (
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found")
