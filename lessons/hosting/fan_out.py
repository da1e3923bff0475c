"""From the pacing thread to many sockets: one text, one hop to the event loop, one `send` each.

Measured for 1,000 sockets at ten frames a second: a channel layer's `group_send` needs 5.6 s for a frame, a loop
that awaits each consumer's `send` 43 ms. So every loop has one task that takes texts in order and sends them.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

PUT_AWAY = 4004  # close code: the cluster is not here any more; a page that hears it stays away
logger = logging.getLogger(__name__)


class Viewer(Protocol):
    """A socket's consumer, as the host sees it."""

    role: Literal["owner", "follower"]
    loop: asyncio.AbstractEventLoop

    async def show(self, text: str, full: bool) -> None:
        """On its event loop: send the text, or skip it. Never waits for the network."""

    async def dismiss(self, code: int) -> None:
        """On its event loop: close the socket with this code."""


@dataclass(frozen=True, slots=True)
class Delivery:
    viewers: tuple[Viewer, ...]
    text: str
    full: bool
    code: int | None = None  # the socket's end


_queues: dict[asyncio.AbstractEventLoop, tuple["asyncio.Queue[Delivery]", "asyncio.Task[None]"]] = {}


def deliver(viewers: Iterable[Viewer], text: str, full: bool = False) -> None:
    """Send `text` to all of them, after everything delivered before. From any thread."""
    _post(viewers, text, full, None)


def dismiss(viewers: Iterable[Viewer], code: int) -> None:
    """Close their sockets, after everything delivered before. From any thread."""
    _post(viewers, "", False, code)


def _post(viewers: Iterable[Viewer], text: str, full: bool, code: int | None) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Viewer]] = {}
    for viewer in viewers:
        by_loop.setdefault(viewer.loop, []).append(viewer)
    for loop, group in by_loop.items():
        try:
            loop.call_soon_threadsafe(_enqueue, loop, Delivery(tuple(group), text, full, code))
        except RuntimeError:  # the loop is closed: so are its sockets
            logger.debug("viewers of a closed event loop")


def _enqueue(loop: asyncio.AbstractEventLoop, delivery: Delivery) -> None:
    if loop not in _queues or _queues[loop][1].done():
        for closed in [other for other in _queues if other.is_closed()]:
            del _queues[closed]
        queue: asyncio.Queue[Delivery] = asyncio.Queue()
        _queues[loop] = (queue, loop.create_task(_send_all(queue)))
    _queues[loop][0].put_nowait(delivery)


async def _send_all(queue: "asyncio.Queue[Delivery]") -> None:
    while True:
        delivery = await queue.get()
        for viewer in delivery.viewers:
            try:
                if delivery.code is None:
                    await viewer.show(delivery.text, delivery.full)
                else:
                    await viewer.dismiss(delivery.code)
            except Exception:  # one broken socket is not the others' trouble
                logger.debug("a viewer could not be shown a frame", exc_info=True)
