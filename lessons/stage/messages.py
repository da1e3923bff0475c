"""Messages on their way: what the browser sends along a route, and for how long.

Below 1× a message flies while it really is under way, for the wall time its host gives it. From 1× on hops are over
before a frame can tell of them: then the steps that came to pass are replayed, one after the other. From 10× on (`FAST`)
routes only thicken with what passes. Beyond `MOST` messages are counted by their route and no longer drawn.
"""

from typing import Any

from cluster_sim.api import resources
from lessons.stage.kubectl import parse
from lessons.stage.mirror import Mirror
from lessons.stage.routes import kind_of, route
from lessons.stage.story import Story, actor, way

MOST = 24
FAST = 10
LABEL = 24
OTHERS = 6
REPLAY_MS = 600
SHOWN_KEPT = 5_000

Message = dict[str, Any]


class Flights:
    """Which messages the page has seen fly."""

    def __init__(self) -> None:
        self.shown: dict[int, None] = {}

    def take_off(self, story: Story, fresh: list[Any], mirror: Mirror, hop_ms: Any) -> list[Message]:
        """The messages of this frame. `fresh` are the new visible spans, `hop_ms` those in flight."""
        found: list[Message] = []
        for span_id, duration in sorted(hop_ms.items()):
            span = story.spans.get(span_id)
            if span is not None and span_id not in self.shown:
                self._add(found, span, story, mirror, duration, wait=0)
        for span_id in story.fresh:
            span = story.spans[span_id]
            if span_id not in self.shown:
                self._add(found, span, story, mirror, REPLAY_MS, wait=None)
        for span in fresh:
            others = sum(1 for message in found if message["kind"] == "other")
            if span.level == "story" and span.id not in story.spans and span.id not in self.shown and others < OTHERS:
                self._add(found, span, story, mirror, REPLAY_MS, wait=None)
        while len(self.shown) > SHOWN_KEPT:
            del self.shown[next(iter(self.shown))]
        return found[:MOST]

    def _add(self, found: list[Message], span: Any, story: Story, mirror: Mirror, ms: int, wait: int | None) -> None:
        self.shown[span.id] = None
        taken = way(span)
        if taken is None:
            return
        followed = span.id in story.spans
        kind = "other" if not followed else "you" if kind_of(actor(span)) == "user" else "thread"
        message: Message = {
            "id": span.id,
            "from": span.source,
            "to": span.target,
            "shape": taken.shape,
            "reversed": taken.reversed,
            "n": story.numbers.get(span.id),
            "label": label(span, mirror) if followed and says_something(span) else "",
            "ms": ms,
            "kind": kind,
        }
        if wait is not None:
            message["wait"] = wait
        found.append(message)


def flow(fresh: list[Any]) -> list[list[Any]]:
    """Too fast to follow: how many messages took each route, [from, to, shape, reversed, count], the busiest first."""
    counts: dict[tuple[str, str], int] = {}
    for span in fresh:
        if way(span) is not None:
            ends = (span.source, span.target)
            counts[ends] = counts.get(ends, 0) + 1
    busiest = sorted(counts, key=lambda ends: (-counts[ends], ends))[:MOST]
    rows = []
    for ends in busiest:
        taken = route(*ends)
        if taken is not None:
            rows.append([*ends, taken.shape, taken.reversed, counts[ends]])
    return rows


def says_something(span: Any) -> bool:
    """Whether a message needs a label: requests do; answers and the store's own traffic are dots."""
    return span.verb.isupper() or span.level == "story"


def label(span: Any, mirror: Mirror) -> str:
    """At most 24 characters in the machine's own words: 'DELETE pod x2k7q'."""
    parsed = parse(span.subject) if span.subject.startswith("/") else None
    if parsed is None:
        words = f"{span.verb} {mirror.names.get(span.subject.rpartition('/')[2], span.subject.rpartition('/')[2])}"
    else:
        plural, _, name, subresource = parsed
        resource = resources.by_plural(plural)
        words = f"{span.verb} {resource.singular if resource else plural} {mirror.names.get(name, name)} {subresource}"
    words = " ".join(words.split())
    return words if len(words) <= LABEL else words[: LABEL - 1] + "…"
