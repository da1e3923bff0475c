"""A step, opened: what was sent and answered, what changed, by which rule, in which file, and what is around it."""

from pathlib import Path
from typing import Any

import pytest

from cluster_sim import Cluster
from lessons.stage import steps
from lessons.stage.steps import around
from lessons.stage.steps.difference import difference

ROOT = Path(__file__).resolve().parents[3]
SCENE = (ROOT / "lessons/content/kill-a-pod/scene.yaml").read_text()


@pytest.fixture(scope="module")
def killed() -> Cluster:
    """A pod of a Deployment was deleted, and replaced."""
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(30)
    name = next(pod["metadata"]["name"] for pod in cluster.objects("pods", "default") if pod["metadata"]["name"].startswith("web"))
    cluster.request("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    cluster.advance(40)
    return cluster


def step(cluster: Cluster, phrase: str) -> steps.Step:
    """The last step told with that phrase."""
    span = [span for span in cluster.trace() if span.phrase == phrase][-1]
    found = steps.describe(cluster, span.id, {span.id: 3}, {})
    assert found is not None
    return found


def test_an_act_shows_its_request_the_answer_and_the_mark_of_deletion(killed: Cluster) -> None:
    found = step(killed, "user.delete")
    message = dict(found.message)
    assert (message["From"], message["To"], message["Answer"]) == ("You", "API server on master-1", "200 OK")
    assert message["Sends"].startswith("DELETE /api/v1/namespaces/default/pods/web-")
    assert [line.text.strip().partition(":")[0] for line in found.lines if line.kind == "new"] == [
        "deletionGracePeriodSeconds", "deletionTimestamp", "generation"]
    assert found.before is None and found.file == ""


def test_a_new_pod_is_all_new_and_a_removed_one_all_old(killed: Cluster) -> None:
    made, gone = step(killed, "replicaset.create"), step(killed, "apiserver.delete")
    assert made.change.startswith("is new") and {line.kind for line in made.lines} == {"new"}
    assert gone.change.startswith("is taken out") and {line.kind for line in gone.lines[:-1]} == {"old"}
    assert not any("managedFields" in line.text for line in (*made.lines, *gone.lines))


def test_what_a_process_sends_has_its_path_though_the_trace_names_the_object(killed: Cluster) -> None:
    assert dict(step(killed, "replicaset.create").message)["Sends"] == "POST /api/v1/namespaces/default/pods"
    assert dict(step(killed, "kubelet.reports").message)["Sends"].startswith("PATCH /api/v1/namespaces/default/pods/web-")


def test_the_schedulers_step_has_its_table_and_its_one_new_field(killed: Cluster) -> None:
    found = step(killed, "scheduler.best")
    assert len(found.rows) > 1 and sum(row.chosen for row in found.rows) == 1
    assert found.rule.endswith("has the most points.")
    assert any(line.kind == "new" and "nodeName" in line.text for line in found.lines)


@pytest.mark.parametrize(("phrase", "words"), [
    ("kubelet.stops", "TERM"), ("apiserver.delete-later", "deletionTimestamp"), ("apiserver.bind", "spec.nodeName"),
])
def test_a_rule_is_told_in_plain_words(killed: Cluster, phrase: str, words: str) -> None:
    assert words in step(killed, phrase).rule


def test_every_file_named_is_there_and_every_step_of_the_chain_opens(killed: Cluster) -> None:
    told = [span for span in killed.trace() if span.level == "story"]
    assert len(told) > 50
    for span in told:
        found = steps.describe(killed, span.id, {}, {})
        assert found is not None and found.message
        assert not found.file or (ROOT / found.file).is_file(), found.file


def test_a_step_knows_the_one_before_what_came_after_and_how_it_began(killed: Cluster) -> None:
    found = step(killed, "kubelet.stops")
    assert found.before is not None and "writes into etcd that it must go" in found.before.html
    assert any("has stopped" in each.html for each in found.after)
    assert "You</b> delete pod" in found.began


def test_deletion_names_the_rule_that_chose(killed: Cluster) -> None:
    cluster = Cluster.restore(killed.snapshot())
    path = "/apis/apps/v1/namespaces/default/deployments/web/scale"
    cluster.request("PATCH", path, {"spec": {"replicas": 1}}, content_type="application/merge-patch+json")
    cluster.advance(5)
    assert "What decided here: " in step(cluster, "replicaset.delete").rule


def test_what_etcd_has_compacted_is_said_to_be_forgotten(killed: Cluster) -> None:
    cluster = Cluster.restore(killed.snapshot())
    cluster.advance(700)
    assert "compacted" in step(cluster, "user.delete").forgotten


def test_a_span_that_is_gone_is_no_step(killed: Cluster) -> None:
    assert steps.describe(killed, 10**9, {}, {}) is None


@pytest.mark.parametrize(("before", "after", "told"), [
    ({"spec": {"a": 1, "b": 2}}, {"spec": {"a": 1, "b": 3}}, ["  spec:", "-   b: 2", "+   b: 3"]),
    ({"s": [{"name": "x", "v": 1}, {"name": "y", "v": 1}]}, {"s": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]},
     ["  s:", "  - name: y", "-   v: 1", "+   v: 2"]),
    ({"s": [1, 2]}, {"s": [1]}, ["  s:", "  - 1", "- - 2"]),
])
def test_a_difference_has_only_what_differs(before: Any, after: Any, told: list[str]) -> None:
    lines = difference({"metadata": {"name": "n"}, **before}, {"metadata": {"name": "n"}, **after})
    assert [f"{line.sign} {line.text}" for line in lines] == told


def test_secrets_and_managed_fields_stay_out() -> None:
    before = {"kind": "Secret", "metadata": {"name": "s", "managedFields": [1]}, "data": {"k": "aGk="}}
    after = {"kind": "Secret", "metadata": {"name": "s", "managedFields": [2]}, "data": {"k": "Ynll"}}
    assert difference(before, after) == ()
    assert "aGk=" not in str(difference(None, before))


def test_a_new_pod_leads_back_to_the_person_who_deleted_another_and_forward_to_its_start(killed: Cluster) -> None:
    newest = max(killed.objects("pods", "default"), key=lambda pod: pod["metadata"]["creationTimestamp"])
    found = around.of_object(killed, newest, {})
    assert found is not None and found.began == "A person began it."
    assert "You</b> delete pod" in found.back[0].html
    assert any("creates" in each.html or "Scheduler" in each.html for each in (*found.back, *found.about))


def test_a_node_that_was_never_touched_leads_back_to_a_timer(killed: Cluster) -> None:
    quiet = Cluster.open({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": 1, "addons": []}}, seed=1)
    quiet.advance(30)
    found = around.of_object(quiet, quiet.get("nodes", "worker-1"), {})
    assert found is not None and "timer of k" in found.began
    alone = around.of_part(killed, "master-1/kube-scheduler", {})
    assert alone is not None and alone.back and "You</b>" in alone.back[0].html


def test_what_nothing_was_told_of_has_no_chain(killed: Cluster) -> None:
    assert around.of_object(killed, {"metadata": {"name": "nobody", "namespace": "default"}}, {}) is None
