"""Reads `lesson.md`: a head in YAML between `---` lines, then one section for each step.

    ## Predict: What happens to the pod you kill?

    Two short paragraphs at most.

    - [ ] The same pod is restarted
      What the page says about this answer once the cluster has answered.
    - [x] Another pod takes its place
      The `x` marks what the cluster does.

A heading is the step's kind, a colon and its title; `{until=goal reveal=goal light=a,b}` after it are
settings of the step.
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.api import yaml
from lessons.curriculum import prose
from lessons.curriculum.lesson import KINDS, Option, Step
from lessons.curriculum.problems import Problem

_HEADING = re.compile(r"^## +(?P<rest>.*\S)\s*$")
_PARTS = re.compile(r"^(?P<kind>\w+): *(?P<title>.*?) *(?:\{(?P<settings>[^{}]*)\})?$")
_OPTION = re.compile(r"^- \[(?P<mark>[ xX])\] +(?P<text>.+?)\s*$")
SETTINGS = ("until", "reveal", "light")
MOST_STEPS = 12


def read(file: str, text: str, problems: list[Problem]) -> tuple[dict[str, Any], tuple[Step, ...]]:
    """(the head, the steps) of a lesson.md; what is wrong is added to `problems`."""
    lines = text.splitlines()
    head, first = _head(file, lines, problems)
    sections: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(lines[first:], first + 1):
        heading = _HEADING.match(line)
        if heading:
            sections.append((number, heading["rest"], []))
        elif sections:
            sections[-1][2].append(line)
        elif line.strip():
            problems.append(Problem(file, number, "text before the first step. Begin with '## Read: a title'."))
            break
    if not 1 <= len(sections) <= MOST_STEPS:
        problems.append(Problem(file, 0, f"it has {len(sections)} steps; a lesson has 1 to {MOST_STEPS}, "
                                         f"each begun by a line '## Read: a title'."))
    steps = [_step(file, number, heading, body, problems) for number, heading, body in sections[:MOST_STEPS]]
    return head, tuple(step for step in steps if step)


def _head(file: str, lines: list[str], problems: list[Problem]) -> tuple[dict[str, Any], int]:
    ends = [at for at, line in enumerate(lines) if line.strip() == "---"]
    if len(ends) < 2 or ends[0] != 0:
        problems.append(Problem(file, 1, "it must begin with a head: a line '---', settings in YAML, a line '---'."))
        return {}, 0
    try:
        head = yaml.load("\n".join(lines[1:ends[1]])) or {}
    except yaml.YamlError as error:
        problems.append(Problem(file, error.line + 1, f"the head is not readable YAML: {error.message}."))
        return {}, ends[1] + 1
    if not isinstance(head, dict):
        problems.append(Problem(file, 1, "the head must be settings, one 'name: value' a line."))
        return {}, ends[1] + 1
    return head, ends[1] + 1


def _step(file: str, line: int, heading: str, body: list[str], problems: list[Problem]) -> Step | None:
    parts = _PARTS.match(heading)
    kind = parts["kind"].lower() if parts else ""
    if parts is None or kind not in KINDS or not parts["title"]:
        problems.append(Problem(file, line, f"'## {heading}' is no step. Write a kind ({', '.join(KINDS.values())}), "
                                            f"a colon and a title."))
        return None
    settings = _settings(file, line, parts["settings"] or "", problems)
    first_option = next((at for at, text in enumerate(body) if _OPTION.match(text)), len(body))
    options = _options(body[first_option:])
    if kind == "predict":
        if not 2 <= len(options) <= 5:
            problems.append(Problem(file, line, f"this question has {len(options)} answers; write 2 to 5, each as "
                                                f"'- [ ] an answer', with an x in the right one."))
        if sum(option.right for option in options) != 1:
            problems.append(Problem(file, line, "exactly one answer must be marked '[x]': the one the cluster gives."))
    elif options:
        problems.append(Problem(file, line, f"answers belong in a Predict step, not in {KINDS[kind]}."))
    if settings.get("until") and kind != "do":
        problems.append(Problem(file, line, "until= belongs in a Do step: it names the goal that ends it."))
    if settings.get("reveal") and kind != "predict":
        problems.append(Problem(file, line, "reveal= belongs in a Predict step: it names the goal at which the "
                                            "cluster has answered."))
    light = tuple(word for word in settings.get("light", "").split(",") if word)
    return Step(kind, parts["title"], prose.html("\n".join(body[:first_option])), options,
                settings.get("until", ""), settings.get("reveal", ""), light)


def _settings(file: str, line: int, text: str, problems: list[Problem]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or name not in SETTINGS:
            problems.append(Problem(file, line, f"'{word}' is no setting of a step. There are "
                                                f"{', '.join(f'{known}=…' for known in SETTINGS)}."))
        settings[name] = value
    return settings


def _options(lines: list[str]) -> tuple[Option, ...]:
    options: list[tuple[str, bool, list[str]]] = []
    for line in lines:
        option = _OPTION.match(line)
        if option:
            options.append((option["text"], option["mark"] != " ", []))
        elif options:
            options[-1][2].append(line.strip())
    return tuple(Option(str(number), prose.inline(text), right, prose.html("\n".join(reply)))
                 for number, (text, right, reply) in enumerate(options, 1))
