"""Goals: checked by the machine on observed behaviour and history, at every change, so at any speed.

A goal has one of two shapes, and never ticks without an act of the learner:

    act:  an expression over what people did, asked     "You killed a running web pod"
          whenever somebody acts
    done: with it, what must then come true             "web is back at 3 ready pods"
    keep: what must stay true until another goal is     "web never had fewer than 2 ready pods"
          done (`until`)

`after` names a goal that comes first: this one begins, and looks back, from the moment that one was done. `have` and
`want` are numbers for 'partly'. Expressions are CEL over the variables listed in `facts_so_far`.

The CEL library is `common-expression-language`: Rust inside, released this year, 0.01 to 0.3 ms a goal. The pure
Python `cel-python` took 25 times as long for the same goal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import cel

from lessons.curriculum.facts_so_far import FactsSoFar, Since
from lessons.curriculum.lesson import Goal, Lesson

_BOUND = re.compile(r"\.(?:exists|exists_one|all|filter|map)\(\s*(\w+)\s*,")
NOT_YET, PARTLY, HOLDS, BROKEN, DONE = "not-yet", "partly", "holds", "broken", "done"


@dataclass(frozen=True, slots=True)
class GoalState:
    """Where a goal stands. `time` is when it was done or broken; `note` says the rest in words."""

    id: str
    text: str
    status: str
    note: str = ""
    time: float | None = None


class GoalWatch:
    """The goals of one lesson on one cluster; `follow` takes in what is new."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.facts = FactsSoFar()
        self.cursor: Any = None
        self.time = 0.0
        self.since: dict[str, Since] = {}  # goal → its look back, from when it began
        self.ended: dict[str, tuple[str, float]] = {}  # goal → (done or broken, when)
        self.acted: dict[str, float] = {}  # goal → when its act was seen
        self.timed = any("time" in compiled(expression)[1] for goal in lesson.goals
                         for expression in (goal.done, goal.keep) if expression)
        self._begin(0.0)

    def follow(self, cluster: Any) -> list[GoalState]:
        """The goals as they stand now."""
        self.cursor, facts = cluster.facts(self.cursor)
        for fact in facts:
            if self.timed:
                self._check(fact["time"], acted=False)  # just before: what held until now may end with this fact
            self.facts.take(fact)
            self._check(fact["time"], acted=fact["name"] in ("act", "fault"))
        self._check(cluster.now, acted=False)
        return [self._state(goal) for goal in self.lesson.goals]

    def _check(self, time: float, acted: bool) -> None:
        """Try what may have come true. Whether people acted is only asked again when somebody did."""
        self.time = time
        for goal in self.lesson.goals:  # in order: a goal stands after the one it comes after
            if goal.id in self.ended or goal.id not in self.since:
                continue
            if goal.act and goal.id not in self.acted and not (acted and self._true(goal, goal.act)):
                continue
            self.acted.setdefault(goal.id, time)
            if goal.keep:
                if not self._true(goal, goal.keep):
                    self.ended[goal.id] = (BROKEN, time)
                elif self.ended.get(goal.until, ("",))[0] == DONE:
                    self.ended[goal.id] = (DONE, time)
            elif not goal.done or self._true(goal, goal.done):
                self.ended[goal.id] = (DONE, time)
                self._begin(time)

    def _begin(self, time: float) -> None:
        for goal in self.lesson.goals:
            first = not goal.after or self.ended.get(goal.after, ("",))[0] == DONE
            if first and goal.id not in self.since:
                self.since[goal.id] = self.facts.begin(time)

    def _true(self, goal: Goal, expression: str) -> bool:
        return self._value(goal, expression) is True

    def _value(self, goal: Goal, expression: str) -> Any:
        program, names = compiled(expression)
        try:
            return program.execute(self.facts.seen_by(self.since[goal.id], self.time, names))
        except (ValueError, KeyError, TypeError, RuntimeError):  # a number that no fact has told yet
            return None

    def _state(self, goal: Goal) -> GoalState:
        if goal.id in self.ended:
            status, time = self.ended[goal.id]
            after = time - self.since[goal.id].begun
            return GoalState(goal.id, goal.text, status, f"broken at {after:.3f} s" if status == BROKEN else "", time)
        if goal.id not in self.acted:
            return GoalState(goal.id, goal.text, NOT_YET)
        if goal.keep:
            return GoalState(goal.id, goal.text, HOLDS, "holds so far")
        have = self._value(goal, goal.have) if goal.have else None
        if have is None or goal.want is None or not have < goal.want:
            return GoalState(goal.id, goal.text, NOT_YET)
        unit = f" {goal.unit}" if goal.unit else ""
        return GoalState(goal.id, goal.text, PARTLY, f"{int(have)} of {goal.want}{unit} now")


@lru_cache(maxsize=512)
def compiled(expression: str) -> tuple[Any, list[str]]:
    """(the program, the variables it names); raises ValueError when it is no CEL."""
    program = cel.compile(expression)
    bound = _BOUND.findall(expression)  # the x of list.exists(x, …): the library counts it among the variables
    return program, [name for name in program.variables() if name not in bound]


_watches: WeakKeyDictionary[Any, GoalWatch] = WeakKeyDictionary()


def evaluate(lesson: Lesson, cluster: Any, progress: Mapping[str, Any] | None = None) -> list[GoalState]:
    """The goals of `lesson` on this cluster, now. Called by the thread that owns the cluster, at changes.

    What was seen before is remembered beside the cluster; after an undo there is another cluster, with its own facts,
    and goals are read off those. `progress` is not needed: facts decide, not what was stored.
    """
    watch = _watches.get(cluster)
    if watch is None or watch.lesson is not lesson:
        _watches[cluster] = watch = GoalWatch(lesson)
    return watch.follow(cluster)
