"""Clusters that are let go, what is kept of them, and the way back; starting over with a class behind one."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from lessons import hosting
from lessons.classroom import codes
from lessons.classroom.models import JoinCode
from lessons.hosting import limits, put_away
from lessons.hosting.models import ClusterSnapshot, HostedCluster, KeptMoment
from lessons.visitors import Visitor
from tests.pages.conftest import SCENE
from tests.pages.play import act, hash_at, pods
from tests.pages.test_live import PATIENCE, a, enter, hear, on_a_loop, open_for

Browsers = Callable[[Visitor], Client]


def acted_on(cluster_id: str, visitor: Visitor) -> str:
    """A cluster with a story; → its hash, where it stands paused."""
    act(cluster_id, visitor, op="pause")
    assert act(cluster_id, visitor, op="kill", name=pods(cluster_id)[0]).ok
    hosting.ask_sync(cluster_id, lambda hosted: hosted.cluster.advance(20))
    act(cluster_id, visitor, op="pause")  # the disk knows where it stands
    return hash_at(cluster_id)[1]


def test_what_is_put_away_begins_again_exactly_where_it_stood(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    digest, browser = acted_on(opened, ada), browser_of(ada)
    hosting.house().let_go([opened] if put_away.put_away(opened) else [])
    assert not HostedCluster.objects.filter(pk=opened).exists()
    page = browser.get(f"/clusters/{opened}/")
    assert page.status_code == 410
    assert "1 command, up to" in page.content.decode()
    address = browser.get(f"/m/{opened}/").headers["Location"]
    assert hash_at(address.split("/")[2])[1] == digest


def test_somebody_elses_put_away_cluster_is_not_here(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    put_away.put_away(opened)
    for address in (f"/clusters/{opened}/", f"/m/{opened}/"):
        assert browser_of(Visitor("bob")).get(address).status_code == 404


def test_who_opens_too_many_loses_the_one_not_looked_at_for_longest(
    opened: str, ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CLUSTERS_PER_PERSON", 2)
    others = [hosting.open_sync(ada, f"play:{each}", SCENE) for each in "ab"]
    assert set(HostedCluster.objects.values_list("pk", flat=True)) == set(others)
    assert KeptMoment.objects.get().pk == opened


def test_what_nobody_looked_at_for_a_month_goes_unless_it_is_loaded(opened: str, ada: Visitor) -> None:
    other = hosting.open_sync(ada, "play:b", SCENE)
    HostedCluster.objects.update(seen_at=timezone.now() - timedelta(days=limits.CLUSTER_DAYS + 1))
    assert put_away.idle(loaded=[other]) == [opened]
    assert ClusterSnapshot.objects.filter(cluster_id=opened).count() == 0


def test_a_log_too_long_to_be_kept_goes_too(opened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOMENT_BYTES", 10)
    assert put_away.put_away(opened)
    assert not KeptMoment.objects.exists()


def test_the_page_that_opens_a_new_one_says_what_was_kept(ada: Visitor, browser_of: Browsers, house: Any) -> None:
    browser = browser_of(ada)
    browser.get("/play/?scene=c-empty")
    first = HostedCluster.objects.get().pk
    house().let_go([first] if put_away.put_away(first) else [])
    page = browser.get("/play/?scene=c-empty").content.decode()
    assert "Your last cluster here was put away." in page
    assert f'href="/m/{first}/"' in page


@on_a_loop
async def test_who_looks_at_what_is_put_away_is_told_to_stay_away(house: Any, ada: Visitor) -> None:
    cluster_id = await open_for(ada)
    viewer = await enter(f"/ws/clusters/{cluster_id}/", ada)
    await hear(viewer, lambda message: message.get("full", False))
    await sync_to_async(put_away.put_away)(cluster_id)
    house().let_go([cluster_id])
    while (output := await viewer.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
        pass
    assert output["code"] == 4004


@on_a_loop
async def test_a_follower_too_many_stands_in_line_and_comes_in_when_somebody_leaves(
    house: Any, ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FOLLOWERS", 1)
    monkeypatch.setattr(limits, "LINE", 2)
    cluster_id = await open_for(ada)
    path = f"/ws/watch/{await sync_to_async(codes.code_of)(cluster_id)}/"
    first = await enter(path)
    await hear(first, lambda message: message.get("full", False))
    second = await enter(path)
    assert await hear(second, a("full")) == {"t": "full", "place": 1}
    third = await enter(path)  # a place in line is taken after the socket is accepted, so not before the second has its own
    assert await hear(third, a("full")) == {"t": "full", "place": 2}
    fourth = await enter(path)
    assert await fourth.receive_output(timeout=PATIENCE) == {"type": "websocket.close", "code": 1013}  # it tries again
    presenter = await enter(f"/ws/clusters/{cluster_id}/", ada)  # the presenter always has a place
    await hear(presenter, lambda message: message.get("full") is True)
    await first.disconnect()
    assert (await hear(second, lambda message: message.get("full") is True))["t"] == "frame"
    assert await hear(third, a("full")) == {"t": "full", "place": 1}
    for viewer in (presenter, second, third):
        await viewer.disconnect()


@on_a_loop
async def test_who_starts_over_takes_the_class_along(house: Any, ada: Visitor, browser_of: Browsers) -> None:
    browser = browser_of(ada)
    await asyncio.to_thread(browser.get, "/lessons/kill-a-pod/")
    old = await JoinCode.objects.aget()
    follower = await enter(f"/ws/watch/{old.code}/")
    full = await hear(follower, lambda message: message.get("full") is True)
    assert full["cluster"] == old.cluster_id
    await asyncio.to_thread(browser.post, "/lessons/kill-a-pod/again/")
    moved = await hear(follower, a("moved"))
    assert moved["cluster"] != old.cluster_id
    assert (await JoinCode.objects.aget()).cluster_id == moved["cluster"]
    page = (await asyncio.to_thread(browser.get, f"/watch/{old.code}/")).content.decode()
    assert f'data-cluster="{moved["cluster"]}"' in page
    await follower.disconnect()


def test_afresh_in_free_play_keeps_the_code_and_is_not_repeated_by_loading_again(
    ada: Visitor, browser_of: Browsers, house: Any
) -> None:
    browser = browser_of(ada)
    browser.get("/play/?scene=c-empty")
    code, first = JoinCode.objects.get().code, JoinCode.objects.get().cluster_id
    answer = browser.get("/play/?scene=c-empty&fresh=1")
    assert answer.headers["Location"] == "/play/?scene=c-empty"
    page = browser.get(answer.headers["Location"])
    assert JoinCode.objects.get(code=code).cluster_id != first
    assert json.dumps(JoinCode.objects.get(code=code).cluster_id)[1:-1] in page.content.decode()
    assert HostedCluster.objects.count() == 2
