"""Sockets: who may open one, what comes down, what goes up."""

import asyncio
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from lessons import hosting
from lessons.asgi import application, sockets
from lessons.classroom import codes
from lessons.live.slow_viewer import Gauge
from lessons.visitors import Visitor, signed
from lessons.visitors.identity import COOKIE
from tests.pages.conftest import SCENE

PATIENCE = 20


def on_a_loop(test: Callable[..., Any]) -> Callable[..., None]:
    """Run an async test on an event loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **options: Any) -> None:
        asyncio.run(test(*args, **options))

    return run


def socket(
    path: str, visitor: Visitor | None = None, origin: str = "http://testserver", served_by: Any = application
) -> WebsocketCommunicator:
    headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
    if visitor is not None:
        headers.append((b"cookie", f"{COOKIE}={signed(visitor)}".encode()))
    return WebsocketCommunicator(served_by, path, headers)


async def enter(path: str, visitor: Visitor | None = None) -> WebsocketCommunicator:
    communicator = socket(path, visitor)
    connected, _ = await communicator.connect(timeout=PATIENCE)
    assert connected
    return communicator


async def hear(communicator: WebsocketCommunicator, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next message of that sort; others are passed over."""
    while True:
        message = json.loads(await communicator.receive_from(timeout=PATIENCE))
        if wanted(message):
            return message


