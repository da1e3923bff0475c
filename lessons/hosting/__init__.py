"""Who runs which cluster: pacing, command log, recovery. For the other rooms, these functions are all there is.

    cluster_id = await hosting.open(visitor, "kill-a-pod", scene_text)
    context = await hosting.ask_shown(cluster_id, hosting.first_paint)
    outcome = await hosting.command(cluster_id, Actor(visitor.id), {"op": "kill", "name": "web-x2k7q"})

What is given to `ask` runs on the pacing thread, the only one that touches clusters: be quick there, and return
values that nobody changes. Views that are not async use `open_sync`, `ask_sync`, `command_sync`.

Read in this order: `pacing` (time), `hosted` (one cluster), `host` (the thread), `acting` (a command's way to the
disk), `recovery` (and back), `showing` (frames), `past` (looking back), `forking` (clusters that begin at a moment).
"""

import asyncio
import atexit
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lessons.hosting.clock import Clock
from lessons.hosting.outcome import Actor, Outcome

if TYPE_CHECKING:
    from cluster_sim import Response
    from lessons.hosting.calling import Request
    from lessons.hosting.host import Host
    from lessons.hosting.hosted import Hosted
    from lessons.hosting.past import Shown
    from lessons.hosting.showing import Watcher
    from lessons.visitors import Visitor

T = TypeVar("T")
PATIENCE = 60.0  # s a page waits for a cluster that is being loaded
START_SPEED = 1.0
_watchers: "list[Watcher]" = []  # rooms add theirs when the app is set up, before there is a host


@functools.cache
def house() -> "Host":
    """This process's host; started by its first job."""
    from lessons.hosting.host import Host

    made = Host()
    made.watchers = _watchers
    atexit.register(made.close)
    return made


def open_sync(visitor: "Visitor", lesson: str, scene: str, *, fresh: bool = False, speed: float = START_SPEED) -> str:
    """The visitor's own cluster of a lesson, played until it rests → its id; raises cluster_sim.SceneError."""
    return house().open(visitor, lesson, scene, fresh, speed).result(PATIENCE)


async def open(visitor: "Visitor", lesson: str, scene: str, *, fresh: bool = False, speed: float = START_SPEED) -> str:  # noqa: A001
    """As `open_sync`, off the event loop."""
    opening = house().open(visitor, lesson, scene, fresh, speed)
    return await asyncio.wait_for(asyncio.wrap_future(opening), PATIENCE)


def ask_sync(cluster_id: str, question: "Callable[[Hosted], T]") -> T:
    """What `question(hosted)` returns on the pacing thread; raises recovery.NoSuchCluster."""
    return house().ask(cluster_id, question).result(PATIENCE)


async def ask(cluster_id: str, question: "Callable[[Hosted], T]") -> T:
    """As `ask_sync`, off the event loop."""
    return await asyncio.wait_for(asyncio.wrap_future(house().ask(cluster_id, question)), PATIENCE)


def ask_shown_sync(cluster_id: str, question: "Callable[[Shown], T]") -> T:
    """What `question(shown)` returns about what the cluster's pages show: now, or a moment of its past."""
    return house().ask_shown(cluster_id, question).result(PATIENCE)


async def ask_shown(cluster_id: str, question: "Callable[[Shown], T]") -> T:
    """As `ask_shown_sync`, off the event loop."""
    return await asyncio.wait_for(asyncio.wrap_future(house().ask_shown(cluster_id, question)), PATIENCE)


def first_paint(shown: "Shown") -> dict[str, Any]:
    """The context of a page's stage; a question for `ask_shown`."""
    context: dict[str, Any] = shown.stage.page(shown.cluster, shown.clock)
    return context


def command_sync(cluster_id: str, actor: Actor, op: dict[str, Any]) -> Outcome:
    """Carry out a person's command: it is on the disk when this returns."""
    return house().command(cluster_id, actor, op).result(PATIENCE)


async def command(cluster_id: str, actor: Actor, op: dict[str, Any]) -> Outcome:
    """As `command_sync`, off the event loop."""
    return await asyncio.wait_for(asyncio.wrap_future(house().command(cluster_id, actor, op)), PATIENCE)


async def call(cluster_id: str, request: "Request") -> "Response":
    """An API request of a real client, and its answer when virtual time brings it (504 after 30 s)."""
    return await asyncio.wrap_future(house().call(cluster_id, request))


def clock(hosted: "Hosted") -> Clock:
    """The clock of a cluster, for a page; on the pacing thread."""
    return hosted.clock(house().now())


def tell(cluster_id: str, message: dict[str, Any]) -> None:
    """Send a message to everybody who looks at a cluster, if it is loaded."""
    host = house()

    def told() -> None:
        if cluster_id in host.clusters:
            host.clusters[cluster_id].showing.tell(message)

    host.post(told)


def at_change(watcher: "Watcher") -> None:
    """Call `watcher(hosted)` on the pacing thread when a watched cluster has changed, at most ten times a second;
    the texts it returns go to everybody who looks at that cluster."""
    _watchers.append(watcher)


__all__ = ["Actor", "Clock", "Outcome", "ask", "ask_shown", "ask_shown_sync", "ask_sync", "at_change", "call", "clock",
           "command", "command_sync", "first_paint", "house", "open", "open_sync", "tell"]
