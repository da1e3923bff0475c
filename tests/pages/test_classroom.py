"""Join codes, links, the pages that follow."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lessons.classroom import codes, qr
from lessons.classroom.models import JoinCode
from lessons.visitors import Visitor

Browsers = Callable[[Visitor], Client]


def test_a_code_is_six_characters_that_cannot_be_mistaken(opened: str) -> None:
    code = codes.code_of(opened)
    assert len(code) == 6
    assert not set(code) & set("0O1IL")
    assert codes.code_of(opened) == code


def test_a_code_is_shown_in_two_groups_of_three() -> None:
    assert codes.shown("K7F2MQ") == "K7F 2MQ"


@pytest.mark.parametrize("typed", ["K7F2MQ", "k7f2mq", "K7F-2MQ", " k7f 2mq ", "K7F–2MQ"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert codes.normalized(typed) == "K7F2MQ"


@pytest.mark.parametrize("typed", ["", "K7F2M", "K7F2MQQ", "K0F2MQ", "KÄF2MQ", "<b>K7F", "%s%s%s"])
def test_what_is_no_code_leads_nowhere(db: None, typed: str) -> None:
    assert codes.cluster_of(typed) is None


def test_the_picture_has_no_inline_style() -> None:
    drawn = qr.picture("http://192.168.1.20:8000/watch/K7F2MQ/")
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert 'class="qr-dark"' in drawn


def test_one_click_gives_code_link_and_picture(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    answer = browser_of(ada).post(f"/classroom/invite/{opened}/")
    page = answer.content.decode()
    code = JoinCode.objects.get().code
    assert codes.shown(code) in page
    assert f"http://testserver/watch/{code}/" in page
    assert "<svg" in page


def test_only_the_presenter_can_invite(opened: str, browser_of: Browsers) -> None:
    assert browser_of(Visitor("bob")).post(f"/classroom/invite/{opened}/").status_code == 404
    assert JoinCode.objects.count() == 0


def test_typing_the_code_leads_to_the_presenters_stage(opened: str, client: Client) -> None:
    code = codes.code_of(opened)
    answer = client.post("/join/", {"code": codes.shown(code).lower()}, follow=True)
    assert answer.redirect_chain == [(f"/watch/{code}/", 302)]
    page = answer.content.decode()
    assert "data-pod=" in page
    assert f"/ws/watch/{code}/" in page


def test_a_wrong_code_is_told_kindly(db: None, client: Client) -> None:
    answer = client.post("/join/", {"code": "AAA-AAA"})
    assert answer.status_code == 404
    assert "No class has the code AAA-AAA" in answer.content.decode()


def test_a_wrong_code_cannot_write_into_the_page(db: None, client: Client) -> None:
    answer = client.post("/join/", {"code": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.content.decode()


def test_the_presenters_page_shows_the_code_large(opened: str, ada: Visitor, browser_of: Browsers) -> None:
    page = browser_of(ada).get(f"/present/{opened}/").content.decode()
    code = JoinCode.objects.get().code
    assert code[:3] in page
    assert code[3:] in page


def test_nobody_presents_anothers_cluster(opened: str, browser_of: Browsers) -> None:
    assert browser_of(Visitor("bob")).get(f"/present/{opened}/").status_code == 404


def test_the_code_of_a_closed_cluster_leads_nowhere(opened: str, client: Client) -> None:
    from lessons.hosting.models import HostedCluster

    code: Any = codes.code_of(opened)
    HostedCluster.objects.all().delete()
    assert client.get(f"/watch/{code}/").status_code == 404
