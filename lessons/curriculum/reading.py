"""Reads a lesson's folder and checks all that can be checked without playing it.

    lesson.md        head (title, promise, …) and steps, see `sections.py`
    scene.yaml       the opening scene: machines and plain Kubernetes manifests
    goals.yaml       goals, see `goals.py`
    solution.yaml    a script after which every goal is done, see `script.py`
    wrong-turn.yaml  a script after which they are not, and why people take it

Everything found wrong is told at once, with file and line, in words for the person who writes lessons. Whether the
solution solves and the wrong turn does not is shown by playing them (`manage.py checklesson`, and the tests).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster_sim import Cluster, SceneError
from cluster_sim.api import yaml
from lessons.curriculum import prose, script, sections
from lessons.curriculum.facts_so_far import OF_PEOPLE, VARIABLES
from lessons.curriculum.goals import compiled
from lessons.curriculum.lesson import Goal, Lesson, Step, Term
from lessons.curriculum.problems import LessonError, Problem

FILES = ("lesson.md", "scene.yaml", "goals.yaml", "solution.yaml", "wrong-turn.yaml")
WORDS = ("title", "promise", "breaks")  # settings of the head that are one line of text
HEAD = (*WORDS, "minutes", "hints", "glossary", "files", "limits", "docs")
HINTS = 3
EXPRESSIONS = ("act", "done", "keep", "have")
GOAL_FIELDS = ("id", "text", "act", "after", "done", "keep", "until", "have", "want", "unit")


def read_lesson(folder: Path, number: int) -> Lesson:
    """The lesson in `folder`; raises LessonError with everything that must be mended."""
    problems: list[Problem] = []
    texts = {name: _text(folder, name, problems) for name in FILES}
    head, steps = sections.read("lesson.md", texts["lesson.md"], problems) if texts["lesson.md"] else ({}, ())
    _check_head(head, problems)
    goals = _goals(_yaml("goals.yaml", texts["goals.yaml"], problems), problems)
    _check_untils(steps, goals, problems)
    solution = _script("solution.yaml", texts["solution.yaml"], problems)
    wrong = _script("wrong-turn.yaml", texts["wrong-turn.yaml"], problems)
    if problems:
        raise LessonError(folder.name, problems)
    return Lesson(
        slug=folder.name, number=number, title=head["title"], promise=head["promise"], breaks=head["breaks"],
        minutes=head["minutes"], steps=steps, goals=goals,
        hints=tuple(prose.inline(hint) for hint in head["hints"]),
        terms=tuple(Term(term["word"], prose.inline(term["meaning"]), term["link"]) for term in head["glossary"]),
        files=tuple((row["path"], prose.inline(row["did"])) for row in head["files"]),
        limits=prose.html(head["limits"]),
        docs=tuple((row["title"], row["link"]) for row in head["docs"]),
        scene=texts["scene.yaml"], solution=tuple(solution["script"]), wrong_turn=tuple(wrong["script"]),
        wrong_turn_why=str(wrong.get("why", "")))


def check_scene(lesson: Lesson) -> Cluster:
    """Open the lesson's scene; raises LessonError."""
    try:
        return Cluster.open(lesson.scene)
    except SceneError as error:
        raise LessonError(lesson.slug, [Problem("scene.yaml", 0, str(error))]) from error


def _text(folder: Path, name: str, problems: list[Problem]) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(Problem(name, 0, "this file is missing. Copy it from another lesson and change it."))
    except UnicodeDecodeError:
        problems.append(Problem(name, 0, "this file is not text in UTF-8. Save it again as UTF-8."))
    return ""


def _yaml(name: str, text: str, problems: list[Problem]) -> Mapping[str, Any]:
    if not text:
        return {}
    try:
        value = yaml.load(text)
    except yaml.YamlError as error:
        problems.append(Problem(name, error.line, f"this is not readable YAML: {error.message}."))
        return {}
    if not isinstance(value, dict):
        problems.append(Problem(name, 1, "this must be an object: 'name: value' lines."))
        return {}
    return value


