"""Which pods of a StatefulSet an update deletes now.

Facts of pkg/controller/statefulset/stateful_set_control_test.go (maxUnavailable with pods that are unavailable
already, ordered and parallel). Ordinals: `-` not ready, `~` on its way out, `+` of the new revision, `*` ready for a
moment only.
"""

import pytest

from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.stateful_update import to_replace
from tests.unit.controllers.builders import EPOCH, a_pod

NOW = EPOCH + 600_000_000


def a_statefulset(replicas, *, parallel=False, start=0, wait=0, strategy="RollingUpdate", **rolling):
    return {"metadata": {"name": "db", "namespace": "default"}, "spec": {
        "replicas": replicas, "minReadySeconds": wait, "ordinals": {"start": start},
        "podManagementPolicy": "Parallel" if parallel else "OrderedReady",
        "updateStrategy": {"type": strategy, "rollingUpdate": rolling}}}


def pods(text):
    """`0 1- 2~` as pods."""
    made = []
    for word in text.split():
        ordinal = word.rstrip("-~+*")
        made.append(a_pod(f"db-{ordinal}", ready=None if "-" in word else 590 if "*" in word else 0, deleting="~" in word,
                          labels={HASH: "new" if "+" in word else "old"}))
    return made


def replaced(statefulset, text):
    return " ".join(pod["metadata"]["name"].removeprefix("db-") for pod in to_replace(statefulset, pods(text), "new", NOW))


@pytest.mark.parametrize(("given", "replicas", "rolling", "gone"), [
    # one at a time, from the top; what is under way must become available first
    ("0 1 2", 3, {}, "2"), ("0 1 2+", 3, {}, "1"), ("0 1 2+-", 3, {}, ""), ("0 1 2~", 3, {}, ""), ("0 1", 3, {}, ""),
    ("0+ 1+ 2+", 3, {}, ""),
    # the partition
    ("0 1 2", 3, {"partition": 2}, "2"), ("0 1 2+", 3, {"partition": 2}, ""), ("0 1 2", 3, {"partition": 3}, ""),
    ("0 1 2", 3, {"partition": 10}, ""),
    # maxUnavailable: numbers, and percentages rounded up
    ("0 1 2 3 4", 5, {"maxUnavailable": 2}, "4 3"), ("0 1 2 3 4", 5, {"maxUnavailable": "30%"}, "4 3"),
    ("0 1 2 3 4", 5, {"maxUnavailable": "100%"}, "4 3 2 1 0"), ("0 1 2 3 4", 5, {"maxUnavailable": "1%"}, "4"),
    ("0 1 2 3 4", 5, {"maxUnavailable": 3, "partition": 3}, "4 3"), ("0 1 2 3+- 4+", 5, {"maxUnavailable": 2}, "2"),
    ("0 1 2 3+- 4+-", 5, {"maxUnavailable": 2}, ""),
    # an ill pod of the old revision uses up what may be unavailable
    ("0-", 1, {"maxUnavailable": 1}, ""), ("0 1 2-", 3, {"maxUnavailable": 1}, ""), ("0 1 2 3 4-", 5, {"maxUnavailable": 2}, "4"),
    ("0 1 2 3- 4~", 5, {"maxUnavailable": 3}, "3"), ("0 1 2 3~ 4-", 5, {"maxUnavailable": 3}, "4"),
    ("0 1 2 3 4-", 5, {"maxUnavailable": 1, "partition": 2}, ""),
])
def test_an_ordered_set_replaces_from_the_top_within_what_may_be_unavailable(given, replicas, rolling, gone):
    assert replaced(a_statefulset(replicas, **rolling), given) == gone


@pytest.mark.parametrize(("given", "replicas", "rolling", "gone"), [
    ("0-", 1, {"maxUnavailable": 1}, "0"),
    ("0 1 2-", 3, {"maxUnavailable": 1}, "2"),
    ("0 1 2 3- 4-", 5, {"maxUnavailable": 2}, "4 3"),
    ("0 1 2~", 3, {"maxUnavailable": 1}, ""),  # on its way out: no more may go
    ("0 1 2 3- 4~", 5, {"maxUnavailable": 3}, "3 2"),
    ("0 1 2 3~ 4-", 5, {"maxUnavailable": 3}, "4 2"),
    ("0 1 2 3 4-", 5, {"maxUnavailable": 1, "partition": 2}, "4"),
    ("0 1 2- 3 4", 5, {"maxUnavailable": 1, "partition": 2}, "2"),
    ("0 1- 2 3 4", 5, {"maxUnavailable": 1, "partition": 2}, ""),  # below the partition, it only counts
    ("0 1 2 3- 4-", 5, {"maxUnavailable": 2, "partition": 3}, "4 3"),
    ("0 1- 2 3 4-", 5, {"maxUnavailable": 2, "partition": 3}, "4"),
    ("0- 1- 2 3", 4, {"maxUnavailable": 2}, "1 0"),  # good ones stay
    ("0- 1- 2 3 4", 5, {"maxUnavailable": 3}, "1 0 4"),
    ("0 1 2", 3, {"maxUnavailable": 2}, "2 1"),
])
def test_a_parallel_set_replaces_first_what_does_not_work_anyway(given, replicas, rolling, gone):
    assert replaced(a_statefulset(replicas, parallel=True, **rolling), given) == gone


@pytest.mark.parametrize(("parallel", "gone"), [(True, "2"), (False, "")])
def test_a_pod_that_is_not_ready_for_long_enough_is_not_available(parallel, gone):
    assert replaced(a_statefulset(3, parallel=parallel, wait=30, maxUnavailable=1), "0 1 2*") == gone


def test_nothing_is_replaced_on_delete():
    assert replaced(a_statefulset(3, strategy="OnDelete"), "0 1 2") == ""


@pytest.mark.parametrize(("given", "partition", "gone"), [("3 4 5", 0, "5"), ("3 4 5+", 2, ""), ("3 4+ 5+", 0, "3")])
def test_the_partition_counts_from_the_first_ordinal(given, partition, gone):
    assert replaced(a_statefulset(3, start=3, partition=partition), given) == gone
