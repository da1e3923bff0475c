"""Plays a lesson as its tests do: the scene must open and rest, the solution must reach every goal, the wrong turn
must not, and no goal may be reached by waiting alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cluster_sim import Cluster
from lessons.curriculum import script
from lessons.curriculum.goals import DONE, GoalState, GoalWatch
from lessons.curriculum.lesson import Lesson
from lessons.curriculum.problems import LessonError, Problem
from lessons.curriculum.reading import check_scene, read_lesson

PATIENCE = 120.0  # s of virtual time after the last act in which goals may still be reached


def play_through(folder: Path) -> Iterator[str]:
    """Check a lesson; → what was found good, line by line. Raises LessonError."""
    lesson = read_lesson(folder, 0)
    yield f"{len(lesson.steps)} steps and {len(lesson.goals)} goals can be read"
    opening = at_rest(lesson)
    yield f"the scene rests after {opening.now:.0f} s"
    idle = [state.id for state in states_after(lesson, opening.fork(), []) if state.status == DONE]
    if idle:
        raise _wrong(lesson, "goals.yaml", f"{', '.join(idle)} was reached without any act.")
    missed = [state for state in _played(lesson, opening, "solution.yaml", lesson.solution) if state.status != DONE]
    if missed:
        raise _wrong(lesson, "solution.yaml", "after it these goals are not done: "
                     + ", ".join(f"{state.id} ({state.note or state.status})" for state in missed))
    yield "the solution reaches every goal"
    if all(state.status == DONE for state in _played(lesson, opening, "wrong-turn.yaml", lesson.wrong_turn)):
        raise _wrong(lesson, "wrong-turn.yaml", "after it every goal is done. It must miss at least one.")
    yield "the wrong turn does not"


def at_rest(lesson: Lesson) -> Cluster:
    """The lesson's scene, opened and at rest."""
    cluster = check_scene(lesson)
    script.to_rest(cluster)
    return cluster


def states_after(lesson: Lesson, cluster: Cluster, lines: Sequence[Mapping[str, Any]]) -> list[GoalState]:
    """The goals after a script, with time for its consequences. Changes `cluster`."""
    watch = GoalWatch(lesson)
    watch.follow(cluster)
    script.play(cluster, lines)
    watch.follow(cluster)
    cluster.advance(PATIENCE)
    return watch.follow(cluster)


def _played(lesson: Lesson, opening: Cluster, file: str, lines: Sequence[Mapping[str, Any]]) -> list[GoalState]:
    try:
        return states_after(lesson, opening.fork(), lines)
    except script.ScriptError as error:
        raise _wrong(lesson, file, str(error)) from error


def _wrong(lesson: Lesson, file: str, words: str) -> LessonError:
    return LessonError(lesson.slug, [Problem(file, 0, words)])
