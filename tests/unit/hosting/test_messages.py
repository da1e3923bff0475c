"""What comes up the socket, as it is read."""

import json

import pytest

from lessons.hosting.outcome import Refused
from lessons.live.messages import parse


def test_a_command_is_read_without_what_htmx_adds() -> None:
    text = json.dumps({"op": "kill", "id": "a-1", "name": "web-1", "headers": {"HX-Request": "true"}})
    assert parse(text) == {"op": "kill", "id": "a-1", "name": "web-1"}


def test_a_form_may_send_the_body_as_text() -> None:
    text = json.dumps({"op": "request", "verb": "POST", "path": "/api/v1/namespaces", "body": '{"kind": "Namespace"}'})
    assert parse(text)["body"] == {"kind": "Namespace"}


@pytest.mark.parametrize("text", ["", "kill", "[]", "null", '{"op": 3}', '{"id": "x"}', '{"op": "speed", "value": NaN}',
                                  "[" * 30_000, '{"op": "kill"', "\x00"])
def test_what_is_no_command_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.title == "That was not understood."
    assert refused.value.text


def test_a_message_of_more_than_64_kib_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        parse(json.dumps({"op": "request", "body": "x" * 70_000}))
    assert "64 KiB" in refused.value.text


def test_bytes_are_no_command() -> None:
    with pytest.raises(Refused):
        parse(None, b"\x01\x02")
