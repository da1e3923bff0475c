"""Looking back, forks and links to a moment, at the host's door and at the pages'."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lessons import hosting
from lessons.hosting import replaying
from lessons.hosting.models import KeptMoment
from lessons.visitors import Visitor
from tests.pages.conftest import SCENE
from tests.pages.play import act, hash_at, pods, until

Browsers = Callable[[Visitor], Client]


def moment(cluster_id: str) -> int:
    return hosting.ask_sync(cluster_id, lambda hosted: hosted.cluster.position.at)


def shown(cluster_id: str) -> tuple[Any, str, bool]:
    return hosting.ask_shown_sync(
        cluster_id, lambda shown: (shown.cluster.position, shown.cluster.state_hash(), shown.is_past))


def killed(cluster_id: str, visitor: Visitor) -> tuple[int, str, list[str]]:
    """Kill a pod and wait until another has its place; → the moment before, its hash, its pods."""
    act(cluster_id, visitor, op="pause")
    before, (_, digest), names = moment(cluster_id), hash_at(cluster_id), sorted(pods(cluster_id))
    assert act(cluster_id, visitor, op="kill", name=names[0]).ok
    act(cluster_id, visitor, op="speed", value=1000)
    act(cluster_id, visitor, op="play")
    until(cluster_id, lambda hosted: sorted(pods_of(hosted)) != names and len(pods_of(hosted)) == len(names))
    act(cluster_id, visitor, op="pause")
    return before, digest, names


def pods_of(hosted: Any) -> list[str]:
    return [pod["metadata"]["name"] for pod in hosted.cluster.objects("pods", "default")]


def test_a_look_back_shows_what_was_and_the_cluster_is_as_it_is(opened: str, ada: Visitor) -> None:
    before, digest, names = killed(opened, ada)
    now = hash_at(opened)
    assert act(opened, ada, op="look", at=before - 1).ok
    position, _, is_past = shown(opened)
    assert is_past and position.at == before - 1
    seen = hosting.ask_shown_sync(opened, lambda it: sorted(
        pod["metadata"]["name"] for pod in it.cluster.objects("pods", "default")))
    assert seen == names and hash_at(opened) == now
    assert digest != now[1]

    assert act(opened, ada, op="return").ok
    assert shown(opened) == (*now, False)


def test_a_look_back_is_exact_also_from_a_snapshot_after_the_act(opened: str, ada: Visitor, house: Any) -> None:
    killed(opened, ada)
    from lessons.hosting import keeping

    hosting.ask_sync(opened, lambda hosted: keeping.snapshot(house(), hosted))
    position, _ = hash_at(opened)
    act(opened, ada, op="play")
    until(opened, lambda hosted: hosted.cluster.position.at > position.at + 5_000_000)
    assert act(opened, ada, op="look", at=position.at).ok
    head, records = hosting.ask_sync(opened, lambda hosted: (hosted.head, list(hosted.records)))
    then = replaying.replay(head, records, [], replaying.moment(position.at))  # from the scene: all that happened in that microsecond
    assert shown(opened) == (then.position, then.state_hash(), True)
    chain = hosting.ask_shown_sync(opened, hosting.first_paint)["slots"]["chain"]
    assert "delete pod" in chain


def test_in_the_past_nobody_acts_and_everybody_is_offered_a_fork(opened: str, ada: Visitor) -> None:
    before, _, names = killed(opened, ada)
    act(opened, ada, op="look", at=before)
    now = hash_at(opened)
    for op in ({"op": "kill", "name": names[1]}, {"op": "undo"}, {"op": "skip"}, {"op": "step"}):
        refused = act(opened, ada, **op)
        assert not refused.ok and "fork" in refused.text
    assert hash_at(opened) == now


@pytest.mark.parametrize("at", [-1, "soon", None, float("nan"), True])
def test_what_is_no_moment_is_refused(opened: str, ada: Visitor, at: Any) -> None:
    refused = act(opened, ada, op="look", at=at)
    assert not refused.ok and "moment" in refused.title


def test_a_follower_does_not_look_back(opened: str) -> None:
    refused = hosting.command_sync(opened, hosting.Actor("bob", "follower"), {"op": "look", "at": 1})
    assert not refused.ok and "watching" in refused.title


def test_a_page_loaded_in_the_past_shows_it_under_the_banner(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    before, _, names = killed(opened, ada)
    act(opened, ada, op="look", at=before)
    text = browser_of(ada).get(f"/present/{opened}/").content.decode()
    assert "The cluster goes on." in text and f'data-pod="{names[0]}"' in text


def test_the_inspector_find_and_an_opened_line_tell_of_the_moment_shown(
    opened: str, ada: Visitor, browser_of: Browsers
) -> None:
    before, _, names = killed(opened, ada)
    browser = browser_of(ada)
    span = hosting.ask_sync(opened, lambda hosted: hosted.cluster.trace()[-1].id)
    ref, step = f"/clusters/{opened}/inspect/?ref=pods/default/{names[0]}", f"/clusters/{opened}/steps/{span}/"
    find = f"/clusters/{opened}/find/?q={names[0]}"
    assert "Nothing is called" in browser.get(find).content.decode()
    assert "Gone" in browser.get(ref).content.decode()
    assert "<dl>" in browser.get(step).content.decode()
    assert act(opened, ada, op="look", at=before - 1).ok
    panel = browser.get(ref).content.decode()
    assert "Running" in panel and 'data-op="kill"' not in panel
    assert "still to come" in browser.get(step).content.decode()
    assert "Nothing is called" not in browser.get(find).content.decode()
    new = next(name for name in pods(opened) if name not in names)
    assert "Not there" in browser.get(f"/clusters/{opened}/inspect/?ref=pods/default/{new}").content.decode()


def test_only_so_many_clusters_are_looked_back_at(
        opened: str, ada: Visitor, house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessons.hosting.limits.PASTS", 1)
    other = hosting.open_sync(ada, "other", SCENE)
    for cluster_id in (opened, other):
        act(cluster_id, ada, op="pause")
        assert act(cluster_id, ada, op="look", at=moment(cluster_id) - 1).ok
    assert [shown(cluster_id)[2] for cluster_id in (opened, other)] == [False, True]


def test_after_a_restart_a_cluster_shows_now(opened: str, ada: Visitor, house: Any) -> None:
    before, _, _ = killed(opened, ada)
    act(opened, ada, op="look", at=before)
    house.restart()
    assert shown(opened)[2] is False


def test_a_fork_begins_as_what_is_shown_and_goes_its_own_way(
        opened: str, ada: Visitor, house: Any, browser_of: Browsers) -> None:
    before, _, names = killed(opened, ada)
    act(opened, ada, op="look", at=before)
    then, now = shown(opened), hash_at(opened)
    forked = act(opened, ada, op="fork")
    assert forked.ok
    fork = forked.result.strip("/").rpartition("/")[2]
    assert hash_at(fork) == then[:2] and fork != opened
    page = browser_of(ada).get(forked.result).content.decode()
    assert "Fork of Free play at" in page and f"/clusters/{opened}/" in page

    assert act(fork, ada, op="kill", name=names[1]).ok
    changed = hash_at(fork)
    house.restart()
    assert hash_at(fork) == changed and hash_at(opened) == now
    assert hosting.open_sync(ada, "play", SCENE) == opened  # the lesson's page still opens the old one


def test_a_fork_of_now_is_as_the_cluster_is(opened: str, ada: Visitor) -> None:
    killed(opened, ada)
    fork = act(opened, ada, op="fork").result.strip("/").rpartition("/")[2]
    assert hash_at(fork) == hash_at(opened)


def test_a_fork_belongs_to_its_visitor(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    forked = act(opened, ada, op="fork").result
    assert browser_of(Visitor("bob")).get(forked).status_code == 404


def test_a_link_opens_the_same_moment_for_anybody(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    before, _, _ = killed(opened, ada)
    act(opened, ada, op="look", at=before)
    then = shown(opened)
    link = act(opened, ada, op="link").result
    assert act(opened, ada, op="link").result == link  # the same moment, the same address

    bob = browser_of(Visitor("bob"))
    page = bob.get(link, follow=True)
    assert page.status_code == 200
    theirs = page.redirect_chain[-1][0].strip("/").rpartition("/")[2]
    assert theirs != opened and hash_at(theirs) == then[:2]
    assert hosting.ask_sync(theirs, lambda hosted: (hosted.visitor, hosted.pace.paused)) == ("bob", True)
    assert bob.get(link, follow=True).redirect_chain == page.redirect_chain  # untouched, it is the same again


def test_links_of_another_engine_and_of_nobody_are_told_kindly(
        opened: str, ada: Visitor, browser_of: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    link = act(opened, ada, op="link").result
    monkeypatch.setattr("lessons.hosting.moments.ENGINE", 999)
    old = browser_of(ada).get(link)
    assert old.status_code == 410 and "another version" in old.content.decode()
    assert browser_of(ada).get("/m/nothing/").status_code == 404
    assert browser_of(ada).get("/m/23456789abcd/").status_code == 404


def test_who_keeps_many_moments_loses_the_oldest(
        opened: str, ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessons.hosting.limits.MOMENTS_PER_PERSON", 2)
    for _ in range(4):
        act(opened, ada, op="step")
        assert act(opened, ada, op="link").ok
    assert KeptMoment.objects.count() <= 2
    monkeypatch.setattr("lessons.hosting.limits.MOMENT_BYTES", 10)
    assert "too long" in act(opened, ada, op="link").title
