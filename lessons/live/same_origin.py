"""Only this house's own pages may open a socket here: a browser sends the page's origin, and it must be this host.

Channels' own validators compare with a fixed list of hosts; a classroom's address is not known beforehand.
"""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier

from lessons.live.slow_viewer import Application, Scope


class SameOrigin:
    """Refuses a handshake from another site's page. Programs that send no Origin have no visitor's cookie to steal."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        origin, host = headers.get(b"origin", b"").decode("latin1"), headers.get(b"host", b"").decode("latin1")
        if origin and urlsplit(origin).netloc.lower() != host.lower():
            await WebsocketDenier()(scope, receive, send)
            return
        await self.inner(scope, receive, send)
