"""Looking back: a moment of the past is shown to everybody who looks at a cluster, while the cluster goes on.

Each cluster has at most one such moment: its presenter's. The cluster of that moment is made by replay, drawn and read
on one thread of its own (`Host.look_back`), never on the pacing thread; here, on the pacing thread, stands only what
was made there. Who drags is answered with the latest moment asked for, the ones between are left out.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from cluster_sim import Cluster
from lessons.hosting import limits
from lessons.hosting.clock import Clock
from lessons.hosting.commands import WATCHING, command_id
from lessons.hosting.fan_out import deliver
from lessons.hosting.hosted import Answer, Base, Hosted
from lessons.hosting.outcome import Actor, Outcome, Refused
from lessons.hosting.replaying import moment, replay, thinned
from lessons.stage.then import Then

if TYPE_CHECKING:
    from lessons.hosting.host import Host

logger = logging.getLogger(__name__)
T = TypeVar("T")
THERE = Refused("You look at the past.", "What has happened stays as it is. Return to now, or fork: a cluster of your "
                "own that begins at this moment.")
NO_MOMENT = Refused("That is no moment.", "It needs a time in microseconds since the scene opened.")
LOST = Refused("That moment cannot be shown.", "The cluster itself goes on as it is. Choose another moment.")
CROWDED = {"t": "refused", "id": None, "title": "You are back at now.",
           "text": "Many look back at the moment, and you had looked the longest. The timeline still has it all."}


@dataclass(eq=False)
class Past:
    """What is shown in place of now. `stage` and `cluster` belong to the thread that looks back."""

    stage: Any
    stops: str
    begun: float  # wall second of the last look
    cluster: Cluster | None = None
    clock: Clock | None = None
    wanted: int | None = None
    busy: bool = False
    askers: list[tuple[str | None, Answer]] = field(default_factory=list)
    bases: list[Base] = field(default_factory=list)
    alone_since: float | None = None  # wall second since when no presenter's page looks
    told: int = -1  # the virtual second of now that its viewers were told last
    filling: bool = False  # the full state for who joins is being made

    @property
    def shown(self) -> bool:
        return self.cluster is not None


@dataclass(frozen=True, slots=True)
class View:
    """A moment, drawn: what goes to those who look on, and what is kept for who comes later."""

    cluster: Cluster
    clock: Clock
    text: str | None
    full: bool
    left: tuple[Base, ...]


def look(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """Show the moment `at` (virtual µs); at now or later: now. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    at = op.get("at")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e18:
        raise NO_MOMENT
    number = command_id(op)
    if at >= hosted.cluster.position.at:
        back(host, hosted)
        answer(Outcome(True, number))
        return
    wall = host.now()
    if hosted.past is None:
        stops = hosted.stage.moments(hosted.cluster, hosted.clock(wall))
        hosted.past = Past(hosted.stage.beside(), stops, wall)
        _make_room(host, hosted)
    past = hosted.past
    past.begun, past.wanted = wall, int(at)
    past.askers.append((number, answer))
    if not past.busy:
        _work(host, hosted, past)


def back(host: "Host", hosted: Hosted) -> None:
    """Everybody sees now again."""
    past, hosted.past = hosted.past, None
    if past is not None:
        for number, answer in past.askers:
            answer(Outcome(True, number))
        hosted.showing.joining.update(hosted.showing.viewers)
        hosted.showing.at_once(host.now())


