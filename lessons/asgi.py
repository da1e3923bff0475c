"""The door for HTTP and websockets: Django answers pages, Channels the live sockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lessons.settings")
pages = get_asgi_application()  # loads the apps: before anything that imports models

from channels.routing import ProtocolTypeRouter  # noqa: E402

application = ProtocolTypeRouter({"http": pages})
