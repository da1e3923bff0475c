"""The server's process is killed, as by a power cut, and started again over the same disk."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import Server
from tests.pages.socket_client import SocketClient

PLAY = "/lessons/kill-a-pod/"


class Visit:
    """A visitor's browser, without the browser."""

    def __init__(self, server: Server) -> None:
        self.server = server
        with urllib.request.urlopen(server.url + PLAY) as answer:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
            self.cluster = re.search(r'data-cluster="([^"]+)"', answer.read().decode())[1]

    def connect(self) -> tuple[SocketClient, dict[str, Any]]:
        """A socket, and the full state it begins with."""
        socket = SocketClient(self.server.url, f"/ws/clusters/{self.cluster}/", self.cookie)
        return socket, socket.hear(t="frame", full=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.close()


def pods(full: dict[str, Any]) -> dict[str, str]:
    """Name → status of every pod in a full frame."""
    found = {}
    for _, _, html, *_ in full["add"]:
        for tag in re.findall(r"<[^>]*data-pod=[^>]*>", html):
            status = re.search(r'data-status="([^"]*)"', tag)
            if status:
                found[re.search(r'data-pod="([^"]+)"', tag)[1]] = status[1]
    return found


def test_a_killed_server_goes_on_exactly_where_it_was(server: Server) -> None:
    visit = Visit(server)
    socket, full = visit.connect()
    victim = next(name for name in pods(full) if name.startswith("web-"))
    socket.do(op="pause", id="1")
    socket.do(op="kill", id="2", name=victim)
    for step in range(4):
        socket.do(op="step", id=f"step-{step}")
    socket.close()
    again, before = visit.connect()
    again.close()
    server.restart()
    socket, after = visit.connect()
    assert after["clock"] == before["clock"]
    assert pods(after) == pods(before)
    assert pods(after)[victim] == "Terminating"
    socket.do(op="speed", id="3", value=100)
    socket.do(op="play", id="4")
    while victim in pods(visit.connect()[1]):
        socket.hear(t="frame")
    socket.close()


def test_what_was_acknowledged_a_moment_before_the_kill_is_done(server: Server) -> None:
    visit = Visit(server)
    socket, full = visit.connect()
    victim = next(name for name in pods(full) if name.startswith("web-"))
    socket.do(op="speed", id="1", value=1)
    socket.do(op="kill", id="2", name=victim)
    server.restart()
    socket, after = visit.connect()
    assert after["clock"]["now"] >= full["clock"]["now"] - 1
    while pods(visit.connect()[1]).get(victim, "") not in ("", "Terminating"):
        socket.hear(t="frame")
    socket.say(op="kill", id="2", name=victim)
    assert socket.hear(id="2")["t"] in ("ack", "refused")
    socket.close()
