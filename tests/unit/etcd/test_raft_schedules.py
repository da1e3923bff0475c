"""Hundreds of schedules on a hostile network: what raft promises holds in each (`raft_harness.py` says what)."""

import pytest

from tests.unit.etcd.raft_harness import run
from tests.unit.etcd.register_history import Operation, is_linearizable

SCHEDULES, BATCH = 120, 20


@pytest.mark.parametrize("batch", range(SCHEDULES // BATCH))
def test_raft_keeps_its_promises_whatever_the_network_does(batch):
    elections = sum(run(seed).elections for seed in range(batch * BATCH, (batch + 1) * BATCH))
    assert elections > BATCH  # there was something to keep them against


def test_a_read_of_a_value_that_was_overwritten_before_it_began_is_no_linearizable_history():
    history = [Operation("write", 1, 0, 1), Operation("write", 2, 2, 3), Operation("read", 1, 4, 5)]
    assert not is_linearizable(history)
    history[1].returned = None  # the second write may not have happened yet
    assert is_linearizable(history)


def test_two_reads_may_not_see_a_write_come_and_go():
    write = Operation("write", 1, 0, 10)
    assert is_linearizable([write, Operation("read", None, 1, 2), Operation("read", 1, 3, 4)])
    assert not is_linearizable([write, Operation("read", 1, 1, 2), Operation("read", None, 3, 4)])
