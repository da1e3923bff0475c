"""What a class hears of the lesson beside its cluster: goals that changed, the presenter's step, the count of votes.

`watch` is called on the pacing thread when a watched cluster has changed. It must not touch the database, so what it
cannot know it lets the pages ask for: a part is told to load itself again.
"""

from __future__ import annotations

import json
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from lessons.curriculum import goals, library, panel
from lessons.curriculum.goals import DONE


def watch(hosted: Any) -> tuple[str, ...]:
    """Messages for everybody who looks at this cluster. A watcher for `hosting.at_change`."""
    lesson = library.find(hosted.lesson)
    if lesson is None:
        return ()
    memory = hosted.memory
    messages = []
    states = goals.evaluate(lesson, hosted.cluster)
    if states != memory.get("goals"):
        memory["goals"] = states
        html = render_to_string("curriculum/goals.html", {"goals": panel.goals(states)})
        messages.append(json.dumps({"t": "goals", "html": html}))
    place = (memory.get("step"), tuple(state.id for state in states if state.status == DONE))
    if place != memory.setdefault("place", place):
        memory["place"] = place
        messages.append(_partials("curriculum/class_reload.html", wall=reverse("class-wall", args=[hosted.id]),
                                  card=reverse("class-card", args=[hosted.id])))
    votes = (memory.get("votes", 0), hosted.showing.followers)
    if votes != memory.setdefault("told_votes", votes):
        memory["told_votes"] = votes
        messages.append(_partials("curriculum/class_count.html", votes=votes[0], followers=votes[1]))
    return tuple(messages)


def note_step(hosted: Any, step: int, lock: str) -> None:
    """The presenter is at another step: everybody's page follows. `lock` says why nobody may act before answering."""
    hosted.memory["lock"] = lock
    if hosted.memory.get("step") != step:
        hosted.memory.update(step=step, votes=0)
        hosted.showing.changed()


def note_votes(hosted: Any, votes: int) -> None:
    """So many have answered."""
    hosted.memory["votes"] = votes
    hosted.showing.changed()


def _partials(template: str, **context: Any) -> str:
    """HTML for several places at once; a page without a place ignores its part."""
    return json.dumps({"content": render_to_string(template, context)})
