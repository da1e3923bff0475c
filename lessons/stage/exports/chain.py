"""The followed chain as text for notes (Markdown) and as a sequence diagram (Mermaid), step by step as on the page."""

from __future__ import annotations

import re
from typing import Any

from lessons.stage import sentences, story

WIDE = 90  # characters of a message's label
# What ends a statement or begins a comment in Mermaid, as its own escapes.
ESCAPES = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;"}


def markdown(shown: Any) -> str:
    """A numbered list under the act; each step with its time, revision and file."""
    told, names = _story(shown)
    steps = told.steps()
    if not steps:
        return "# What just happened\n\nNothing yet.\n"
    shown_ids = {span.id for span in steps}
    lines = [f"# {sentences.plain(steps[0].text, names)}", ""]
    if told.typed[0]:
        lines += ["```sh", told.typed[0], "```", ""]
    for span in steps:
        cause = told.cause(span, shown_ids)
        because = f", because of {told.numbers[cause]}" if cause is not None else ""
        revision = f", revision {span.revision}" if span.revision else ""
        file = f", `{span.file}`" if span.file and not span.file.endswith(story.UNTOLD_FILES) else ""
        at = story.moment(span) - steps[0].time
        lines.append(f"{told.numbers[span.id]}. {_plain(sentences.plain(span.text, names))}  ")
        lines.append(f"   {at:.3f} s{revision}{because}{file}")
    return "\n".join([*lines, ""])


def mermaid(shown: Any) -> str:
    """A sequence diagram: who, to whom, and what is told."""
    told, names = _story(shown)
    steps = told.steps()
    lanes: dict[str, str] = {}
    for span in steps:
        for part in (span.source, span.target):
            lanes.setdefault(story.lane(part), f"p{len(lanes)}")
    lines = ["sequenceDiagram", *(f"    participant {key} as {_escaped(lane)}" for lane, key in lanes.items())]
    for span in steps:
        source, target = lanes[story.lane(span.source)], lanes[story.lane(span.target)]
        label = sentences.plain(span.text, names)
        label = label if len(label) <= WIDE else label[: WIDE - 1] + "…"
        arrow = "->>" if span.lands is not None or span.source == span.target else "-x"
        lines.append(f"    {source}{arrow}{target}: {told.numbers[span.id]}. {_escaped(label)}")
    if not steps:
        lines += ["    participant p0 as You", "    Note over p0: Nothing yet"]
    return "\n".join([*lines, ""])


def _story(shown: Any) -> tuple[story.Story, Any]:
    shown.stage.page(shown.cluster, shown.clock)  # up to this very moment
    return shown.stage.story, shown.stage.mirror.names


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>])", r"\\\1", text)


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(letter, letter) for letter in text)
