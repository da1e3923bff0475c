"""What those who follow see of the presenter's lesson: its goals, the question on the wall, their own prediction.
Never what others answered, before the cluster has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lessons.curriculum import goals, library, panel, progress, votes
from lessons.curriculum.goals import DONE, GoalState
from lessons.curriculum.lesson import Lesson


@dataclass(frozen=True, slots=True)
class Place:
    """Where a class is: read off the cluster by the thread that owns it."""

    cluster_id: str
    presenter: str
    lesson: Lesson
    states: tuple[GoalState, ...]
    followers: int


def place(hosted: Any) -> Place | None:
    """The lesson beside a cluster; None in free play. Pacing thread."""
    lesson = library.find(hosted.lesson)
    if lesson is None:
        return None
    states = tuple(goals.evaluate(lesson, hosted.cluster))
    return Place(hosted.id, hosted.visitor, lesson, states, hosted.showing.followers)


def shown(hosted: Any) -> dict[str, Any]:
    """The same as context for a first paint. Pacing thread."""
    here = place(hosted)
    return {"place": here, "lesson": here.lesson if here else None, "goals": panel.goals(here.states) if here else []}


def card(here: Place | None, visitor: str, note: str = "") -> dict[str, Any]:
    """A follower's own card. Uses the database."""
    if here is None:
        return {}
    lesson, position = here.lesson, progress.of(here.presenter, here.lesson).step
    asked = lesson.answered_by(position)
    if asked is None:
        return {"lesson": lesson, "note": note}
    answers = progress.answers(visitor, lesson, here.cluster_id)
    done = {state.id for state in here.states if state.status == DONE}
    question = {**panel.question(lesson, asked, answers, done), "class": True, "target": "#class-card",
                "swap": "innerHTML", "url": reverse("class-predict", args=[here.cluster_id])}
    answered = lesson.steps[asked].reveal in done
    return {"lesson": lesson, "step": lesson.steps[position], "number": position + 1, "count": len(lesson.steps),
            "question": question, "asking": asked not in answers and not answered, "note": note,
            "shares": votes.shares(here.cluster_id, lesson, asked) if answered else []}


def wall(here: Place | None) -> dict[str, Any]:
    """The wall's question and votes. Uses the database."""
    if here is None:
        return {}
    lesson, position = here.lesson, progress.of(here.presenter, here.lesson).step
    asked = lesson.answered_by(position)
    context: dict[str, Any] = {"title": lesson.steps[position].title, "question": asked is not None}
    if asked is not None:
        done = {state.id for state in here.states if state.status == DONE}
        revealed = lesson.steps[asked].reveal in done
        context |= {"revealed": revealed, "followers": here.followers,
                    "votes": votes.count(here.cluster_id, lesson, asked),
                    "shares": votes.shares(here.cluster_id, lesson, asked) if revealed else []}
        context["question"] = not revealed or any(each["count"] for each in context["shares"])
    return context
