"""The public face: what hosts, pages and notebooks can count on."""

import pytest

from cluster_sim import Cluster, FaultError, LogError, SceneError, SnapshotError, mark

SCENE = """
apiVersion: podium.dev/v1
kind: Scene
spec: {workers: 3, managedControlPlane: true, addons: []}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""


@pytest.fixture(scope="module")
def opened():
    cluster = Cluster.open(SCENE, seed=1)
    assert cluster.advance_until(lambda c: ready(c) == 3, limit=60)
    return cluster.snapshot()


@pytest.fixture
def cluster(opened):
    return Cluster.restore(opened)


def ready(cluster):
    return cluster.objects("deployments")[0].get("status", {}).get("readyReplicas", 0)


def pods(cluster):
    return [pod["metadata"]["name"] for pod in cluster.objects("pods")]


def kill(cluster, name, **options):
    return cluster.request("DELETE", f"/api/v1/namespaces/default/pods/{name}", **options)


def test_a_killed_pod_is_replaced_by_another_one(cluster):
    victim = pods(cluster)[0]
    assert kill(cluster, victim).status == 200
    assert cluster.advance_until(lambda c: victim not in pods(c) and ready(c) == 3, limit=60)
    assert len(pods(cluster)) == 3


def test_the_chain_of_a_kill_names_every_component_in_causal_order(cluster):
    before = cluster.trace()[-1].id
    kill(cluster, pods(cluster)[0])
    cluster.advance(10)
    act = next(span for span in cluster.trace(before) if span.source == "user/admin")
    chain = cluster.chain(act.id)
    first = {}
    for span in chain:
        assert span.cause is None or span.cause < span.id
        first.setdefault(span.source.rpartition("/")[2], span.id)  # when it first did something about it
    order = ["kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "container-runtime"]
    assert [first[name] for name in order] == sorted(first[name] for name in order)
    assert "kubelet" in first


def test_the_answer_comes_when_virtual_time_brings_it(cluster):
    before = cluster.now
    call = cluster.submit("GET", "/api/v1/namespaces/default/pods")
    assert call.response is None
    cluster.advance(0.1)
    assert call.response.status == 200
    assert cluster.now == pytest.approx(before + 0.1)


def test_a_command_repeated_with_its_id_is_taken_once(cluster):
    first = cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{pods(cluster)[0]}", id="click-1")
    again = cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{pods(cluster)[0]}", id="click-1")
    assert first is again
    assert len(cluster.log()) == 1 or cluster.position.commands == 1


def test_a_watch_with_a_timeout_answers_its_events(cluster):
    victim = pods(cluster)[0]
    cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{victim}")
    answer = cluster.request("GET", "/api/v1/namespaces/default/pods?watch=1&timeoutSeconds=5")
    assert answer.status == 200
    assert {event["type"] for event in answer.body} >= {"ADDED", "MODIFIED", "DELETED"}


def test_what_a_caller_changes_afterwards_changes_nothing(cluster):
    before = cluster.state_hash()
    pod = cluster.objects("pods")[0]
    pod["metadata"]["name"] = "other"
    cluster.get("deployments", "web")["spec"]["replicas"] = 99
    assert cluster.state_hash() == before


def test_looking_changes_nothing(cluster):
    before = cluster.state_hash()
    cluster.changes(None)
    cluster.changes(cluster.changes(None).cursor)
    for look in (cluster.parts, cluster.facts, cluster.faults, cluster.log, cluster.trace, cluster.next_due, cluster.machines):
        look()
    cluster.snapshot()
    cluster.fork()
    assert cluster.state_hash() == before


def test_no_level_of_recording_changes_the_state():
    recorded, silent = Cluster.open(SCENE, seed=4), Cluster.open(SCENE, seed=4, recording=False)
    for each in (recorded, silent):
        each.advance(5)
        kill(each, pods(each)[0])
        each.advance(20)
    assert recorded.state_hash() == silent.state_hash()
    assert silent.trace() == []


@pytest.mark.parametrize("pause", [0.0, 0.0005, 0.0035, 0.011, 0.2])
def test_a_restored_cluster_goes_on_as_if_nothing_had_been(cluster, pause):
    cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{pods(cluster)[0]}")
    cluster.advance(pause)
    again = Cluster.restore(cluster.snapshot())
    for each in (cluster, again):
        each.advance(40)
    assert again.state_hash() == cluster.state_hash()


def test_a_log_leads_to_the_same_state_also_through_json():
    import json

    cluster = Cluster.open(SCENE, seed=9)
    cluster.advance(3.3)
    kill(cluster, pods(cluster)[0])
    fault = cluster.fault("stop", "master-1/kube-scheduler")
    cluster.advance(1.25)
    cluster.step()
    kill(cluster, pods(cluster)[1])
    cluster.advance(5)
    cluster.undo_fault(fault)
    cluster.advance(2)
    log = json.loads(json.dumps([*cluster.log(), mark(cluster.position)]))
    again = Cluster.replay(log)
    assert again.position == cluster.position
    assert again.state_hash() == cluster.state_hash()


def test_the_past_can_be_read_and_a_fork_of_it_lived_in():
    cluster = Cluster.open(SCENE, seed=9)
    cluster.advance(5)
    then, names = cluster.position, pods(cluster)
    kill(cluster, names[0])
    cluster.advance(40)
    past = cluster.past(then)
    assert (pods(past), past.now) == (names, pytest.approx(then.at / 1e6))
    kill(past, names[1])
    assert names[0] in pods(past)
    assert names[0] not in pods(cluster)


@pytest.mark.parametrize(("name", "target", "word"), [
    ("melt", "worker-1", "There is no fault 'melt'"),
    ("stop", "worker-9/kubelet", "cannot hit"),
    ("power-off", "worker-1/kubelet", "cannot hit"),
])
def test_a_fault_that_cannot_be_says_what_can(cluster, name, target, word):
    before = cluster.state_hash(), len(cluster.log())
    with pytest.raises(FaultError, match=word):
        cluster.fault(name, target)
    assert (cluster.state_hash(), len(cluster.log())) == before


def test_with_the_controller_manager_stopped_nothing_heals_and_then_everything_catches_up(cluster):
    fault = cluster.fault("stop", "master-1/kube-controller-manager")
    assert cluster.parts()["master-1/kube-controller-manager"]["state"] == "stopped"
    kill(cluster, pods(cluster)[0])
    cluster.advance(60)
    assert len(pods(cluster)) == 2
    cluster.undo_fault(fault)
    assert cluster.advance_until(lambda c: ready(c) == 3, limit=60)
    with pytest.raises(FaultError, match="no fault"):
        cluster.undo_fault(fault)


def test_with_the_scheduler_stopped_a_new_pod_stays_pending(cluster):
    cluster.fault("stop", "master-1/kube-scheduler")
    kill(cluster, pods(cluster)[0])
    cluster.advance(60)
    waiting = [pod for pod in cluster.objects("pods") if not pod["spec"].get("nodeName")]
    assert len(waiting) == 1 and waiting[0]["status"]["phase"] == "Pending"


def test_with_the_api_server_stopped_nobody_answers_and_pods_run_on(cluster):
    fault = cluster.fault("stop", "master-1/kube-apiserver")
    answer = kill(cluster, pods(cluster)[0])
    assert (answer.status, answer.body) == (503, None)
    assert "was refused - did you specify the right host or port?" in answer.error
    cluster.advance(30)
    running = [row for part, view in cluster.parts().items() if part.endswith("container-runtime")
               for row in view["containers"] if row["state"] == "running"]
    assert len(running) == 3
    cluster.undo_fault(fault)
    cluster.advance(60)
    assert kill(cluster, pods(cluster)[0]).status == 200
    assert cluster.advance_until(lambda c: len(pods(c)) == 3 and ready(c) == 3, limit=90)


def test_a_restarted_kubelet_finds_its_containers_and_restarts_none(cluster):
    before = {pod["metadata"]["uid"]: pod["status"]["containerStatuses"][0]["containerID"] for pod in cluster.objects("pods")}
    fault = cluster.fault("stop", "worker-1/kubelet")
    cluster.advance(20)
    cluster.undo_fault(fault)
    cluster.advance(20)
    after = {pod["metadata"]["uid"]: pod["status"]["containerStatuses"][0] for pod in cluster.objects("pods")}
    assert {uid: row["containerID"] for uid, row in after.items()} == before
    assert all(row["restartCount"] == 0 for row in after.values())


def test_a_container_that_crashes_is_restarted_in_the_same_pod(cluster):
    names = pods(cluster)
    target = next(target for target in cluster.faults()["available"]["crash"]["targets"] if names[0] in target)
    cluster.fault("crash", target, code=3)
    assert cluster.advance_until(lambda c: c.get("pods", names[0])["status"]["containerStatuses"][0]["restartCount"] == 1, 30)
    cluster.advance(10)
    status = cluster.get("pods", names[0])["status"]["containerStatuses"][0]
    assert status["ready"] and status["lastState"]["terminated"]["exitCode"] == 3
    assert pods(cluster) == names


@pytest.mark.parametrize(("scene", "words"), [
    ("kind: [", "not readable YAML"),
    ("- 1\n- 2\n", "no object"),
    ({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"worker": 3}}, "unknown field: spec.worker"),
    ({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": [{"cpus": 3}]}}, "unknown field: cpus"),
    ({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": "many"}}, "a number or a list"),
    ({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"addons": ["istio"]}}, "unknown add-on: istio"),
    ({"apiVersion": "v2", "kind": "Scene"}, "apiVersion podium.dev/v1"),
    ({"kind": "Pod", "metadata": {"name": "a"}}, "has no apiVersion"),
    ({"apiVersion": "v1", "kind": "Pot", "metadata": {"name": "a"}}, "no matches for kind 'Pot'"),
    ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": "x:1",
      "imagePullPolcy": "Always"}]}}, "imagePullPolcy"),
    ("/no/such/scene.yaml", "cannot be read"),
])
def test_a_broken_scene_is_refused_in_words(scene, words):
    with pytest.raises(SceneError) as refused:
        Cluster.open(scene)
    assert words in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"PK", b"podium-snapshot-1\nof long ago", b"podium-snapshot-3\n", b"podium-snapshot-4\nrubbish"])
def test_bytes_that_are_no_snapshot_are_refused(data):
    with pytest.raises(SnapshotError):
        Cluster.restore(data)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("damage", ["cut off", "a bit turned", "something added"])
def test_a_damaged_snapshot_is_refused(opened, damage, stored):
    data = Cluster.compress(opened) if stored else opened
    broken = {"cut off": data[:-1], "something added": data + b"\0",
              "a bit turned": data[:200] + bytes([data[200] ^ 1]) + data[201:]}[damage]
    with pytest.raises(SnapshotError, match="damaged"):
        Cluster.restore(broken)


def test_a_snapshot_holds_builtins_only():
    from fractions import Fraction

    from cluster_sim import history

    with pytest.raises(ValueError, match="unmarshallable"):
        history.pack({"half": Fraction(1, 2)})


@pytest.mark.parametrize("log", [[], [{"kind": "request"}], [{"kind": "head", "engine": 0, "scene": SCENE, "seed": 1}]])
def test_a_log_that_cannot_be_replayed_is_refused(log):
    with pytest.raises(LogError):
        Cluster.replay(log)
