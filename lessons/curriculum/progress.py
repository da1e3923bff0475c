"""Moving through a lesson: which step, what was predicted, what was reached. The only writer of `models.py`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from lessons.curriculum.goals import DONE, GoalState
from lessons.curriculum.lesson import Lesson
from lessons.curriculum.models import Prediction, Progress


class NotAnswered(ValueError):
    """The question comes first."""


def of(visitor: str, lesson: Lesson) -> Progress:
    """The visitor's progress in a lesson; made at the first look."""
    progress, _ = Progress.objects.get_or_create(visitor=visitor, lesson=lesson.slug)
    progress.step = min(progress.step, len(lesson.steps) - 1)  # the lesson may have become shorter
    return progress


def answers(visitor: str, lesson: Lesson, cluster: str = "") -> dict[int, str]:
    """Step → the answer given there."""
    rows = Prediction.objects.filter(visitor=visitor, lesson=lesson.slug, cluster=cluster)
    return dict(rows.values_list("step", "answer"))


def predict(visitor: str, lesson: Lesson, step: int, answer: str, cluster: str = "") -> None:
    """Store an answer. A second one to the same question changes nothing. Raises NotAnswered for no answer at all."""
    question = lesson.steps[step]
    if question.kind != "predict" or answer not in [option.key for option in question.options]:
        raise NotAnswered("Choose one of the answers first.")
    try:
        with transaction.atomic():
            Prediction.objects.create(visitor=visitor, lesson=lesson.slug, step=step, answer=answer, cluster=cluster)
    except IntegrityError:
        pass  # the first answer stays


def move(progress: Progress, lesson: Lesson, to: int, answered: Iterable[int]) -> None:
    """Go to a step. Nobody passes a question without an answer: raises NotAnswered."""
    to = max(0, min(to, len(lesson.steps) - 1))
    open_questions = [at for at in range(to) if lesson.steps[at].kind == "predict" and at not in answered]
    if open_questions:
        raise NotAnswered("Answer the question first. Then the cluster is yours.")
    progress.step = to
    progress.furthest = max(progress.furthest, to)
    progress.save(update_fields=["step", "furthest", "seen_at"])


def note_goals(progress: Progress, lesson: Lesson, states: Iterable[GoalState]) -> None:
    """Keep which goals were seen done; all of them: the lesson is finished."""
    known = progress.goals.split()
    done = [state.id for state in states if state.status == DONE and state.id not in known]
    goals = [*known, *done]
    finished = progress.finished_at is None and all(goal.id in goals for goal in lesson.goals)
    if not done and not finished:
        return
    progress.goals = " ".join(goals)
    if finished:
        progress.finished_at = timezone.now()
    progress.save(update_fields=["goals", "finished_at", "seen_at"])


def start_over(progress: Progress) -> None:
    """Back to the first step. What was predicted stays: it was predicted."""
    progress.step = 0
    progress.save(update_fields=["step", "seen_at"])


def finished(visitor: str) -> tuple[dict[str, str], str]:
    """(lesson → 'finished' or 'begun', the lesson begun last) for the path on the home page."""
    rows = list(Progress.objects.filter(visitor=visitor).order_by("-seen_at"))
    states = {row.lesson: "finished" if row.finished_at else "begun" for row in rows if row.finished_at or row.furthest}
    last = next((row.lesson for row in rows if row.lesson in states and not row.finished_at), "")
    return states, last
