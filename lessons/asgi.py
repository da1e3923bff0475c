"""The door for HTTP and websockets: Django answers pages, Channels the live sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lessons.settings")
pages = get_asgi_application()  # loads the apps: before anything that imports models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402

from lessons.live.routing import urlpatterns  # noqa: E402
from lessons.live.same_origin import SameOrigin  # noqa: E402
from lessons.live.slow_viewer import WithTransport  # noqa: E402

sockets = SameOrigin(CookieMiddleware(URLRouter(urlpatterns)))
application = WithTransport(ProtocolTypeRouter({"http": pages, "websocket": sockets}))
