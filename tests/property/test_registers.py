"""What several API servers say over one etcd group is linearizable, whatever happens to their machines (`registers.py`).

`make soak` plays as many more runs as there is time for.
"""

import pytest

from tests.property.registers import run


@pytest.mark.parametrize("seed", range(12))
def test_through_every_misfortune_no_answer_contradicts_another_and_no_write_is_lost(seed):
    played = run(seed)
    assert played.wrong == []
    assert sum(one.operation.returned is not None for one in played.answered) > 10  # there was something to contradict


def test_readers_who_accept_old_answers_get_some_and_the_check_sees_it():
    assert any(run(seed, stale=True).wrong for seed in range(3))
