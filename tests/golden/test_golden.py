"""Answers held against those a real Kubernetes 1.36 gave."""

from typing import Any

import pytest

from tests.golden import stage

PASSING = frozenset(stage.passing())
CASES = stage.cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{case['area']}/{case['id']}" for case in CASES])
def test_the_cluster_answers_as_the_real_one_did(case: dict[str, Any]) -> None:
    wrong = stage.outcome(case)[2]
    if case["id"] in PASSING:
        assert not wrong, "\n".join(wrong)
    else:
        assert wrong, f"{case['id']} holds now: add it to passing.txt (python -m tests.golden --add)"


def test_the_list_of_passing_cases_names_recorded_cases_only_once() -> None:
    known = {case["id"] for case in CASES}
    assert [name for name in stage.passing() if name not in known] == []
    assert len(stage.passing()) == len(PASSING)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
