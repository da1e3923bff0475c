"""The Memory view at its door: what it tells, what can be chosen, who may look, and choices that lead nowhere."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from lessons import hosting
from lessons.visitors import Visitor
from tests.pages.play import act, pods


@pytest.fixture
def look(browser_of: Callable[[Visitor], Client], ada: Visitor, opened: str) -> Callable[..., str]:
    """The view, with what is chosen."""
    client = browser_of(ada)

    def told(**chosen: str) -> str:
        answer = client.get(f"/clusters/{opened}/memory/", chosen)
        assert answer.status_code == 200
        return answer.content.decode()

    return told


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_keys_logs_and_watches_are_told(look, opened):
    html = look()
    assert f"/registry/pods/</span><b>default/{pods(opened)[0]}</b>" in html
    assert re.search(r'<small>leads, term \d+</small><small>has all</small>', html)
    assert "master-1/kube-controller-manager</button> <span>is told by master-1/kube-apiserver</span>" in html
    assert re.search(r"worker-1/kubelet .*pods spec\.nodeName=worker-1", text(html))


def test_heartbeats_show_when_they_are_chosen(look):
    assert "kube-node-lease/worker-1" not in look().partition("logs-of")[0]
    html = look(under="leases").partition("logs-of")[0]
    assert "<b>kube-node-lease/worker-1</b>" in html and "/registry/pods/" not in html
    assert re.search(r'aria-pressed="true"[^>]*>leases <i>\d', html)


def test_a_text_narrows_the_keys_and_stays_in_every_link(look, opened):
    html = look(text="deployments/default").partition("logs-of")[0]
    assert re.findall(r"</span><b>([^<]+)</b>", html) == ["default/web"]
    links = re.findall(r'hx-get="([^"]+)"', html)
    assert links and all("text=deployments" in link for link in links if "kind-" not in link and link.endswith("default"))
    assert "No key with “nothing such” in it" in look(text="nothing such")


def test_a_write_opens_with_what_it_changed_and_closes_again(look, opened, ada):
    scale = {"spec": {"replicas": 3}}
    assert act(opened, ada, op="request", verb="PATCH", path="/apis/apps/v1/namespaces/default/deployments/web", body=scale,
               contentType="application/merge-patch+json").ok
    hosting.ask_sync(opened, lambda hosted: hosted.cluster.advance(20))
    assert act(opened, ada, op="pause").ok  # so that it is still the newest write at the second look
    revision = re.search(r"<td>(\d+)</td><th scope=\"row\"><button[^>]*><span>/registry/deployments/", look(text="default/web"))
    assert revision is not None
    html = look(opened=revision[1])
    assert 'aria-expanded="true"' in html and re.search(r"Revision \d+ changed it", html)
    assert '<pre class="diff"' in html and re.search(r'data-kind="new"><i>\+</i>', html)
    again = re.search(r'id="open-key-' + revision[1] + r'"[^>]*hx-get="([^"]+)"', html)
    assert again is not None and "opened" not in again[1]


@pytest.mark.parametrize("chosen", [{"opened": "no number"}, {"opened": "-1"}, {"opened": "9" * 40}, {"opened": "٣"},
                                    {"under": "<script>"}, {"client": "nobody"}, {"text": "x" * 5_000}, {"other": "1"}])
def test_a_choice_that_leads_nowhere_is_no_trouble(look, chosen):
    html = look(**chosen)
    assert "<script>" not in html and "The members' logs" in unescape(html)


def test_a_write_stays_open_when_its_row_is_not_there_and_what_is_not_there_says_so(look, opened, ada):
    revision = re.search(r"<td>(\d+)</td><th scope=\"row\"><button[^>]*><span>/registry/deployments/", look(text="default/web"))
    assert revision is not None
    assert act(opened, ada, op="request", verb="PATCH", path="/apis/apps/v1/namespaces/default/deployments/web",
               body={"spec": {"replicas": 3}}, contentType="application/merge-patch+json").ok
    html = text(look(opened=revision[1], under="pods"))
    assert f"/registry/deployments/default/web Revision {revision[1]} changed it" in html and "Close" in html
    assert "etcd does not have revision 999999999 in its history" in text(look(opened="999999999"))


def test_strangers_see_nothing(opened, browser_of):
    assert browser_of(Visitor("eve")).get(f"/clusters/{opened}/memory/").status_code == 404
