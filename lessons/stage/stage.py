"""The stage of one cluster: looks at it once per tick and tells every page the same."""

import copy
import json
import secrets
from typing import Any

from lessons.stage import (
    belief,
    control_plane,
    due,
    frame,
    layers,
    messages,
    nodes,
    quorum,
    render,
    rollout,
    routes,
    sentences,
    stops,
    story,
    then,
    twin,
    zoom,
)
from lessons.stage.element import Element, View, put
from lessons.stage.floor import Floor
from lessons.stage.mirror import Mirror

HOUSE = secrets.token_hex(4)  # this run of the server: a page that hears another one says that it was started again
MODES = {"running": "", "paused": "paused", "asleep": "asleep: nobody looks", "past": "looking back"}


class Stage:
    """Keeps what pages have been told. Its methods run on the thread that owns the cluster."""

    def __init__(self, cluster_id: str = "") -> None:
        self.cluster_id = cluster_id
        self._forget()

    def _forget(self) -> None:
        self.mirror = Mirror()
        self.story = story.Story()
        self.flights = messages.Flights()
        self.stops = stops.Stops()
        self.rollouts = rollout.Rollouts()
        self.floors: dict[str, Floor] = {}
        self.view: View = {}  # what the last frame told
        self.unsure: set[str] = set()  # what full frames since then told differently
        self.routes: list[list[str]] = []
        self.told: tuple[Any, ...] = ()
        self.number = 0
        self.known = render.Known()
        self.fresh: list[Any] = []
        self.said: tuple[int | None, int] = (None, 0)  # the chain announced, and how many of its steps

    def frame(self, cluster: Any, clock: Any) -> str | None:
        """What changed since the last frame."""
        view = self._look(cluster, clock)
        body = frame.difference(self.view, view, self.known.element, render.live, self.unsure)
        told = (clock.mode, clock.speed, int(clock.now), getattr(clock, "skipping", False))
        fast = clock.speed >= messages.FAST
        flow = messages.flow(self.fresh) if fast else []
        sent = [] if fast else self.flights.take_off(self.story, self.fresh, self.mirror, clock.hop_ms)
        self.fresh, self.story.fresh = [], []
        standing = routes.standing(self.mirror.parts)
        if not body and not sent and not flow and told == self.told and standing == self.routes:
            return None
        if sent:
            body["msgs"] = sent
        if flow:
            body["flow"] = flow
        if standing != self.routes:
            body["routes"] = standing
        if _zoom(view) != _zoom(self.view):
            body["zoom"] = _zoom(view)
        said = self._say()
        if said:
            body["say"] = said
        self.view, self.routes, self.told, self.unsure = view, standing, told, set()
        self.number += 1
        self.known.forget(view)
        return self._json(body, clock, full=False)

    def full(self, cluster: Any, clock: Any) -> str:
        """Everything. The next frame repeats what this one told beyond the last, for it goes to the others too."""
        view = self._look(cluster, clock)
        for key in view.keys() | self.view.keys():
            if view.get(key) is not self.view.get(key):
                self.unsure.add(key)
        standing = routes.standing(self.mirror.parts)
        body = {**frame.whole(view, self.known.element, render.live), "routes": standing, "zoom": _zoom(view),
                "cluster": self.cluster_id, "house": HOUSE}
        return self._json(body, clock, full=True)

    def page(self, cluster: Any, clock: Any) -> dict[str, Any]:
        """The context of the first paint."""
        view = self._look(cluster, clock)
        return {
            "cluster": self.cluster_id,
            "slots": render.page(view, self.known),
            "routes": json.dumps(routes.standing(self.mirror.parts)),
            "clock": clock,
            "now": clock.now,
            "zoom": _zoom(view),
        }

    def in_words(self, cluster: Any, clock: Any) -> dict[str, Any]:
        """The context of the text twin."""
        return twin.twin(self._look(cluster, clock), self.mirror, twin.services_of(cluster))

    def moments(self, cluster: Any, clock: Any) -> str:
        """All stops of the timeline, as JSON."""
        self._look(cluster, clock)
        return self.stops.all(self.story, self.mirror.names)

    def beside(self) -> "Stage":
        """A stage for a moment of the past of the same cluster: pods stand in it where they stand here."""
        other = Stage(self.cluster_id)
        other.floors = copy.deepcopy(self.floors)
        return other

    def _look(self, cluster: Any, clock: Any) -> View:
        if cluster is not self.mirror.cluster and self.mirror.cluster is not None:
            kept = self.floors, self.view, self.routes  # the same pods stand where they stood; what was told was told
            self._forget()
            self.floors, self.view, self.routes = kept
        first = self.mirror.cursor is None
        spans = self.mirror.follow(cluster)
        self.fresh = (self.fresh + spans)[-500:]
        self.story.follow(cluster, spans)
        self.stops.follow(cluster, self.story, self.mirror.names, spans)
        if first:  # what was before anybody looked is not replayed
            self.fresh, self.story.fresh = [], []
        view: View = {}
        now = clock.now
        belief.look(self.mirror)
        control_plane.draw(view, self.mirror)
        nodes.draw(view, self.mirror, self.floors, now)
        story.draw(view, self.story, self.mirror, cluster, now)
        layers.draw(view, self.mirror, now)
        belief.draw(view, self.mirror, now, quorum.differences(self.mirror), quorum.SAY)
        if clock.mode != "past":
            due.draw(view, self.mirror, now)
        self.stops.draw(view)
        self.rollouts.follow(cluster, self.story.root, self.story.spans)
        self.rollouts.draw(view, self.mirror)
        then.draw(view, getattr(clock, "then", None), _since(self.story, now))
        put(
            view,
            "now",
            "now-box",
            "now",
            {
                "now": f"{'then' if clock.mode == 'past' else 'now'} {_since(self.story, now)} s, rev {self.mirror.revision}",
                "mode": MODES.get(clock.mode, "") or f"{clock.speed:g}×",
            },
        )
        return {key: _same(self.view.get(key), item) for key, item in view.items()}

    def _say(self) -> str:
        """For those who hear the page: the newest step of somebody who decides or acts, else of who writes it down."""
        root, count = self.said
        new = list(self.story.numbers)[count if root == self.story.root else 0 :]
        self.said = (self.story.root, len(self.story.numbers))
        spans = [self.story.spans[each] for each in new if each in self.story.spans]
        acting = [span for span in spans if story.lane(story.actor(span)) != "API server"]
        if not spans:
            return ""
        span = (acting or spans)[-1]
        return f"{self.story.numbers[span.id]}. {sentences.plain(span.text, self.mirror.names)}"

    def _json(self, body: dict[str, Any], clock: Any, full: bool) -> str:
        head = {
            "t": "frame",
            "n": self.number,
            "full": full,
            "clock": {
                "now": round(clock.now, 6),
                "rev": self.mirror.revision,
                "speed": clock.speed,
                "mode": clock.mode,
                "reached": getattr(clock, "reached", None),
                "skipping": getattr(clock, "skipping", False),
            },
        }
        return json.dumps({**head, **body}, separators=(",", ":"), ensure_ascii=False)


def _since(told: story.Story, now: float) -> str:
    """Seconds since the act that is followed (before the first: since the scene opened), exact while they are few."""
    root = told.spans.get(told.root) if told.root is not None else None
    since = now - root.time if root is not None else now
    return f"{since:.3f}" if since < 10 and root is not None else str(int(since))


def _zoom(view: View) -> str:
    return zoom.level(sum(item.parent == "rooms" for item in view.values()))


def _same(old: Element | None, new: Element) -> Element:
    """The old element where nothing differs, so that views are compared by identity."""
    return old if old is not None and old == new else new
