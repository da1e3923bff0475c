"""The stops of the timeline: the moments one can look back at, in order.

A stop is a step of a story: when it came to pass, in whose lane, its number if it belongs to the followed chain, and
its words. What happened before the followed act has no number.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lessons.stage import sentences, story
from lessons.stage.element import View, put

EARLIER = 24  # steps before the followed act that the timeline keeps
WORDS = 100  # characters of a step's text
WINDOW = 2_000  # ids of spans looked through at first; four times as many while too few are steps


class Stops:
    """What of a cluster's history stands on the timeline before the followed act."""

    def __init__(self) -> None:
        self.root: int | None = -1
        self.text = "[]"

    def follow(self, cluster: Any, told: story.Story, names: Mapping[str, str], spans: Sequence[Any]) -> None:
        """Gather them anew when somebody has acted, or while nobody has."""
        if told.root == self.root and (told.root is not None or not any(span.level == "story" for span in spans)):
            return
        self.root = told.root
        newest = max((span.id for span in spans), default=0)
        self.text = _json([_stop(told, names, span) for span in _earlier(cluster, told, newest)])

    def draw(self, view: View) -> None:
        """Put them into the view."""
        put(view, "earlier", "earlier-box", "earlier", {"@data-stops": self.text})

    def all(self, told: story.Story, names: Mapping[str, str]) -> str:
        """All stops there are, with the chain's, as JSON: what a page needs that looks at one of them."""
        chain = [_stop(told, names, span) for span in told.steps()]
        return _json([*json.loads(self.text), *sorted(chain, key=lambda stop: int(stop["at"]))])


def _earlier(cluster: Any, told: story.Story, newest: int) -> list[Any]:
    """The last steps before the followed act. A trace may be long: it is looked through from its end."""
    root = told.spans.get(told.root) if told.root is not None else None
    end, window = (newest + 1 if root is None else root.id), WINDOW
    while True:
        spans = cluster.trace(max(0, end - window))
        found = [span for span in spans if span.level == "story" and span.id < end
                 and (root is None or story.moment(span) < root.time)]
        if len(found) >= EARLIER or window >= end:
            return sorted(found[-EARLIER:], key=story.moment)
        window *= 4


def _stop(told: story.Story, names: Mapping[str, str], span: Any) -> dict[str, Any]:
    """`at` is virtual µs since the scene opened."""
    return {"at": round(story.moment(span) * 1e6), "lane": story.lane(story.actor(span)), "span": str(span.id),
            "n": str(told.numbers.get(span.id, "")), "kind": story.kind(span),
            "words": sentences.plain(span.text, names)[:WORDS]}


def _json(stops: list[dict[str, Any]]) -> str:
    return json.dumps(stops, separators=(",", ":"), ensure_ascii=False)
