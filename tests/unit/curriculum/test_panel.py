"""What the lesson column shows at each step."""

from __future__ import annotations

import pytest

from lessons.curriculum import library, panel
from lessons.curriculum.goals import DONE, NOT_YET, GoalState
from lessons.curriculum.lesson import Lesson


@pytest.fixture
def lesson() -> Lesson:
    found = library.find("kill-a-pod")
    assert found is not None
    return found


def states(lesson: Lesson, *done: str) -> list[GoalState]:
    return [GoalState(goal.id, goal.text, DONE if goal.id in done else NOT_YET) for goal in lesson.goals]


def test_the_tools_are_locked_until_the_question_is_answered(lesson: Lesson) -> None:
    assert panel.lock(lesson, 1, {}) == panel.LOCKED
    assert panel.lock(lesson, 1, {1: "2"}) == ""
    assert panel.lock(lesson, 0, {}) == ""  # who only came to try it may click at once


def test_the_answer_is_shown_only_when_the_cluster_has_given_it(lesson: Lesson) -> None:
    before = panel.question(lesson, 1, {1: "1"}, {"killed"})
    after = panel.question(lesson, 1, {1: "1"}, {"killed", "back"})
    assert (before["revealed"], after["revealed"]) == (False, True)
    assert after["agrees"] is False
    assert after["right"].text == "Another pod takes its place"


def test_nothing_is_revealed_to_who_has_not_answered(lesson: Lesson) -> None:
    assert panel.question(lesson, 1, {}, {"killed", "back"})["revealed"] is False


def test_a_do_step_moves_on_when_its_goal_is_done(lesson: Lesson) -> None:
    assert panel.awaited(lesson, 2, {1: "1"}, set()) == {"goal": "killed", "to": 3}
    assert panel.awaited(lesson, 3, {1: "1"}, {"killed"}) == {"goal": "back", "to": 3}
    assert panel.awaited(lesson, 3, {1: "1"}, {"killed", "back"}) is None


def test_the_bar_leads_back_but_not_further_than_one_was(lesson: Lesson) -> None:
    reachable = [each["at"] for each in panel.bar(lesson, 2, 3) if each["reachable"]]
    assert reachable == [0, 1, 3]


def test_the_last_step_offers_the_next_open_lesson(lesson: Lesson) -> None:
    shown = panel.context(lesson, 4, 4, {1: "2"}, states(lesson, "killed", "back", "steady"), {})
    assert shown["after"].number == 9
    assert shown["all_done"]