def _check_head(head: Mapping[str, Any], problems: list[Problem]) -> None:
    def wrong(words: str) -> None:
        problems.append(Problem("lesson.md", 0, words))

    for name in HEAD:
        if name not in head:
            wrong(f"the head has no '{name}'.")
    for name in head:
        if name not in HEAD:
            wrong(f"the head has a '{name}', which is no setting. There are {', '.join(HEAD)}.")
    for name in WORDS:
        if name in head and not (isinstance(head[name], str) and head[name].strip()):
            wrong(f"'{name}' must be a line of text.")
    if not isinstance(head.get("minutes", 5), int) or not 1 <= head.get("minutes", 5) <= 30:
        wrong("'minutes' must be a whole number from 1 to 30.")
    hints = head.get("hints", [""] * HINTS)
    if not isinstance(hints, list) or len(hints) != HINTS or not all(isinstance(hint, str) for hint in hints):
        wrong(f"'hints' must be a list of {HINTS} texts: a nudge, a direction, the way.")
    if not isinstance(head.get("limits", ""), str):
        wrong("'limits' must be text: what real Kubernetes does differently from the model.")
    for name, fields in (("glossary", ("word", "meaning", "link")), ("files", ("path", "did")),
                         ("docs", ("title", "link"))):
        rows = head.get(name, [])
        if not isinstance(rows, list):
            wrong(f"'{name}' must be a list, each with {', '.join(fields)}.")
            continue
        for row in rows:
            if not isinstance(row, dict) or any(not isinstance(row.get(field), str) for field in fields):
                wrong(f"each of '{name}' needs {', '.join(fields)}: {row!r} has not.")
            elif not row.get("link", "https://").startswith("https://"):
                wrong(f"the link {row['link']!r} in '{name}' must begin with https://.")


def _goals(document: Mapping[str, Any], problems: list[Problem]) -> tuple[Goal, ...]:
    rows = document.get("goals")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 8:
        problems.append(Problem("goals.yaml", 0, "it must have 'goals:', a list of 1 to 8."))
        return ()
    goals: list[Goal] = []
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not row.get("id") or not row.get("text"):
            problems.append(Problem("goals.yaml", 0, f"goal {place} needs an 'id' and a 'text'."))
            continue
        unknown = [name for name in row if name not in GOAL_FIELDS]
        if unknown:
            problems.append(Problem("goals.yaml", 0, f"goal '{row['id']}' has {', '.join(unknown)}, which is nothing. "
                                                     f"There are {', '.join(GOAL_FIELDS)}."))
            continue
        goal = Goal(**row)
        _check_goal(goal, [each.id for each in goals], problems)
        goals.append(goal)
    return tuple(goals)


def _check_goal(goal: Goal, before: list[str], problems: list[Problem]) -> None:
    def wrong(words: str) -> None:
        problems.append(Problem("goals.yaml", 0, f"goal '{goal.id}' {words}"))

    if goal.id in before:
        wrong("is there twice.")
    if goal.after and goal.after not in before:
        wrong(f"comes after '{goal.after}', which is no goal above it.")
    if not goal.act and not goal.after:
        wrong("has neither 'act' nor 'after': a goal must not tick without an act of the learner.")
    if goal.keep and not goal.until:
        wrong("has 'keep' without 'until': name the goal that ends it.")
    if goal.keep and goal.done:
        wrong("has both 'keep' and 'done'; it must be one or the other.")
    if goal.after and not (goal.act or goal.done or goal.keep):
        wrong("has nothing of its own to be done: add 'act', 'done' or 'keep'.")
    if bool(goal.have) != (goal.want is not None):
        wrong("needs both 'have' and 'want', or neither.")
    for field in EXPRESSIONS:
        expression = getattr(goal, field)
        if not expression:
            continue
        try:
            _, names = compiled(expression)
        except (ValueError, RuntimeError, SyntaxError) as error:
            wrong(f"has a '{field}' that is no CEL: {str(error).splitlines()[0]}.")
            continue
        strange = [name for name in names if name not in VARIABLES]
        if strange:
            wrong(f"asks in '{field}' for {', '.join(strange)}. There are {', '.join(VARIABLES)}.")
        if field == "act" and not any(name in OF_PEOPLE for name in names):
            wrong(f"has an 'act' that asks nothing about people: it must look at {', '.join(OF_PEOPLE)}.")


def _check_untils(steps: tuple[Step, ...], goals: tuple[Goal, ...], problems: list[Problem]) -> None:
    ids = [goal.id for goal in goals]
    for step in steps:
        for goal_id in (step.until, step.reveal):
            if goal_id and goal_id not in ids:
                problems.append(Problem("lesson.md", 0, f"the step '{step.title}' waits for the goal '{goal_id}', "
                                                        f"which goals.yaml does not have."))
        if step.kind == "predict" and not step.reveal:
            problems.append(Problem("lesson.md", 0, f"the question '{step.title}' needs {{reveal=…}}: the goal at "
                                                    f"which the cluster has answered."))
    for goal in goals:
        if goal.until and goal.until not in ids:
            problems.append(Problem("goals.yaml", 0, f"goal '{goal.id}' holds until '{goal.until}', which is no goal."))


def _script(name: str, text: str, problems: list[Problem]) -> Mapping[str, Any]:
    document = _yaml(name, text, problems)
    if text and document:
        problems.extend(Problem(name, 0, words) for words in script.faults_in(document.get("script")))
    return document
