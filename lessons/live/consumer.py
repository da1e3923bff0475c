"""One viewer's socket. Commands go to the host, frames come from it; nothing is decided and nothing slow is done here.

`/ws/clusters/<id>/` is the presenter's own cluster, known by the visitor's cookie. `/ws/watch/<code>/` follows by a
join code: watching only. Close codes of 4000 and above tell the page to stay away; any other lets it come back.
"""

import asyncio
import json
import logging
from typing import Any, Literal

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from lessons import hosting
from lessons.classroom import codes
from lessons.hosting.hosted import Hosted
from lessons.hosting.outcome import Actor, Outcome, Refused
from lessons.hosting.recovery import NoSuchCluster
from lessons.hosting.showing import Full
from lessons.live import messages
from lessons.live.slow_viewer import Gauge
from lessons.visitors import from_cookies

logger = logging.getLogger(__name__)
NOT_YOURS, NO_SUCH, COME_AGAIN = 4003, 4004, 1013
CATCH_UP_EVERY = 0.5  # s between looks whether a viewer that was skipped has read on
TOO_LONG_WAITING = Refused("That takes too long.", "The cluster is busy. Wait a moment and look whether it was done.")


class NotYours(Exception):
    """The cluster belongs to another visitor."""


class ClusterConsumer(AsyncWebsocketConsumer):
    """A presenter's or a follower's socket."""

    role: Literal["owner", "follower"] = "owner"
    cluster_id = ""

    async def connect(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.gauge = Gauge(self.scope.get("podium.transport"))
        self.stale = False
        self.catching_up: asyncio.TimerHandle | None = None
        visitor = from_cookies(self.scope.get("cookies", {}))
        self.visitor = visitor.id if visitor else f"socket-{id(self)}"
        await self.accept()
        try:
            await self._enter(self.scope["url_route"]["kwargs"])
        except NotYours:
            await self.close(NOT_YOURS)
        except NoSuchCluster:
            await self.close(NO_SUCH)
        except Full:
            await self.close(COME_AGAIN)
        except Exception:
            logger.exception("Cluster %s could not be shown", self.cluster_id)
            await self.close(1011)

    async def _enter(self, route: dict[str, str]) -> None:
        if "code" in route:
            self.role = "follower"
            looked_up = hosting.house().load_job(lambda: codes.cluster_of(route["code"]))
            cluster_id = await asyncio.wrap_future(looked_up)
            if cluster_id is None:
                raise NoSuchCluster(route["code"])
        else:
            cluster_id = route["cluster"]

        def join(hosted: Hosted) -> None:
            if self.role == "owner" and hosted.visitor != self.visitor:
                raise NotYours
            hosted.showing.join(self)

        await hosting.ask(cluster_id, join)
        self.cluster_id = cluster_id

    async def disconnect(self, code: int) -> None:
        if self.catching_up is not None:
            self.catching_up.cancel()
        if self.cluster_id:
            hosting.house().leave(self.cluster_id, self)
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            op = messages.parse(text_data, bytes_data)
        except Refused as refused:
            await self._say(refused.outcome(None))
            return
        if self.cluster_id:
            actor = Actor(self.visitor, "presenter" if self.role == "owner" else "follower")
            asked = hosting.house().act(self.cluster_id, actor, op, self._answer)
            asked.add_done_callback(lambda done: self._failed(done, op))

    def _answer(self, outcome: Outcome) -> None:
        """From any thread: tell this viewer what became of their command."""
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self._say(outcome)))

    def _failed(self, asked: Any, op: dict[str, Any]) -> None:
        if asked.exception() is not None:
            self._answer(TOO_LONG_WAITING.outcome(str(op.get("id"))))

    async def _say(self, outcome: Outcome) -> None:
        await self.send(text_data=json.dumps(outcome.message()))

    # What the host calls, through fan_out

    async def show(self, text: str, full: bool) -> None:
        """A frame, or the full state; skipped while this viewer has not read the last ones."""
        if self.gauge.is_behind(self.loop.time()):
            self._fall_behind()
            return
        if self.stale and not full:
            return
        self.stale = False
        await self.send(text_data=text)

    async def dismiss(self, code: int) -> None:
        """The host lets go of the cluster, or sends its followers to another."""
        self.cluster_id = ""
        await self.close(code)

    def _fall_behind(self) -> None:
        self.stale = True
        if self.catching_up is None:
            self.catching_up = self.loop.call_later(CATCH_UP_EVERY, self._catch_up)

    def _catch_up(self) -> None:
        self.catching_up = None
        now = self.loop.time()
        if self.gauge.is_lost(now):
            self.gauge.abort()
        elif self.gauge.is_behind(now):
            self._fall_behind()
        else:
            hosting.house().ask(self.cluster_id, lambda hosted: hosted.showing.join(self), looking=False)
