"""Home and lesson pages: what a visitor sees, in which order they may go on, and what nobody is told too early."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from lessons import hosting
from lessons.curriculum import library
from lessons.curriculum.models import Prediction, Progress
from lessons.hosting import Actor
from lessons.hosting.host import Host
from lessons.visitors import Visitor

Browsers = Callable[[Visitor], Client]
LESSON = "/lessons/kill-a-pod/"


@pytest.fixture
def reader(house: Callable[[], Host], ada: Visitor, browser_of: Browsers) -> Client:
    """Ada's browser, in a house of its own."""
    return browser_of(ada)


def text(answer) -> str:
    return answer.content.decode()


def test_home_leads_to_the_first_lesson_and_shows_the_whole_path(reader: Client) -> None:
    page = text(reader.get("/"))
    assert "Start with lesson 1" in page
    assert page.count('href="/lessons/') == 1 + 3  # the button, and the three lessons that are open
    assert page.count("not open yet</span>") == 26
    assert all(stop.title in page or stop.title.replace("’", "&#x27;") in page for part in library.path()
               for stop in part.stops)


def test_home_shows_pods_of_a_real_run(reader: Client) -> None:
    page = text(reader.get("/"))
    assert len(re.findall(r'data-pod="(?:web|shop)-', page)) >= 10


def test_a_story_is_told_for_the_pods_that_were_killed(reader: Client) -> None:
    name = re.search(r'data-first="([^"]+)"', text(reader.get("/")))
    assert name is not None
    story = reader.get("/home/story/", {"kill": name[1]}).json()
    assert story["new"] and story["new"] != story["short"]
    places = [moment["place"] for moment in story["moments"]]
    assert places.index("controllers") < places.index("scheduler")
    assert reader.get("/home/story/", {"kill": "no-such-pod"}).status_code == 404
    assert reader.get("/home/story/").status_code == 404


def test_a_lesson_opens_with_its_cluster(reader: Client) -> None:
    page = text(reader.get(LESSON))
    assert page.count('data-pod="web-') >= 3
    assert 'data-node="worker-1"' in page
    assert "data-share" in page
    assert "<noscript>" in page


def test_no_page_has_inline_style_or_script(reader: Client) -> None:
    for path in ("/", LESSON, "/instructors/", "/join/", "/source/cluster_sim/facts.py", "/play/"):
        page = text(reader.get(path))
        assert "style=" not in page, path
        assert not re.search(r"<script(?![^>]* src=)", page), path
        assert not re.search(r"\son[a-z]+=", page), path


def test_nobody_passes_a_question_without_an_answer(reader: Client) -> None:
    reader.get(LESSON)
    answer = reader.post(f"{LESSON}step/", {"to": "2"}, headers={"hx-request": "true"})
    assert "Answer the question first" in text(answer)
    assert Progress.objects.get().step == 0


def test_a_prediction_is_stored_once_and_leads_on(reader: Client) -> None:
    reader.get(LESSON)
    reader.post(f"{LESSON}step/", {"to": "1"})
    locked = text(reader.get(f"{LESSON}panel/"))
    assert 'data-lock="Store' in locked
    page = text(reader.post(f"{LESSON}predict/", {"at": "1", "answer": "1"}, headers={"hx-request": "true"}))
    assert 'data-lock=""' in page
    assert "Your prediction, stored" in page
    reader.post(f"{LESSON}predict/", {"at": "1", "answer": "2"})
    assert [row.answer for row in Prediction.objects.all()] == ["1"]


def test_the_right_answer_is_not_on_the_page_before_the_reveal(reader: Client) -> None:
    reader.get(LESSON)
    reader.post(f"{LESSON}step/", {"to": "1"})
    page = text(reader.post(f"{LESSON}predict/", {"at": "1", "answer": "1"}, headers={"hx-request": "true"}))
    lesson = library.find("kill-a-pod")
    assert lesson is not None
    assert not any(option.reply in page for option in lesson.steps[1].options)
    assert "the cluster</em>" not in page


@pytest.mark.parametrize("values", [{}, {"at": "1"}, {"at": "1", "answer": "9"}])
def test_an_empty_answer_is_asked_for_again(reader: Client, values: dict[str, str]) -> None:
    reader.get(LESSON)
    answer = reader.post(f"{LESSON}predict/", {"at": "1", **values}, headers={"hx-request": "true"})
    assert "Choose one of the answers first" in text(answer)
    assert not Prediction.objects.exists()


def test_starting_over_gives_a_fresh_cluster_and_keeps_what_was_predicted(reader: Client) -> None:
    first = re.search(r'data-cluster="([^"]+)"', text(reader.get(LESSON)))
    reader.post(f"{LESSON}predict/", {"at": "1", "answer": "1"})
    again = reader.post(f"{LESSON}again/", follow=True)
    second = re.search(r'data-cluster="([^"]+)"', text(again))
    assert first and second and first[1] != second[1]
    assert Prediction.objects.count() == 1


def test_unknown_lessons_and_sources_are_not_here(reader: Client) -> None:
    for path in ("/lessons/no-such-lesson/", "/source/cluster_sim/no_such_file.py", "/source/lessons/settings.py"):
        assert reader.get(path).status_code == 404


def test_the_theme_is_kept_in_a_cookie(reader: Client) -> None:
    reader.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in text(reader.get("/join/"))
    reader.post("/theme/", {"theme": "<script>"})
    assert 'data-theme="dark"' in text(reader.get("/join/"))


def test_a_class_predicts_and_only_the_count_is_told(reader: Client, browser_of: Browsers) -> None:
    page = text(reader.get(LESSON))
    cluster, code = re.search(r'data-cluster="([^"]+)"', page), re.search(r'data-code="([^"]+)"', page)
    assert cluster and code
    reader.post(f"{LESSON}step/", {"to": "1"})
    bob = browser_of(Visitor("bob"))
    watching = text(bob.get(f"/watch/{code[1]}/"))
    assert "What happens to the pod you kill?" in watching or "The same pod is restarted" in watching
    bob.post(f"/class/{cluster[1]}/predict/", {"at": "1", "answer": "2"})
    assert [(row.visitor, row.cluster) for row in Prediction.objects.all()] == [("bob", cluster[1])]
    wall = text(reader.get(f"/class/{cluster[1]}/wall/"))
    assert "have predicted" in wall and "Nobody sees the votes" in wall
    assert "takes its place" not in wall


def test_who_has_not_answered_cannot_act_by_another_door_either(reader: Client, ada: Visitor) -> None:
    page = text(reader.get(LESSON))
    cluster, pod = re.search(r'data-cluster="([^"]+)"', page), re.search(r'data-pod="(web-[^"]+)"', page)
    assert cluster and pod
    reader.post(f"{LESSON}step/", {"to": "1"}, follow=True)
    actor = Actor(ada.id)
    refused = hosting.command_sync(cluster[1], actor, {"op": "kill", "name": pod[1]})
    assert (refused.ok, refused.title) == (False, "Your prediction comes first.")
    reader.post(f"{LESSON}predict/", {"at": "1", "answer": "2"}, follow=True)
    assert hosting.command_sync(cluster[1], actor, {"op": "kill", "name": pod[1]}).ok
