"""Real clients: a request, and its answer when virtual time brings it."""

import json
import time
from typing import Any

from lessons import hosting
from lessons.hosting.calling import Request
from lessons.hosting.models import CommandRecord
from lessons.visitors import Visitor
from tests.pages.play import PATIENCE, act


def ask_api(house: Any, cluster_id: str, verb: str, path: str, body: Any = None) -> Any:
    return house().call(cluster_id, Request(verb, path, body)).result(PATIENCE)


def test_a_client_gets_the_api_servers_answer(opened: str, house: Any) -> None:
    answer = ask_api(house, opened, "GET", "/api/v1/namespaces/default/pods")
    assert answer.status == 200
    assert len(answer.body["items"]) == 2


def test_a_clients_write_is_stored_before_it_is_answered(opened: str, house: Any) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "colours"}}
    assert ask_api(house, opened, "POST", "/api/v1/namespaces/default/configmaps", body).status == 201
    assert json.loads(CommandRecord.objects.get().record)["body"]["body"] == body


def test_while_time_is_paused_a_client_still_gets_an_answer_with_a_warning(
    opened: str, ada: Visitor, house: Any
) -> None:
    act(opened, ada, op="pause")
    before = hosting.ask_sync(opened, lambda hosted: hosted.cluster.now)
    answer = ask_api(house, opened, "GET", "/api/v1/namespaces/default/pods")
    assert answer.status == 200
    assert "paused" in answer.headers["Warning"]
    assert 0 < hosting.ask_sync(opened, lambda hosted: hosted.cluster.now) - before <= 0.1


def test_a_client_that_gets_no_answer_hears_so(opened: str, ada: Visitor, house: Any) -> None:
    act(opened, ada, op="fault", name="power-off", target="master-1")
    act(opened, ada, op="pause")
    answer = house().call(opened, Request("GET", "/api/v1/pods"))
    hosting.ask_sync(opened, lambda hosted: hosted.id)  # by now it was sent
    house().now = lambda: time.monotonic() + 31
    assert answer.result(PATIENCE).status == 504
