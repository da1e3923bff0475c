"""Every lesson is played: its solution reaches every goal, its wrong turn does not, waiting alone reaches none."""

from __future__ import annotations

from functools import cache

import pytest

from cluster_sim import Cluster
from lessons.curriculum import checks, library
from lessons.curriculum.goals import DONE
from lessons.curriculum.lesson import Lesson

LESSONS = library.open_lessons()
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.slug for lesson in LESSONS])


@cache
def opening(slug: str) -> bytes:
    lesson = library.find(slug)
    assert lesson is not None
    return checks.at_rest(lesson).snapshot()


def done_after(lesson: Lesson, script: list) -> list[str]:
    cluster = Cluster.restore(opening(lesson.slug))
    return [state.id for state in checks.states_after(lesson, cluster, script) if state.status == DONE]


def test_the_three_lessons_of_the_beginning_are_open() -> None:
    assert [lesson.slug for lesson in LESSONS] == ["kill-a-pod", "the-controller-manager", "deployment-to-container"]


@every_lesson
def test_the_scene_rests_with_every_pod_running(lesson: Lesson) -> None:
    cluster = Cluster.restore(opening(lesson.slug))
    assert [pod["status"]["phase"] for pod in cluster.objects("pods")].count("Running") == len(cluster.objects("pods"))


@every_lesson
def test_the_solution_reaches_every_goal(lesson: Lesson) -> None:
    assert done_after(lesson, list(lesson.solution)) == [goal.id for goal in lesson.goals]


@every_lesson
def test_the_wrong_turn_does_not(lesson: Lesson) -> None:
    assert set(done_after(lesson, list(lesson.wrong_turn))) < {goal.id for goal in lesson.goals}


@every_lesson
def test_waiting_alone_reaches_no_goal(lesson: Lesson) -> None:
    assert done_after(lesson, [{"op": "wait", "seconds": 300}]) == []


@every_lesson
def test_every_file_a_lesson_names_is_there(lesson: Lesson) -> None:
    root = library.CONTENT.parent.parent
    assert all((root / path).is_file() for path, _ in lesson.files)


@every_lesson
def test_a_step_is_short(lesson: Lesson) -> None:
    for step in lesson.steps:
        assert len(step.html.split("<p>")) - 1 <= (3 if step.kind == "explain" else 2), step.title
