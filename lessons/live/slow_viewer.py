"""A viewer that reads slower than frames come: it loses frames in between, never the others' time, and is told
everything anew once it has caught up. One that reads nothing for ten seconds is cut off.

`await send()` never waits in daphne: what a viewer has not read piles up in memory. How much, only the transport
knows, so the outermost layer (`WithTransport`) puts daphne's protocol into the scope. Where the server is another
(tests) the gauge reads None and nobody is slow.
"""

import socket
from collections.abc import Awaitable, Callable
from typing import Any

from lessons.hosting.limits import SLOW_VIEWER_BYTES, SLOW_VIEWER_SECONDS

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
TCP_NOTSENT_LOWAT = 25  # Linux; without it the kernel swallows 2.7 MB before the gauge moves


class WithTransport:
    """ASGI middleware, outermost: daphne's `send` is `partial(handle_reply, protocol)`."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        arguments = getattr(send, "args", ())
        protocol = arguments[0] if arguments else None
        await self.inner({**scope, "podium.transport": getattr(protocol, "transport", None)}, receive, send)


class Gauge:
    """How far behind one viewer is."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.stuck_since: float | None = None
        try:
            transport.socket.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 32 * 1024)
        except (AttributeError, OSError):
            pass

    def waiting(self) -> int | None:
        """Bytes given to the transport and not yet taken by the kernel; None if that cannot be known."""
        try:
            transport = self.transport
            return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)
        except (AttributeError, TypeError):
            return None

    def is_behind(self, now: float) -> bool:
        """Whether to skip this viewer for now."""
        waiting = self.waiting()
        if waiting is None or waiting <= SLOW_VIEWER_BYTES:
            self.stuck_since = None
            return False
        if self.stuck_since is None:
            self.stuck_since = now
        return True

    def is_lost(self, now: float) -> bool:
        """Whether it has been behind for too long."""
        return self.stuck_since is not None and now - self.stuck_since > SLOW_VIEWER_SECONDS

    def abort(self) -> None:
        """Cut the connection; a page that is still there comes back by itself."""
        if self.transport is not None:
            self.transport.abortConnection()
