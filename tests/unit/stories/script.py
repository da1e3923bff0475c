"""A story that is also a test: prose, commands, and what each command must print.

A line that begins with `$ ` is a command; lines under it that are indented belong to it (a manifest, for example).
What it must print stands between a line `----` and the next empty line. Everything else is prose for the reader.
The form is that of etcd-io/raft's testdata (cockroachdb/datadriven).

`--rewrite` writes what the commands print now into the file; read the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

RULE = "----"


@dataclass(slots=True)
class Step:
    """Prose that leads to a command, the command with its input, and what it must print."""

    prose: list[str] = field(default_factory=list)
    command: str = ""
    given: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    line: int = 0


def parse(text: str) -> list[Step]:
    """The steps of a story; the last may be prose alone."""
    steps, step, inside = [], Step(), "prose"
    for number, line in enumerate(text.splitlines(), 1):
        if inside == "output" and line:
            step.expected.append(line)
        elif line.startswith("$ "):
            if step.command:
                steps.append(step)
                step = Step()
            step.command, step.line, inside = line[2:], number, "input"
        elif inside == "input" and line.startswith("  "):
            step.given.append(line[2:])
        elif inside == "input" and line == RULE:
            inside = "output"
        else:
            if step.command:
                steps.append(step)
                step = Step()
            step.prose.append(line)
            inside = "prose"
    return [*steps, step]


def play(steps: list[Step], run: Callable[[str, str], str]) -> list[Step]:
    """The same steps with what their commands print now."""
    return [Step(step.prose, step.command, step.given, printed(run, step), step.line) for step in steps]


def printed(run: Callable[[str, str], str], step: Step) -> list[str]:
    """The lines that a step's command prints; an empty line would end them, so it shows as a dot."""
    if not step.command:
        return []
    text = run(step.command, "\n".join(step.given))
    return [line.rstrip() or "." for line in text.splitlines()]


def render(steps: list[Step]) -> str:
    """The text of a story."""
    lines: list[str] = []
    printed = False
    for step in steps:
        if printed and not step.prose:
            lines.append("")
        printed = bool(step.expected)
        lines += step.prose
        if step.command:
            lines += [f"$ {step.command}", *(f"  {line}".rstrip() for line in step.given)]
            if step.expected:
                lines += [RULE, *step.expected]
    return "\n".join(lines).rstrip() + "\n"
