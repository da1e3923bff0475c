"""`python manage.py serve`: open the house with one command.

Migrates the database, collects the static files, says where to look, and serves pages and sockets with daphne in
this one process. Honours `HOST`, `PORT` and `PODIUM_DATA`.
"""

import logging
import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from lessons.hosting.limits import MESSAGE_BYTES

# Daphne drops what is longer without a word, in both directions: a full state must pass; what comes in and is longer
# than MESSAGE_BYTES is refused in words.
MAX_SOCKET_MESSAGE = 64 * MESSAGE_BYTES


class Command(BaseCommand):
    help = "Serve Podium: migrate, collect static files, and answer pages and websockets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False, clear=False)
        host, port = options["host"], options["port"]
        shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
        self.stdout.write(f"Podium is open at http://{shown}:{port}/  (Ctrl-C closes it; nothing is lost)")
        self.stdout.flush()
        from daphne.cli import CommandLineInterface

        import lessons.asgi  # noqa: F401  (sets Django up, logging included: the next line must come after it)

        logging.getLogger("daphne").setLevel(logging.WARNING)

        address = host or "0.0.0.0"
        CommandLineInterface().run(
            [
                *("-b", address, "-p", str(port)),
                *("--websocket-max-message-size", str(MAX_SOCKET_MESSAGE)),
                *("--application-close-timeout", "5", "-v", "0"),
                "lessons.asgi:application",
            ]
        )
