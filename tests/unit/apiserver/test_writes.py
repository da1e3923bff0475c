"""Create, update and patch: what is stored, what is refused, and what happens when two come at once."""

import pytest

from cluster_sim.apiserver import etcd_client
from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, SERVER, STORE, a_config, a_deployment, a_pod


def test_a_created_object_can_be_read_and_has_what_only_the_server_may_set(door):
    status, made = door.ask("POST", CONFIGS, a_config(k="v"))
    assert status == 201
    assert made["metadata"]["resourceVersion"] == str(door.revision)
    assert len(made["metadata"]["uid"]) == 36
    assert door.ask("GET", f"{CONFIGS}/a") == (200, made)


def test_the_answer_is_the_very_object_of_the_cache(door):
    _, made = door.ask("POST", CONFIGS, a_config())
    assert door.server.cache.get("configmaps", "default/a") == made


def test_generated_names_differ(door):
    names = [door.ask("POST", CONFIGS, {"metadata": {"generateName": "x-"}})[1]["metadata"]["name"] for _ in range(20)]
    assert len(dict.fromkeys(names)) == 20
    assert all(name.startswith("x-") and len(name) == 7 for name in names)


def test_of_two_creations_at_once_one_is_told_that_it_exists(door):
    calls = [door.send("POST", CONFIGS, a_config()) for _ in range(2)]
    assert sorted(door.answer(call)[0] for call in calls) == [201, 409]


def test_two_patches_at_once_both_hold(door):
    door.ask("POST", CONFIGS, a_config())
    calls = [door.send("PATCH", f"{CONFIGS}/a", {"data": {key: "1"}}, MERGE) for key in "xyz"]
    assert [door.answer(call)[0] for call in calls] == [200, 200, 200]
    assert door.ask("GET", f"{CONFIGS}/a")[1]["data"] == {"x": "1", "y": "1", "z": "1"}


def test_of_two_updates_that_name_the_same_version_one_conflicts(door):
    _, made = door.ask("POST", CONFIGS, a_config())
    calls = [door.send("PUT", f"{CONFIGS}/a", {**made, "data": {"k": value}}) for value in "12"]
    assert [door.answer(call)[0] for call in calls] == [200, 409]
    assert door.ask("GET", f"{CONFIGS}/a")[1]["data"] == {"k": "1"}


def test_a_change_that_changes_nothing_is_not_written(door):
    door.ask("POST", CONFIGS, a_config(k="v"))
    before = door.revision
    assert door.ask("PUT", f"{CONFIGS}/a", a_config(k="v"))[0] == 200
    assert door.ask("PATCH", f"{CONFIGS}/a", {"data": {"k": "v"}}, MERGE)[0] == 200
    assert door.revision == before


def test_dry_run_does_everything_but_write(door):
    before = door.revision
    assert door.ask("POST", f"{CONFIGS}?dryRun=All", a_config())[0] == 201
    assert door.ask("GET", f"{CONFIGS}/a")[0] == 404
    assert door.revision == before


def test_generation_counts_changes_of_what_is_wanted(door):
    path = "/apis/apps/v1/namespaces/default/deployments"
    door.ask("POST", path, a_deployment(replicas=1))
    steps = [({"metadata": {"labels": {"a": "b"}}}, 1), ({"spec": {"replicas": 2}}, 2), ({"spec": {"replicas": 2}}, 2)]
    for patch, generation in steps:
        _, obj = door.ask("PATCH", f"{path}/web", patch, MERGE)
        assert obj["metadata"]["generation"] == generation


def test_a_write_to_the_object_leaves_its_status_and_a_write_to_the_status_its_spec(door):
    path = "/apis/apps/v1/namespaces/default/deployments/web"
    door.ask("POST", path.rpartition("/")[0], a_deployment(replicas=1))
    door.ask("PATCH", f"{path}/status", {"spec": {"replicas": 9}, "status": {"replicas": 1}}, MERGE)
    _, obj = door.ask("PATCH", path, {"spec": {"replicas": 3}, "status": {"replicas": 7}}, MERGE)
    assert (obj["spec"]["replicas"], obj["status"]["replicas"]) == (3, 1)


def test_a_binding_puts_a_pod_on_a_node_once(door):
    door.ask("POST", PODS, a_pod())
    binding = {"metadata": {"name": "web"}, "target": {"kind": "Node", "name": "w1"}}
    assert door.ask("POST", f"{PODS}/web/binding", binding)[0] == 201
    status, body = door.ask("POST", f"{PODS}/web/binding", binding)
    assert status == 409
    assert 'is already assigned to node "w1"' in body["message"]
    assert door.ask("GET", f"{PODS}/web")[1]["spec"]["nodeName"] == "w1"


def test_pods_of_one_template_share_what_was_filled_in(door):
    _, made = door.ask("POST", "/apis/apps/v1/namespaces/default/deployments", a_deployment())
    spec = made["spec"]["template"]["spec"]
    user = "system:serviceaccount:kube-system:replicaset-controller"
    pods = [door.ask("POST", PODS, {"kind": "Pod", "apiVersion": "v1", "metadata": {"generateName": "p-"}, "spec": spec},
                     user=user)[1] for _ in range(2)]
    one, two = (pod["spec"]["containers"][0]["resources"] for pod in pods)
    assert one is two


@pytest.mark.parametrize(("verb", "path", "status"), [
    ("GET", "/api/v1/potatoes", 404), ("PUT", CONFIGS, 405), ("POST", f"{CONFIGS}/a", 405), ("DELETE", "/api/v1/configmaps", 405),
    ("POST", "/api/v1/configmaps", 405), ("GET", "/apis/apps/v1/namespaces/default/daemonsets/x/scale", 404),
    ("GET", "/api/v1/namespaces/default/nodes/x", 404), ("DELETE", "/api/v1/namespaces", 405), ("GET", "/nothing", 404)])
def test_the_router_knows_which_paths_there_are(door, verb, path, status):
    assert door.ask(verb, path, {} if verb in ("POST", "PUT") else None)[0] == status


def test_without_etcd_a_write_fails_and_all_is_well_when_it_is_back(door):
    door.kernel.stop(STORE, 0)
    status, body = door.ask("POST", CONFIGS, a_config())
    assert (status, body.get("reason"), body["message"]) == (500, None, etcd_client.DIAL)
    door.kernel.run(STORE, 0)
    door.run(3)
    assert door.ask("POST", CONFIGS, a_config())[0] == 201


def test_a_write_under_way_when_etcd_dies_is_answered_with_an_error(door):
    call = door.send("POST", CONFIGS, a_config())
    door.run(0.0012)
    assert door.server.state["calls"]
    door.kernel.stop(STORE, 0)
    status, body = door.answer(call)
    assert (status, body.get("reason"), body["message"]) == (500, None, etcd_client.BROKEN)
    assert not door.server.state["calls"]


def test_a_restarted_server_knows_everything_again(door):
    door.ask("POST", CONFIGS, a_config(k="v"))
    door.kernel.stop(SERVER, 0)
    assert door.ask("GET", f"{CONFIGS}/a")[0] == 0
    door.kernel.run(SERVER, 0)
    door.run(1)
    assert door.ask("GET", f"{CONFIGS}/a")[1]["data"] == {"k": "v"}
