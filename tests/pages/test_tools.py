"""The tools' panels and forms at their door: who gets them, and what comes of what is pasted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lessons import hosting
from lessons.stage import gallery
from lessons.stage.tool_panels import PANELS
from lessons.visitors import Visitor
from tests.pages.play import act, until

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: a, image: nginx}}]}}\n"
PATHS = ["steps/1/", "twin/", "inspect/?ref=pods/default/x", "find/?q=web", *(f"tools/{name}/" for name in PANELS)]


@pytest.fixture
def owner(browser_of: Callable[[Visitor], Client], ada: Visitor) -> Client:
    return browser_of(ada)


def deploy(client: Client, cluster_id: str, text: str, **more: str) -> str:
    answer = client.post(f"/clusters/{cluster_id}/apply/", {"manifest": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_who_knows_the_id_finds_nothing(opened: str, client: Client, path: str) -> None:
    answer = client.get(f"/clusters/{opened}/{path}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()


def test_a_stranger_cannot_deploy(opened: str, client: Client) -> None:
    assert client.post(f"/clusters/{opened}/apply/", {"manifest": POD.format(name="evil")}).status_code == 404
    assert not hosting.ask_sync(opened, lambda hosted: hosted.cluster.get("pods", "evil"))


@pytest.mark.parametrize("path", PATHS)
def test_the_owner_sees_each_of_them(opened: str, owner: Client, path: str) -> None:
    answer = owner.get(f"/clusters/{opened}/{path}")
    assert answer.status_code == 200
    if path.startswith("tools"):
        assert owner.get(f"/clusters/{opened}/{path}?live=1").status_code == 200


def test_a_follower_may_look_and_find_but_gets_no_tools(opened: str, owner: Client, client: Client) -> None:
    from lessons.classroom import codes

    code = codes.code_of(opened)
    assert client.get(f"/clusters/{opened}/find/?q=web&code={code}").status_code == 200
    assert client.get(f"/clusters/{opened}/inspect/?ref=nodes/worker-1&code={code}").status_code == 200
    assert client.get(f"/clusters/{opened}/tools/add/?code={code}").status_code == 404


@pytest.mark.parametrize("each", gallery.manifests(), ids=lambda each: each.slug)
def test_every_manifest_of_the_gallery_applies(opened: str, owner: Client, each: gallery.Manifest) -> None:
    html = deploy(owner, opened, each.text)
    assert 'data-good="1"' in html and 'data-good="0"' not in html, html
    again = deploy(owner, opened, each.text)
    assert "configured" in again and 'data-good="0"' not in again, again


def test_a_dry_run_stores_nothing(opened: str, owner: Client) -> None:
    assert "nothing was stored" in deploy(owner, opened, POD.format(name="maybe"), dry="1")
    assert hosting.ask_sync(opened, lambda hosted: hosted.cluster.get("pods", "maybe")) is None


def test_bad_yaml_names_its_line(opened: str, owner: Client) -> None:
    html = deploy(owner, opened, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: [oops\n")
    assert "<b>Line " in html and "Nothing was sent" in html


@pytest.mark.parametrize(("text", "words"), [
    ("", "nothing in it yet"), ("- a\n- b\n", "no manifest"), ("just words", "no manifest"),
    ("apiVersion: v1\nkind: Spoon\nmetadata: {name: a}\n", "no matches for kind"), ("kind: Pod\n", "one is missing"),
    ("x: " + "a" * 300_000, "larger than 256 KiB"),
    ("---\n".join(POD.format(name=f"p{n}") for n in range(101)), "at most 100"),
])
def test_what_is_no_manifest_is_refused_in_words(opened: str, owner: Client, text: str, words: str) -> None:
    assert words in deploy(owner, opened, text)


def test_each_document_gets_the_api_servers_own_words(opened: str, owner: Client) -> None:
    html = deploy(owner, opened, POD.format(name="good") + "---\n" + POD.format(name="Not_Good"))
    assert html.count("<li") == 2
    assert 'data-good="1"' in html and "422 Invalid" in html


def test_an_undo_takes_back_all_documents_of_one_act(opened: str, owner: Client, ada: Visitor) -> None:
    deploy(owner, opened, POD.format(name="one") + "---\n" + POD.format(name="two"))
    assert act(opened, ada, op="undo").ok
    for name in ("one", "two"):
        assert hosting.ask_sync(opened, lambda hosted, name=name: hosted.cluster.get("pods", name)) is None


def test_a_drain_cordons_evicts_and_waits_for_budgets(opened: str, ada: Visitor) -> None:
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"},
              "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}}
    path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    assert act(opened, ada, op="request", verb="POST", path=path, body=budget, id="pdb").ok
    act(opened, ada, op="speed", value=100)
    drained = act(opened, ada, op="drain", node="worker-1", id="d")
    assert drained.ok and drained.kubectl.startswith("kubectl drain worker-1")
    until(opened, lambda hosted: any(record.get("id") == "d#2" for record in hosted.records))
    assert len(hosting.ask_sync(opened, lambda hosted: hosted.cluster.objects("pods", "default"))) == 2
    assert act(opened, ada, op="request", verb="DELETE", path=f"{path}/web", id="gone").ok
    until(opened, lambda hosted: not hosted.errands)
    assert hosting.ask_sync(opened, lambda hosted: [pod for pod in hosted.cluster.objects("pods", "default")
                                                    if pod["spec"].get("nodeName")]) == []


def test_a_drain_is_one_chain_from_the_one_act(opened: str, ada: Visitor) -> None:
    act(opened, ada, op="speed", value=100)
    assert act(opened, ada, op="drain", node="worker-1").ok
    until(opened, lambda hosted: not hosted.errands)

    def told(hosted: Any) -> tuple[list[str], list[str]]:
        spans = [span for span in hosted.cluster.trace() if span.level == "story" and span.source == "user/admin"]
        root = next(span for span in spans if span.text == "You change node worker-1")
        chain = {span.id for span in hosted.cluster.chain(root.id)}
        return ([span.text for span in spans if span.id in chain and span.phrase == "user.evict"],
                [span.text for span in spans if span.phrase == "user.evict"])

    mine, all_of_them = hosting.ask_sync(opened, told)
    assert len(mine) == 2
    assert mine == all_of_them
    assert hosting.ask_sync(opened, lambda hosted: hosted.stage.page(hosted.cluster, hosted.clock(0)) and hosted.stage.story.typed[
        0]).startswith("kubectl drain worker-1")


def test_a_drain_under_way_ends_with_its_undo_and_a_replay_knows_what_it_did(opened: str, ada: Visitor, house: Callable) -> None:
    from cluster_sim import Cluster

    act(opened, ada, op="speed", value=100)
    assert act(opened, ada, op="drain", node="worker-1", id="d").ok
    until(opened, lambda hosted: not hosted.errands)
    log, live = hosting.ask_sync(opened, lambda hosted: ([hosted.head, *hosted.records], (
        hosted.cluster.position, hosted.cluster.state_hash())))
    again = Cluster.replay(log, live[0])
    assert again.state_hash() == live[1]
    assert act(opened, ada, op="undo").ok
    assert not hosting.ask_sync(opened, lambda hosted: hosted.cluster.get("nodes", "worker-1")["spec"].get("unschedulable"))


def test_power_and_cut_switch_there_and_back(opened: str, ada: Visitor) -> None:
    for op, more in (("power", {"target": "worker-1"}), ("power", {"target": "master-1/etcd"}), ("cut", {"a": "worker-1"}),
                     ("cut", {"a": "worker-1", "b": "master-1"})):
        for broken in (1, 0):
            assert act(opened, ada, op=op, **more).ok
            assert len(hosting.ask_sync(opened, lambda hosted: hosted.cluster.faults()["active"])) == broken


@pytest.mark.parametrize(("op", "title"), [
    ({"op": "power", "target": "nobody"}, "cannot be done"), ({"op": "power", "target": "pod/default/nobody"}, "No container"),
    ({"op": "cut", "a": "worker-1", "b": "worker-1"}, "two sides"), ({"op": "cut", "a": "x"}, "cannot be done"),
    ({"op": "operate", "name": "dance"}, "no such work"), ({"op": "operate", "name": "reset-node", "target": "x"}, "cannot"),
    ({"op": "operate", "name": "join-worker", "options": []}, "under way"), ({"op": "drain", "node": "x"}, "no node x"),
    ({"op": "restart", "plural": "pods", "name": "x"}, "no x that rolls out"),
    ({"op": "rollback", "plural": "deployments", "name": "web", "revision": "9"}, "no such earlier"),
])
def test_what_cannot_be_done_is_refused_in_words(opened: str, ada: Visitor, op: dict, title: str) -> None:
    outcome = act(opened, ada, **op)
    assert title in outcome.title or outcome.ok


def test_a_rollback_brings_the_earlier_template_back(opened: str, ada: Visitor) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments/web"
    body = {"spec": {"template": {"spec": {"containers": [{"name": "nginx", "image": "nginx:1.28"}]}}}}
    act(opened, ada, op="speed", value=100)
    assert act(opened, ada, op="request", verb="PATCH", path=path, body=body,
               contentType="application/strategic-merge-patch+json").ok
    until(opened, lambda hosted: len(hosted.cluster.objects("replicasets", "default")) == 2)
    undone = act(opened, ada, op="rollback", plural="deployments", name="web")
    assert undone.ok and undone.kubectl == "kubectl rollout undo deployment/web"

    def image(hosted) -> str:
        return hosted.cluster.get("deployments", "web")["spec"]["template"]["spec"]["containers"][0]["image"]

    until(opened, lambda hosted: image(hosted) == "nginx:1.27")
    assert act(opened, ada, op="restart", plural="deployments", name="web").kubectl == "kubectl rollout restart deployment/web"