def leave(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """The presenter returns. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    back(host, hosted)
    answer(Outcome(True, command_id(op)))


def keep(host: "Host", hosted: Hosted) -> None:
    """Once a second: a moment that nobody presents is not shown for long. A page that is loaded again comes back."""
    past, wall = hosted.past, host.now()
    if past is None:
        return
    everyone = (*hosted.showing.viewers, *hosted.showing.joining)
    if any(viewer.role == "owner" for viewer in everyone):
        past.alone_since = None
    elif past.alone_since is None:
        past.alone_since = wall
    elif wall - past.alone_since > limits.PAST_ALONE:
        back(host, hosted)


def show(host: "Host", hosted: Hosted, past: Past) -> None:
    """In place of a frame: how far now has come, and the full state for who has joined. Pacing thread."""
    showing = hosted.showing
    second = int(hosted.cluster.now)
    if second != past.told and past.clock is not None:
        past.told = second
        showing.tell({"t": "present", "now": round(hosted.cluster.now, 3), "then": past.clock.now})
    if showing.joining and not past.filling and not past.busy:
        past.filling = True
        cluster, clock = past.cluster, past.clock
        making = host.look_back(lambda: str(past.stage.full(cluster, clock)))
        making.add_done_callback(lambda made: host.post(lambda: _filled(host, hosted, past, made)))


def _filled(host: "Host", hosted: Hosted, past: Past, made: "Future[str]") -> None:
    past.filling = False
    showing = hosted.showing
    if hosted.past is past and made.exception() is None:
        deliver(showing.joining, made.result(), full=True)
        showing.viewers.update(showing.joining)
        showing.joining = {}
        past.told = -1
    if past.wanted is not None and not past.busy:
        _work(host, hosted, past)


def _work(host: "Host", hosted: Hosted, past: Past) -> None:
    """Make the moment that is wanted now."""
    at, past.wanted, past.busy = past.wanted, None, True
    askers, past.askers = past.askers, []
    head, records, bases = hosted.head, list(hosted.records), [*hosted.bases, *past.bases]
    now, speed, followers, first = hosted.cluster.now, hosted.pace.speed, hosted.showing.followers, not past.shown

    def job() -> View:
        left: list[Base] = []
        cluster = replay(head, records, bases, moment(at or 0), left)
        then = Then(cluster.position.at, max(0.0, now - cluster.now), past.stops)
        clock = Clock(cluster.now, cluster.position, speed, "past", {}, followers, then=then)
        text = past.stage.frame(cluster, clock)
        if first or (text is not None and len(text) > limits.FRAME_BYTES):
            return View(cluster, clock, past.stage.full(cluster, clock), True, tuple(left))
        return View(cluster, clock, text, False, tuple(left))

    making = host.look_back(job)
    making.add_done_callback(lambda made: host.post(lambda: _made(host, hosted, past, made, askers)))


def _made(host: "Host", hosted: Hosted, past: Past, made: "Future[View]",
          askers: list[tuple[str | None, Answer]]) -> None:
    past.busy = False
    error = made.exception()
    if error is not None:
        logger.error("A moment of cluster %s cannot be shown", hosted.id, exc_info=error)
        back(host, hosted)
    for number, answer in askers:
        answer(Outcome(True, number) if error is None else LOST.outcome(number))
    if hosted.past is not past or error is not None:
        return
    view = made.result()
    past.cluster, past.clock = view.cluster, view.clock
    if view.left:
        past.bases = thinned([*past.bases, *view.left])
    if view.text is not None:
        deliver(hosted.showing.viewers, view.text, full=view.full)
    past.told = -1
    hosted.showing.changed()
    if past.wanted is not None:
        _work(host, hosted, past)


def _make_room(host: "Host", newest: Hosted) -> None:
    """So many clusters may be looked back at; who has looked the longest returns."""
    looking = [each for each in host.clusters.values() if each.past is not None and each is not newest]
    while len(looking) >= limits.PASTS:
        oldest = min(looking, key=lambda each: each.past.begun)
        looking.remove(oldest)
        oldest.showing.tell(CROWDED)
        back(host, oldest)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages of a cluster show: now, or a moment of its past. For functions given to `hosting.ask_shown`."""

    cluster: Any
    stage: Any
    clock: Clock
    visitor: str
    is_past: bool
    lesson: str


def ask(host: "Host", hosted: Hosted, question: Callable[[Shown], T], answer: "Future[T]") -> None:
    """Answer `question` on the thread that owns what is shown. Pacing thread."""
    past = hosted.past
    if past is None or not past.shown or past.clock is None:
        _settle(answer, lambda: question(Shown(hosted.cluster, hosted.stage, hosted.clock(host.now()), hosted.visitor,
                                               False, hosted.lesson)))
        return
    shown = Shown(past.cluster, past.stage, past.clock, hosted.visitor, True, hosted.lesson)
    host.look_back(lambda: _settle(answer, lambda: question(shown)))


def _settle(answer: "Future[T]", work: Callable[[], T]) -> None:
    try:
        result = work()
    except BaseException as error:
        answer.set_exception(error)
    else:
        answer.set_result(result)