def a(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message["t"] == kind


async def open_for(visitor: Visitor) -> str:
    return await hosting.open(visitor, "play", SCENE)


async def a_pod(cluster_id: str) -> str:
    return await hosting.ask(cluster_id, lambda hosted: hosted.cluster.objects("pods")[0]["metadata"]["name"])


@on_a_loop
async def test_the_first_thing_a_viewer_gets_is_the_full_state(house: Any, ada: Visitor) -> None:
    viewer = await enter(f"/ws/clusters/{await open_for(ada)}/", ada)
    first = json.loads(await viewer.receive_from(timeout=PATIENCE))
    assert (first["t"], first["full"]) == ("frame", True)
    await viewer.disconnect()


@on_a_loop
async def test_a_kill_is_acknowledged_and_everybody_sees_what_follows(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    code = await sync_to_async(codes.code_of)(cluster_id)
    presenter = await enter(f"/ws/clusters/{cluster_id}/", ada)
    follower = await enter(f"/ws/watch/{code}/")
    for viewer in (presenter, follower):
        await hear(viewer, lambda message: message.get("full", False))
    await presenter.send_to(json.dumps({"op": "kill", "id": "c-1", "name": await a_pod(cluster_id), "headers": {}}))
    ack = await hear(presenter, a("ack"))
    assert (ack["id"], ack["ok"]) == ("c-1", True)
    for viewer in (presenter, follower):
        frame = await hear(viewer, lambda message: message["t"] == "frame" and not message["full"] and "set" in message)
        assert frame["set"]
        await viewer.disconnect()


@on_a_loop
async def test_all_viewers_get_the_very_same_frame(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    viewers = [await enter(f"/ws/clusters/{cluster_id}/", ada) for _ in range(3)]
    fulls = [await hear(viewer, lambda message: message.get("full", False)) for viewer in viewers]
    newest = max(full["n"] for full in fulls)
    await hosting.command(cluster_id, hosting.Actor(ada.id), {"op": "kill", "name": await a_pod(cluster_id)})
    told = await hear(viewers[0], lambda message: message.get("n", 0) > newest and "msgs" in message)
    for viewer in viewers[1:]:
        assert await hear(viewer, lambda message: message.get("n") == told["n"] and not message["full"]) == told
    for viewer in viewers:
        await viewer.disconnect()


@on_a_loop
async def test_the_presenter_hears_how_many_follow(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    code = await sync_to_async(codes.code_of)(cluster_id)
    presenter = await enter(f"/ws/clusters/{cluster_id}/", ada)
    followers = [await enter(f"/ws/watch/{code}/") for _ in range(2)]
    assert (await hear(presenter, lambda message: message.get("followers") == 2))["t"] == "presence"
    for follower in followers:
        await follower.disconnect()
    await hear(presenter, lambda message: message.get("followers") == 0)
    await presenter.disconnect()


@on_a_loop
async def test_a_follower_who_acts_is_told_why_not(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    follower = await enter(f"/ws/watch/{await sync_to_async(codes.code_of)(cluster_id)}/")
    await follower.send_to(json.dumps({"op": "pause", "id": "f-1"}))
    refused = await hear(follower, a("refused"))
    assert (refused["id"], refused["title"]) == ("f-1", "You are watching.")
    await follower.disconnect()


@on_a_loop
async def test_another_visitors_cluster_stays_closed(house: Any, ada: Visitor) -> None:
    stranger = await enter(f"/ws/clusters/{await open_for(ada)}/", Visitor("bob"))
    assert await stranger.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 4003}


@pytest.mark.parametrize("path", ["/ws/clusters/nobody/", "/ws/watch/ZZZZZZ/", "/ws/watch/0/"])
@on_a_loop
async def test_what_does_not_exist_tells_the_page_to_stay_away(house: Any, ada: Visitor, path: str) -> None:
    stranger = await enter(path, ada)
    output = await stranger.receive_output(timeout=PATIENCE)
    assert (output["type"], output["code"]) == ("websocket.close", 4004)


@on_a_loop
async def test_a_page_of_another_site_cannot_open_a_socket(house: Any, ada: Visitor) -> None:
    stranger = socket(f"/ws/clusters/{await open_for(ada)}/", ada, origin="http://elsewhere.example")
    connected, _ = await stranger.connect(timeout=PATIENCE)
    assert not connected


@pytest.mark.parametrize("message", [" ", "nonsense", "[1]", '{"op": 1}', '{"op": "kill"', '"' + "x" * 70_000 + '"'])
@on_a_loop
async def test_a_malformed_message_gets_words_and_everybody_goes_on(house: Any, ada: Visitor, message: str) -> None:
    cluster_id = await open_for(ada)
    viewer = await enter(f"/ws/clusters/{cluster_id}/", ada)
    await viewer.send_to(message)
    refused = await hear(viewer, a("refused"))
    assert refused["title"]
    assert refused["text"]
    await viewer.send_to(json.dumps({"op": "pause", "id": "still-here"}))
    assert (await hear(viewer, a("ack")))["id"] == "still-here"
    await viewer.disconnect()


@on_a_loop
async def test_bytes_get_words_too(house: Any, ada: Visitor) -> None:
    viewer = await enter(f"/ws/clusters/{await open_for(ada)}/", ada)
    await viewer.send_to(bytes_data=b"\x00\x01")
    assert (await hear(viewer, a("refused")))["title"]
    await viewer.disconnect()


class SlowTransport:
    """A transport whose reader has stopped reading."""

    offset = 0
    _tempDataLen = 0
    aborted = False

    def __init__(self, unread: int) -> None:
        self.dataBuffer = bytes(unread)

    def abortConnection(self) -> None:
        self.aborted = True


def with_transport(transport: Any) -> Any:
    """The sockets as if daphne's transport were this one."""

    async def served(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await sockets({**scope, "podium.transport": transport}, receive, send)

    return served


@on_a_loop
async def test_a_slow_viewer_loses_frames_and_is_told_everything_once_it_has_read(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    transport = SlowTransport(0)
    slow = socket(f"/ws/clusters/{cluster_id}/", ada, served_by=with_transport(transport))
    connected, _ = await slow.connect(timeout=PATIENCE)
    assert connected
    quick = await enter(f"/ws/clusters/{cluster_id}/", ada)
    for viewer in (slow, quick):
        await hear(viewer, lambda message: message.get("full", False))
    transport.dataBuffer = bytes(100_000)
    await hosting.command(cluster_id, hosting.Actor(ada.id), {"op": "kill", "name": await a_pod(cluster_id)})
    missed = await hear(quick, lambda message: message["t"] == "frame" and "set" in message)
    transport.dataBuffer = b""
    again = await hear(slow, lambda message: message["t"] == "frame" and message["n"] >= missed["n"])
    assert again["full"]
    for viewer in (slow, quick):
        await viewer.disconnect()


def test_a_viewer_who_reads_nothing_for_ten_seconds_is_cut_off() -> None:
    transport = SlowTransport(100_000)
    gauge = Gauge(transport)
    assert gauge.is_behind(now=0.0)
    assert not gauge.is_lost(now=9.0)
    assert gauge.is_behind(now=11.0)
    assert gauge.is_lost(now=11.0)
    transport.dataBuffer = b""
    assert not gauge.is_behind(now=12.0)
    assert not gauge.is_lost(now=99.0)
