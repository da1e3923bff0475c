"""Sends a lesson's goals to everybody who looks at its cluster, when one of them has changed. Pacing thread."""

from __future__ import annotations

import json
from typing import Any

from django.template.loader import render_to_string

from lessons.curriculum import goals, library, panel


def watch(hosted: Any) -> tuple[str, ...]:
    """A watcher for `hosting.at_change`."""
    lesson = library.find(hosted.lesson)
    if lesson is None:
        return ()
    states = goals.evaluate(lesson, hosted.cluster)
    if states == hosted.memory.get("goals"):
        return ()
    hosted.memory["goals"] = states
    html = render_to_string("curriculum/goals.html", {"goals": panel.goals(states)})
    return (json.dumps({"t": "goals", "html": html}),)
