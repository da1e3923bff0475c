"""Every kind that can be deployed is told in words; secrets keep their values."""

import pytest

from cluster_sim import Cluster
from lessons.stage import finding, gallery, kubectl, tool_panels
from lessons.stage.inspector import describe
from lessons.stage.toolbox import KEYS, TOOLS

SCENE = """\
apiVersion: podium.dev/v1
kind: Scene
spec: {workers: 2, addons: []}
"""


@pytest.fixture(scope="module")
def full() -> Cluster:
    """A cluster with the whole gallery."""
    cluster = Cluster.open(SCENE)
    for each in gallery.manifests():
        for response in cluster.apply(each.text):
            assert response.status < 300, response.body
    cluster.advance(90)
    return cluster


@pytest.mark.parametrize(("ref", "words"), [
    ("statefulsets/default/store", "names that stay"), ("daemonsets/default/watchman", "one pod on every node"),
    ("jobs/default/sums", "pods must succeed"), ("cronjobs/default/every-minute", "makes a Job at"),
    ("services/default/hello", "3 pods fit"), ("persistentvolumeclaims/default/data-store-0", "A disk of <b>1Gi</b>"),
    ("configmaps/default/settings", "COLOR"), ("secrets/default/keys", "hidden here"),
    ("horizontalpodautoscalers/default/web", "between <b>2</b> and <b>6</b>"), ("poddisruptionbudgets/default/web", "It guards"),
    ("networkpolicies/default/web-for-callers", "app=web"), ("deployments/default/hello", "It makes no pods"),
    ("nodes/worker-1", "A node with"),
])
def test_a_kind_is_told_in_words(full: Cluster, ref: str, words: str) -> None:
    panel = describe(full, ref=ref)
    assert panel is not None
    assert words in " ".join(panel.say)
    assert panel.yaml and panel.typed and panel.acts


def test_a_secret_never_shows_its_values(full: Cluster) -> None:
    panel = describe(full, ref="secrets/default/keys")
    assert panel is not None
    assert "(hidden)" in panel.yaml
    assert "not-to-be-shown" not in panel.yaml and "bm90LXRvLWJl" not in panel.yaml


def test_a_crashing_pod_tells_restarts_its_last_exit_and_its_log(full: Cluster) -> None:
    pod = next(pod for pod in full.objects("pods") if pod["metadata"]["name"].startswith("crasher"))
    panel = describe(full, ref=f"pods/default/{pod['metadata']['name']}", uid=pod["metadata"]["uid"])
    assert panel is not None
    row = panel.containers[0]
    assert row.restarts > 0 and "exit code 1" in row.last and "fatal" in row.log
    assert describe(full, ref=f"pods/default/{pod['metadata']['name']}", uid="another") is None


@pytest.mark.parametrize(("text", "first"), [
    ("app=hello pod", "hello-"), ("hello", "hello"), ("svc hello", "hello"), ("worker-1 kubelet", "worker-1/kubelet"),
    ("secret keys", "keys"), ("pod worker-1", ""),
])
def test_things_are_found_by_name_label_kind_and_node(full: Cluster, text: str, first: str) -> None:
    found = finding.find(full, text)
    assert found and found[0].name.startswith(first)


def test_what_is_not_there_is_not_found(full: Cluster) -> None:
    assert finding.find(full, "no-such-thing") == [] == finding.find(full, "  ")


def test_every_panel_has_what_its_template_needs(full: Cluster) -> None:
    from types import SimpleNamespace

    for name in tool_panels.PANELS:
        assert tool_panels.panel(SimpleNamespace(cluster=full), name)  # type: ignore[arg-type]
    full.fault("slow", "worker-1", ms=700)
    broken = tool_panels.broken(full.faults()["active"])
    assert [(each["title"], each["target"], each["words"]) for each in broken] == [("slow", "worker-1", "ms 700")]


def test_no_key_does_two_things() -> None:
    keys = [key for each in KEYS for key in each.keys.split()]
    assert len(keys) == len(set(keys))
    assert {f"tool:{tool.name}" for tool in TOOLS} <= {each.action for each in KEYS}


WEB = "/apis/apps/v1/namespaces/default/deployments/web"


@pytest.mark.parametrize(("path", "body", "line"), [
    (WEB, {"spec": {"paused": True}}, "kubectl rollout pause deployment/web"),
    (WEB, {"spec": {"paused": False}}, "kubectl rollout resume deployment/web"),
    (WEB, {"spec": {"template": {"metadata": {"annotations": {kubectl.RESTARTED: "now"}}}}},
     "kubectl rollout restart deployment/web"),
    (WEB, [{"op": "replace", "path": "/spec/template", "value": {}}], "kubectl rollout undo deployment/web"),
    (f"{WEB}?fieldManager=kubectl&dryRun=All", {}, "kubectl apply --server-side -f deployment-web.yaml --dry-run=server"),
])
def test_rollouts_and_applies_have_their_line(path: str, body: object, line: str) -> None:
    assert kubectl.line("PATCH", path, body) == line


def test_an_act_of_several_requests_is_one_line() -> None:
    cordon = {"kind": "request", "id": "d", "body": {"verb": "PATCH", "path": "/api/v1/nodes/w", "body": {}}}
    evict = {"kind": "request", "id": "d#3", "body": {"verb": "POST", "path": "/api/v1/namespaces/a/pods/b/eviction", "body": {}}}
    assert kubectl.typed([cordon, evict])[0].startswith("kubectl drain w ")
    join = {"kind": "operate", "id": None, "body": {"name": "join-worker", "target": "", "options": {"name": "w9"}}}
    line, request = kubectl.typed([join])
    assert line.endswith("kubeadm join") and request == "join-worker w9"
