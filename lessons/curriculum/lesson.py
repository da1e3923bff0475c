"""What a lesson is, once its folder has been read: plain values, the same for every visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The kinds of step, with the word on the page. A lesson is a row of these.
KINDS = {"read": "Read", "predict": "Predict", "do": "Do", "observe": "Observe", "explain": "Explain"}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question. `reply` says, after the cluster has answered, how it relates to what happened."""

    key: str
    text: str
    right: bool
    reply: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `html` is its prose; `options` and `about` belong to a predict step."""

    kind: str
    title: str
    html: str
    options: tuple[Option, ...] = ()
    until: str = ""  # goal that moves the page on by itself
    reveal: str = ""  # goal at which the cluster has answered this question
    light: tuple[str, ...] = ()  # what to look at: pods, nodes or processes on the stage

    @property
    def word(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal, in CEL over facts (see `facts_so_far`). How the fields work together stands in `goals.py`."""

    id: str
    text: str
    act: str = ""
    after: str = ""
    done: str = ""
    keep: str = ""
    until: str = ""
    have: str = ""
    want: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of Kubernetes, explained in one sentence, with the page of the official glossary or concept."""

    word: str
    meaning: str
    link: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson that was read and found right."""

    slug: str
    number: int
    title: str
    promise: str
    breaks: str
    minutes: int
    steps: tuple[Step, ...]
    goals: tuple[Goal, ...]
    hints: tuple[str, ...]
    terms: tuple[Term, ...]
    files: tuple[tuple[str, str], ...]  # (path in this repository, what it did)
    limits: str
    docs: tuple[tuple[str, str], ...]  # (title, link)
    scene: str
    solution: tuple[Mapping[str, Any], ...]
    wrong_turn: tuple[Mapping[str, Any], ...]
    wrong_turn_why: str

    def goal(self, goal_id: str) -> Goal:
        return next(goal for goal in self.goals if goal.id == goal_id)

    def question_at(self, position: int) -> int | None:
        """The question whose answer unlocks acting at a position: only a predict step asks first, so that who just
        came to try it can click a pod at once."""
        return position if self.steps[position].kind == "predict" else None

    def answered_by(self, position: int) -> int | None:
        """The question that is being answered at a position: the nearest predict step at or before it."""
        return next((at for at in range(position, -1, -1) if self.steps[at].kind == "predict"), None)
