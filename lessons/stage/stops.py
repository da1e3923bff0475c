"""The stops of the timeline: the moments one can look back at, in order.

A stop is a step of a story: when it came to pass, in whose lane, its number if it belongs to the followed chain, and
its words. What happened before the followed act has no number.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lessons.stage import sentences, story
from lessons.stage.element import View, put

EARLIER = 24  # steps before the followed act that the timeline keeps
WORDS = 100  # characters of a step's text


class Stops:
    """What of a cluster's history stands on the timeline before the followed act."""

    def __init__(self) -> None:
        self.root: int | None = -1
        self.text = "[]"

    def follow(self, cluster: Any, told: story.Story, names: Mapping[str, str], spans: Iterable[Any]) -> None:
        """Gather them anew when somebody has acted, or while nobody has."""
        if told.root == self.root and (told.root is not None or not any(span.level == "story" for span in spans)):
            return
        self.root = told.root
        self.text = _json([_stop(told, names, span) for span in _earlier(cluster, told)])

    def draw(self, view: View) -> None:
        """Put them into the view."""
        put(view, "earlier", "earlier-box", "earlier", {"@data-stops": self.text})

    def all(self, told: story.Story, names: Mapping[str, str]) -> str:
        """All stops there are, with the chain's, as JSON: what a page needs that looks at one of them."""
        chain = [_stop(told, names, span) for span in told.steps()]
        return _json([*json.loads(self.text), *sorted(chain, key=lambda stop: int(stop["at"]))])


def _earlier(cluster: Any, told: story.Story) -> list[Any]:
    root = told.spans.get(told.root) if told.root is not None else None
    found = [span for span in cluster.trace() if span.level == "story" and (root is None or span.id < root.id)]
    if root is not None:
        found = [span for span in found if story.moment(span) < root.time]
    return sorted(found[-EARLIER:], key=story.moment)


def _stop(told: story.Story, names: Mapping[str, str], span: Any) -> dict[str, Any]:
    """`at` is virtual µs since the scene opened."""
    return {"at": round(story.moment(span) * 1e6), "lane": story.lane(story.actor(span)), "span": str(span.id),
            "n": str(told.numbers.get(span.id, "")), "kind": story.kind(span),
            "words": sentences.plain(span.text, names)[:WORDS]}


def _json(stops: list[dict[str, Any]]) -> str:
    return json.dumps(stops, separators=(",", ":"), ensure_ascii=False)
