"""The door for HTTP and websockets: Django answers pages, Channels the live sockets."""

import gc
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

# A full collection over a hundred clusters stops everything for half a second. Clusters free themselves when they are
# dropped, so full collections can be rare; what was imported by now is never looked at again.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 20, 1_000)
