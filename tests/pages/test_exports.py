"""What can be taken away: a scene that opens again with the same in it, the chain as Markdown and Mermaid; and back in."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cluster_sim import Cluster
from lessons import hosting
from lessons.home.scenes import all_scenes
from lessons.stage.exports import file_name, scene
from lessons.visitors import Visitor
from tests.pages.play import act, names, until

NAMES = ("scene", "markdown", "mermaid")


@pytest.fixture
def owner(browser_of: Callable[[Visitor], Client], ada: Visitor) -> Client:
    return browser_of(ada)


def killed(opened: str, ada: Visitor) -> str:
    victim = str(hosting.ask_sync(opened, names)[0])
    act(opened, ada, op="speed", value=100)
    assert act(opened, ada, op="kill", name=victim).ok
    until(opened, lambda hosted: victim not in names(hosted))
    return victim


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_gets_nothing_and_a_follower_may_take_it(opened: str, client: Client, name: str) -> None:
    from lessons.classroom import codes

    assert client.get(f"/clusters/{opened}/export/{name}/").status_code == 404
    assert client.get(f"/clusters/{opened}/export/{name}/?code={codes.code_of(opened)}").status_code == 200


def test_there_are_no_other_exports(opened: str, owner: Client) -> None:
    assert owner.get(f"/clusters/{opened}/export/everything/").status_code == 404


@pytest.mark.parametrize(("name", "ending"), [("scene", "yaml"), ("markdown", "md"), ("mermaid", "mmd")])
def test_a_file_is_named_after_its_lesson_and_moment(opened: str, owner: Client, name: str, ending: str) -> None:
    disposition = owner.get(f"/clusters/{opened}/export/{name}/")["Content-Disposition"]
    assert disposition.startswith('attachment; filename="podium-play-')
    assert disposition.endswith(f's.{ending}"')


@pytest.mark.parametrize(("lesson", "told"), [
    ("kill-a-pod@3", "podium-kill-a-pod-7s.md"), ("play:b-ten-workers", "podium-b-ten-workers-7s.md"),
    ("../../etc", "podium-etc-7s.md"), ('"\n', "podium-cluster-7s.md"),
])
def test_file_names_are_harmless(lesson: str, told: str) -> None:
    assert file_name(lesson, 7.9, "md") == told


@pytest.mark.parametrize("each", all_scenes(), ids=lambda each: each.slug)
def test_every_scene_taken_away_opens_again_with_the_same_pods(each) -> None:
    class Shown:
        cluster = Cluster.open(each.text, seed=1)

    Shown.cluster.advance(60)
    text = scene.text(Shown)
    again = Cluster.open(text, seed=1)
    again.advance(60)

    def seen(cluster: Cluster) -> tuple[list, list, dict]:
        pods = [(pod["metadata"]["namespace"], (pod["metadata"].get("generateName") or pod["metadata"]["name"])[:12])
                for pod in cluster.objects("pods")]
        owners = [(plural, obj["metadata"]["name"], obj["spec"].get("replicas")) for plural in (
            "deployments", "statefulsets", "daemonsets", "services", "cronjobs") for obj in cluster.objects(plural)]
        return sorted(pods), owners, {name: (each["cpu"], each["role"]) for name, each in cluster.machines().items()}

    assert seen(again) == seen(Shown.cluster)
    assert "uid:" not in text and "resourceVersion" not in text and "status:" not in text


def test_the_chain_as_markdown_is_a_numbered_list_with_the_act_typed(opened: str, owner: Client, ada: Visitor) -> None:
    victim = killed(opened, ada)
    text = owner.get(f"/clusters/{opened}/export/markdown/").content.decode()
    assert text.startswith("# You delete pod")
    assert f"kubectl delete pod {victim}" in text
    assert "\n1. You delete pod" in text and "\n2. API server" in text
    assert "because of 1" in text and "`cluster_sim/" in text


def test_the_chain_as_mermaid_names_everybody_once_and_escapes(opened: str, owner: Client, ada: Visitor) -> None:
    killed(opened, ada)
    lines = owner.get(f"/clusters/{opened}/export/mermaid/").content.decode().splitlines()
    assert lines[0] == "sequenceDiagram"
    participants = [line for line in lines if "participant" in line]
    assert len(participants) == len(set(participants)) >= 4
    messages = [line.strip() for line in lines[len(participants) + 1:]]
    assert messages[0].startswith("p0->>p1: 1. You delete pod")
    assert all(";" not in message.replace("#35;", "").replace("#59;", "") for message in messages)


def test_before_anything_happened_the_chain_says_so(opened: str, owner: Client) -> None:
    assert "Nothing yet" in owner.get(f"/clusters/{opened}/export/markdown/").content.decode()
    assert "Nothing yet" in owner.get(f"/clusters/{opened}/export/mermaid/").content.decode()


def test_a_scene_file_opens_as_free_play_of_its_own(opened: str, owner: Client) -> None:
    text = owner.get(f"/clusters/{opened}/export/scene/").content
    answer = owner.post("/play/open/", {"scene": SimpleUploadedFile("x.yaml", text)}, follow=True)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Your own scene" in html and html.count('data-pod="web-') == 2


@pytest.mark.parametrize(("text", "words"), [
    (b"", "empty"), (b"a: [", "not readable YAML"), (b"\xff\xfe", "UTF-8"),
    (b"apiVersion: podium.dev/v1\nkind: Scene\nspec: {workers: 101}\n", "may have 100"),
    (b"apiVersion: podium.dev/v1\nkind: Scene\nspec: {wings: 1}\n", "unknown field"), (b"- 1\n", "no object"),
])
def test_a_file_that_is_no_scene_is_refused_in_words(owner: Client, house: Callable, text: bytes, words: str) -> None:
    answer = owner.post("/play/open/", {"scene": SimpleUploadedFile("x.yaml", text)})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_no_file_is_no_scene(owner: Client, house: Callable) -> None:
    assert owner.post("/play/open/").status_code == 400
