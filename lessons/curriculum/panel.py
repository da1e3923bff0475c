"""The lesson column: one step of one lesson for one visitor, as the context of `templates/curriculum/panel.html`.

Everything is decided here, so that first paint, htmx answers and the page without scripts say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lessons.curriculum import library, prose
from lessons.curriculum.goals import DONE, GoalState
from lessons.curriculum.lesson import Lesson, Step

MARKS = {"not-yet": "pending", "partly": "creating", "holds": "clock", "broken": "kill", "done": "completed"}
WORDS = {"not-yet": "not yet", "partly": "partly", "holds": "", "broken": "", "done": "done"}
LOCKED = "Store your prediction first. Then the cluster is yours."
MOST_OPTIONS = 3
MOST_LABELS = 5  # steps whose names fit side by side over the column


def context(lesson: Lesson, position: int, furthest: int, answers: Mapping[int, str], states: Sequence[GoalState],
            words: Mapping[str, str], note: str = "") -> dict[str, Any]:
    """Everything the panel shows."""
    step = lesson.steps[position]
    done = {state.id for state in states if state.status == DONE}
    asked = lesson.answered_by(position)
    last = position == len(lesson.steps) - 1
    return {
        "lesson": lesson, "step": step, "position": position, "number": position + 1, "count": len(lesson.steps),
        "html": prose.with_words(step.html, words),
        "bar": bar(lesson, position, furthest),
        "labels": len(lesson.steps) <= MOST_LABELS,
        "question": question(lesson, asked, answers, done) if asked is not None else None,
        "asking": step.kind == "predict" and position not in answers,
        "goals": goals(states),
        "awaited": awaited(lesson, position, answers, done),
        "until_done": not step.until or step.until in done,
        "lock": lock(lesson, position, answers),
        "last": last, "all_done": all(goal.id in done for goal in lesson.goals),
        "after": library.after(lesson) if last else None,
        "part": library.part_of(lesson),
        "note": note,
    }


def bar(lesson: Lesson, position: int, furthest: int) -> list[dict[str, Any]]:
    """The steps over the column: where one is, and where one may go back to."""
    return [{"at": at, "word": step.word, "title": step.title, "now": at == position, "done": at < position,
             "reachable": at <= furthest and at != position} for at, step in enumerate(lesson.steps)]


def question(lesson: Lesson, at: int, answers: Mapping[int, str], done: set[str]) -> dict[str, Any]:
    """The prediction card: open, stored, or revealed beside the cluster's answer."""
    step = lesson.steps[at]
    given = next((option for option in step.options if option.key == answers.get(at)), None)
    right = next(option for option in step.options if option.right)
    revealed = given is not None and step.reveal in done
    return {"at": at, "step": step, "given": given, "right": right, "revealed": revealed,
            "agrees": given is right, "when": lesson.goal(step.reveal).text, "safe_options": _safe(step),
            "short": len(step.options) > MOST_OPTIONS,  # then only one's own answer is repeated
            "reply": prose.with_words(given.reply, {}) if given else ""}


def goals(states: Sequence[GoalState]) -> list[dict[str, str]]:
    """The goals as lines."""
    return [{"id": state.id, "status": state.status, "text": state.text, "mark": MARKS[state.status],
             "note": state.note, "word": WORDS[state.status]} for state in states]


def lock(lesson: Lesson, position: int, answers: Mapping[int, str]) -> str:
    """Why the tools that act are locked; '' when they are not."""
    asked = lesson.question_at(position)
    return LOCKED if asked is not None and asked not in answers else ""


def awaited(lesson: Lesson, position: int, answers: Mapping[int, str], done: set[str]) -> dict[str, Any] | None:
    """The goal at which the panel moves on or says more by itself."""
    step, asked = lesson.steps[position], lesson.answered_by(position)
    answers_it = asked is not None and lesson.steps[asked].reveal == step.until  # then the answer is read here first
    if step.until and step.until not in done and not answers_it and position + 1 < len(lesson.steps):
        return {"goal": step.until, "to": position + 1}
    if asked is not None and asked in answers and lesson.steps[asked].reveal not in done:
        return {"goal": lesson.steps[asked].reveal, "to": position}
    return None


def _safe(step: Step) -> list[dict[str, Any]]:
    return [{"key": option.key, "html": prose.with_words(option.text, {}), "right": option.right}
            for option in step.options]
