"""The house, served by daphne in a process of its own, with a database of its own, on a free port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from lessons.management.commands.serve import MAX_SOCKET_MESSAGE

ROOT = Path(__file__).resolve().parents[2]
LISTENING = re.compile(rb"Listening on TCP address 127\.0\.0\.1:(\d+)")


class Server:
    """`url` answers once this is made. `restart` and `kill` are for tests of what people see when it goes away."""

    def __init__(self, data: Path, port: int = 0, collected: bool = False) -> None:
        self.data = data
        self.log = data / "server.log"
        self.environment = {**os.environ, "PODIUM_DATA": str(data), "DJANGO_SETTINGS_MODULE": "lessons.settings",
                            "PYTHONUNBUFFERED": "1"}
        manage = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
        subprocess.run(manage, cwd=ROOT, env=self.environment, check=True)
        if collected:  # static files as `manage.py serve` has them: compressed, named by their content
            subprocess.run([*manage[:2], "collectstatic", "--no-input", "-v", "0"], cwd=ROOT, env=self.environment, check=True)
        self._start(port)

    def _start(self, port: int) -> None:
        command = [sys.executable, "-m", "daphne", "-e", f"tcp:port={port}:interface=127.0.0.1",
                   "--websocket-max-message-size", str(MAX_SOCKET_MESSAGE), "lessons.asgi:application"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        while not (found := LISTENING.search(self.log.read_bytes())):
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"the server ended: {self.log.read_text()}")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As if the power failed."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Kill it and start it again, at the same address and over the same data."""
        self.kill()
        self._start(self.port)

    def close(self) -> None:
        """End it in good order."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
