"""What those who follow see of the presenter's lesson: its name, its goals, the question on the wall, how many have
answered. Never what they answered, before the cluster has."""

from __future__ import annotations

from typing import Any

from lessons.curriculum import goals, library, panel, progress


def shown(hosted: Any) -> dict[str, Any]:
    """Context for a first paint, on the thread that owns the cluster."""
    lesson = library.find(hosted.lesson)
    if lesson is None:
        return {"lesson": None, "goals": []}
    return {"lesson": lesson, "goals": panel.goals(goals.evaluate(lesson, hosted.cluster))}


def question(visitor: str, slug: str) -> str:
    """What the presenter's step asks or says; for the wall. Uses the database."""
    lesson = library.find(slug)
    if lesson is None:
        return ""
    return lesson.steps[progress.of(visitor, lesson).step].title
