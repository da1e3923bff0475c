"""The Traffic view at its door: who calls, which rules carry the packets, what is left out, and choices that lead nowhere."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from lessons import hosting
from lessons.visitors import Visitor
from tests.pages.play import act, until

SERVICES = "/api/v1/namespaces/default/services"
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
           "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
CALLER = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "caller"}, "spec": {"containers": [
    {"name": "c", "image": "client:1", "args": ["--url=http://10.96.0.99", "--rate=10"]}]}}


@pytest.fixture
def look(browser_of: Callable[[Visitor], Client], ada: Visitor, opened: str) -> Callable[..., str]:
    """The view, with what is chosen."""
    client = browser_of(ada)

    def told(**chosen: str) -> str:
        answer = client.get(f"/clusters/{opened}/traffic/", chosen)
        assert answer.status_code == 200
        return answer.content.decode()

    return told


@pytest.fixture
def served(opened: str, ada: Visitor) -> str:
    """web has an address, and the machine's rules for it are written."""
    act(opened, ada, op="speed", value=100)
    body = {**SERVICE, "spec": {**SERVICE["spec"], "clusterIP": "10.96.0.99"}}
    assert act(opened, ada, op="request", verb="POST", path=SERVICES, body=body).ok
    until(opened, lambda hosted: len(_ends(hosted)) == 2)
    return opened


def _ends(hosted: object) -> list[object]:
    rule = hosted.cluster.routing("default/web")["machines"].get("worker-1", {}).get("rule")  # type: ignore[attr-defined]
    return rule["table"][0]["inside"] if rule else []


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_a_service_nobody_calls_says_how_to_start(look, served):
    html = text(look(service="default/web"))
    assert "Nobody calls web yet" in html and "ClusterIP 10.96.0.99 port 80" in html


def test_the_rules_of_a_machine_lead_to_each_endpoint_by_chance(look, served):
    html = look(service="default/web", node="worker-1")
    rows = re.findall(r"<td>(\d)</td><td>(1/\d)</td>", html)
    assert rows == [("1", "1/2"), ("2", "1/1")]
    assert html.count("same machine</small>") == 2  # there is one worker only


def test_a_caller_is_told_of_with_its_last_request_hop_by_hop(look, served, ada):
    assert act(served, ada, op="request", verb="POST", path="/api/v1/namespaces/default/pods", body=CALLER).ok
    until(served, lambda hosted: hosted.cluster.traffic()["targets"].get("10.96.0.99", {}).get("ok", 0) > 5
          or hosted.cluster.traffic()["targets"].get("default/web", {}).get("ok", 0) > 5)
    counted = hosting.ask_sync(served, lambda hosted: sorted(hosted.cluster.traffic()["targets"]))
    assert counted == ["10.96.0.99"]  # it asks an address, so no Service is named in its counts
    html = text(look(service="default/web"))
    assert "Nobody calls web yet" in html


def test_one_that_asks_by_name_is_counted_with_its_service(look, served, ada):
    caller = {**CALLER, "spec": {"containers": [{"name": "c", "image": "client:1", "args": ["--url=http://web", "--rate=10"]}],
                                 "dnsPolicy": "Default", "hostAliases": [{"ip": "10.96.0.99", "hostnames": ["web"]}]}}
    assert act(served, ada, op="request", verb="POST", path="/api/v1/namespaces/default/pods", body=caller).ok
    until(served, lambda hosted: hosted.cluster.traffic()["targets"].get("default/web", {}).get("ok", 0) > 5)
    html = text(look())  # the one that is called is shown first
    assert re.search(r"caller on worker-1", html) and re.search(r"\d+ of \d+ sent", html)
    assert re.search(r"worker-1 its own rules are asked, nobody else web-\S+ 10\.\S+:80, on the same machine answered after", html)


def test_rules_of_a_stopped_kube_proxy_are_old_and_said_to_be(look, served, ada):
    assert act(served, ada, op="fault", name="stop", target="worker-1/kube-proxy").ok
    assert "Its rules stay and carry on" in text(look(service="default/web", node="worker-1"))
    scale = {"spec": {"replicas": 1}}
    assert act(served, ada, op="request", verb="PATCH", path="/apis/apps/v1/namespaces/default/deployments/web", body=scale,
               contentType="application/merge-patch+json").ok
    until(served, lambda hosted: hosted.cluster.routing("default/web")["machines"]["worker-1"]["rule"]
          != hosted.cluster.routing("default/web")["machines"]["worker-1"]["wanted"])
    html = look(service="default/web", node="worker-1")
    assert "these rules are old" in text(html) and "<i>old</i>" in html
    assert re.findall(r"<td>(\d)</td><td>(1/\d)</td>", html) == [("1", "1/2"), ("2", "1/1")]


@pytest.mark.parametrize("chosen", [{"service": "no/such"}, {"service": "<b>"}, {"node": "nobody"}, {"service": "x" * 9_000}, {"z": "1"}])
def test_a_choice_that_leads_nowhere_is_no_trouble(look, chosen):
    assert "<b>&" not in look(**chosen)


def test_strangers_see_nothing(opened, browser_of):
    assert browser_of(Visitor("eve")).get(f"/clusters/{opened}/traffic/").status_code == 404
