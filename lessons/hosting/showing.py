"""Who looks at one cluster, and when they get a frame: one text per tick, made once, sent to all.

A frame goes out at once after quiet, or as soon as the API server has answered a person's act; then at most ten a
second. Who joins, or could not keep up, gets the full state in place of a frame. Runs on the pacing thread; `deliver`
hands the text to the event loop of each viewer, in order.
"""

import itertools
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from lessons.hosting import limits
from lessons.hosting.fan_out import Viewer, deliver

if TYPE_CHECKING:
    from lessons.hosting.hosted import Hosted

# Called on the pacing thread when a watched cluster has changed, at most ten times a second; → messages for its
# audience.
Watcher = Callable[["Hosted"], Iterable[str] | None]
TOLD = 50  # in line who hear each time that somebody was let in


class Full(Exception):
    """So many watch, and so many wait, that nobody else can be let in now."""


class Showing:
    """The audience of one cluster."""

    def __init__(self) -> None:
        self.viewers: dict[Viewer, None] = {}
        self.joining: dict[Viewer, None] = {}
        self.line: dict[Viewer, None] = {}  # followers for whom there is no place yet, in the order they came
        self.dirty = False
        self.due = 0.0  # no frame before this wall second
        self.last = 0.0
        self.told_followers = 0

    @property
    def watched(self) -> bool:
        return bool(self.viewers or self.joining)

    @property
    def followers(self) -> int:
        """How many watch who are not the presenter."""
        everyone = {**self.viewers, **self.joining}
        return sum(1 for viewer in everyone if viewer.role == "follower")

    def join(self, viewer: Viewer) -> None:
        """Full state at the next tick, frames from then on. Also for a viewer who lost some. A follower too many stands
        in line, is told so, and comes in when somebody leaves. Raises Full when the line is too long as well."""
        if viewer.role == "follower" and viewer not in self.viewers and self.followers >= limits.FOLLOWERS:
            if len(self.line) >= limits.LINE:
                raise Full
            self.line[viewer] = None
            self._tell_place(viewer, len(self.line))
        else:
            self.joining[viewer] = None

    def leave(self, viewer: Viewer) -> None:
        """Gone, from wherever it stood."""
        had_place = viewer in self.viewers or viewer in self.joining
        self.viewers.pop(viewer, None)
        self.joining.pop(viewer, None)
        if viewer in self.line or (had_place and self.line):
            self.line.pop(viewer, None)
            self._let_in()

    def _let_in(self) -> None:
        """The next in line, as many as there are places; the first of the others hear how far they have come."""
        while self.line and self.followers < limits.FOLLOWERS:
            first = next(iter(self.line))
            del self.line[first]
            self.joining[first] = None
        for place, viewer in enumerate(itertools.islice(self.line, TOLD), 1):
            self._tell_place(viewer, place)

    def _tell_place(self, viewer: Viewer, place: int) -> None:
        deliver((viewer,), json.dumps({"t": "full", "place": place}))

    @property
    def everyone(self) -> list[Viewer]:
        """All sockets, whether they see it yet or not."""
        return [*self.viewers, *(each for each in self.joining if each not in self.viewers), *self.line]

    def changed(self) -> None:
        """Something may look different."""
        self.dirty = True

    def at_once(self, wall: float) -> None:
        """A frame now, whenever the last one was."""
        self.dirty, self.due = True, wall

    def acted(self, wall: float, slow: bool) -> None:
        """A person has acted: a frame now if messages fly slowly, else with the answer or shortly."""
        self.dirty, self.due = True, wall if slow else wall + limits.ANSWER_WAIT

    def answered(self, wall: float) -> None:
        self.due = min(self.due, max(wall, self.last + limits.ANSWER_WAIT))

    def tell(self, message: dict[str, Any]) -> None:
        """A message to everybody who looks or waits to, now."""
        deliver(self.everyone, json.dumps(message))

    def wake_at(self, writing: int) -> float | None:
        """When there is something to send; None: nothing. What is not yet on the disk is not shown."""
        if writing or not self.watched:
            return None
        return self.due if self.dirty or self.joining or self.told_followers != self.followers else None

    def show(self, hosted: "Hosted", wall: float, watchers: Iterable[Watcher],
             otherwise: Callable[["Hosted"], bool] = lambda hosted: False) -> None:
        """Send what is due; frames and full states only if `otherwise` does not say that it showed something else."""
        waking = self.wake_at(hosted.writing)
        if waking is None or wall < waking:
            return
        if not otherwise(hosted):
            self._show_now(hosted, wall)
        if self.dirty:
            for watcher in watchers:
                for text in watcher(hosted) or ():
                    deliver(self.viewers, text)
        followers = self.followers
        if followers != self.told_followers:
            self.told_followers = followers
            deliver(self.viewers, json.dumps({"t": "presence", "followers": followers}))
        self.dirty = False
        self.last, self.due = wall, wall + limits.FRAME_INTERVAL

    def _show_now(self, hosted: "Hosted", wall: float) -> None:
        clock = hosted.clock(wall)
        if self.viewers and self.dirty:
            frame = hosted.stage.frame(hosted.cluster, clock)
            if frame is not None and len(frame) <= limits.FRAME_BYTES:
                deliver(self.viewers, frame)
            elif frame is not None:
                self.joining.update(self.viewers)
        if self.joining:
            deliver(self.joining, hosted.stage.full(hosted.cluster, clock), full=True)
            self.viewers.update(self.joining)
            self.joining = {}
