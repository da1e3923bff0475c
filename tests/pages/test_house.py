"""What every page promises: a visitor's cookie, the content policy, friendly refusals."""

import pytest
from django.test import Client

from lessons.secret import secret_key
from lessons.visitors import Visitor, from_cookies, signed
from lessons.visitors.identity import COOKIE


def test_a_first_visit_gives_an_identity_and_the_next_keeps_it(db: None, client: Client) -> None:
    client.get("/join/")
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert COOKIE not in client.get("/join/").cookies


def test_a_forged_identity_is_none() -> None:
    value = signed(Visitor("ada"))
    assert from_cookies({COOKIE: value}) == Visitor("ada")
    assert from_cookies({COOKIE: value.replace("ada", "eve")}) is None
    assert from_cookies({}) is None


@pytest.mark.parametrize("path", ["/join/", "/no/such/page/"])
def test_every_answer_carries_the_policy(db: None, client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


def test_a_form_without_its_token_is_refused_with_a_page(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/join/", {"code": "AAAAAA"})
    assert answer.status_code == 403
    assert "text/html" in answer.headers["Content-Type"]


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path) -> None:
    file = tmp_path / "secret-key"
    made = secret_key(file)
    assert len(made) >= 50
    assert secret_key(file) == made
    assert file.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret-key"]
