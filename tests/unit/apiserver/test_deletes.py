"""What goes at once, what is marked first, and what holds it."""

import pytest

from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, a_config, a_deployment, a_pod


def marks(body):
    meta = body["metadata"]
    return "deletionTimestamp" in meta, meta.get("deletionGracePeriodSeconds")


@pytest.mark.parametrize(("spec", "query", "grace"), [
    ({}, "", 0),  # nothing runs yet: no need to wait
    ({"nodeName": "w1"}, "", 30), ({"nodeName": "w1", "terminationGracePeriodSeconds": 5}, "", 5),
    ({"nodeName": "w1"}, "?gracePeriodSeconds=7", 7), ({"nodeName": "w1"}, "?gracePeriodSeconds=-3", 1)])
def test_a_pod_gets_the_time_it_needs(door, spec, query, grace):
    door.ask("POST", PODS, a_pod(**spec))
    status, body = door.ask("DELETE", f"{PODS}/web{query}")
    assert (status, *marks(body)) == (200, True, grace)
    assert door.ask("GET", f"{PODS}/web")[0] == (200 if grace else 404)


def test_a_later_delete_may_only_shorten_the_time(door):
    door.ask("POST", PODS, a_pod(nodeName="w1"))
    graces = [marks(door.ask("DELETE", f"{PODS}/web?gracePeriodSeconds={seconds}")[1])[1] for seconds in (20, 25, 8)]
    assert graces == [20, 20, 8]


def test_the_kubelet_removes_a_pod_in_two_writes_that_watchers_both_see(door):
    door.ask("POST", PODS, a_pod(nodeName="w1"))
    door.ask("DELETE", f"{PODS}/web")
    watch = door.send("GET", f"{PODS}?watch=1&resourceVersion={door.revision}")
    door.ask("DELETE", f"{PODS}/web?gracePeriodSeconds=0", user="system:node:w1")
    door.run(0.1)
    assert [kind for kind, _ in door.events(watch)] == ["MODIFIED", "DELETED"]


def test_a_removal_that_was_lost_between_its_two_writes_can_be_asked_for_again(door):
    door.ask("POST", PODS, a_pod(nodeName="w1"))
    door.ask("DELETE", f"{PODS}/web")
    door.send("DELETE", f"{PODS}/web?gracePeriodSeconds=0", user="system:node:w1")
    marked = door.etcd.store.revision + 1
    while door.etcd.store.revision < marked:
        door.kernel.step()
    door.kernel.stop("m/etcd", 0)
    door.run(1)
    door.kernel.run("m/etcd", 0)
    door.run(3)
    status, pod = door.ask("GET", f"{PODS}/web")
    assert (status, *marks(pod)) == (200, True, 0)
    assert door.ask("DELETE", f"{PODS}/web?gracePeriodSeconds=0", user="system:node:w1")[0] == 200
    assert door.ask("GET", f"{PODS}/web")[0] == 404


def test_a_finalizer_holds_an_object_until_it_is_taken_off(door):
    config = a_config()
    config["metadata"]["finalizers"] = ["ex.io/x"]
    door.ask("POST", CONFIGS, config)
    assert marks(door.ask("DELETE", f"{CONFIGS}/a")[1]) == (True, 0)
    assert door.ask("GET", f"{CONFIGS}/a")[0] == 200
    assert door.ask("PATCH", f"{CONFIGS}/a", {"metadata": {"finalizers": None}}, MERGE)[0] == 200
    assert door.ask("GET", f"{CONFIGS}/a")[0] == 404


@pytest.mark.parametrize(("policy", "finalizers"), [
    ("Foreground", ["foregroundDeletion"]), ("Orphan", ["orphan"]), ("Background", None)])
def test_the_propagation_policy_becomes_a_finalizer(door, policy, finalizers):
    path = "/apis/apps/v1/namespaces/default/deployments"
    door.ask("POST", path, a_deployment())
    door.ask("DELETE", f"{path}/web", {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy})
    status, body = door.ask("GET", f"{path}/web")
    assert (body["metadata"]["finalizers"] if status == 200 else None) == finalizers


def test_a_job_deleted_without_a_policy_leaves_its_pods(door):
    path = "/apis/batch/v1/namespaces/default/jobs"
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x:1"}]}}
    door.ask("POST", path, {"kind": "Job", "apiVersion": "batch/v1", "metadata": {"name": "j"}, "spec": {"template": template}})
    assert door.ask("DELETE", f"{path}/j")[1]["metadata"]["finalizers"] == ["orphan"]


def test_a_delete_meant_for_another_object_is_refused(door):
    door.ask("POST", CONFIGS, a_config())
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "00000000-0000-4000-8000-000000000000"}}
    assert door.ask("DELETE", f"{CONFIGS}/a", body)[0] == 409


def test_a_collection_is_deleted_one_by_one_as_far_as_it_is_selected(door):
    for name, label in (("a", "x"), ("b", "y"), ("c", "x")):
        config = a_config(name)
        config["metadata"]["labels"] = {"l": label}
        door.ask("POST", CONFIGS, config)
    status, body = door.ask("DELETE", f"{CONFIGS}?labelSelector=l%3Dx")
    assert (status, [item["metadata"]["name"] for item in body["items"]]) == (200, ["a", "c"])
    left = door.ask("GET", CONFIGS)[1]["items"]
    assert [item["metadata"]["name"] for item in left] == ["b"]


def test_a_namespace_terminates_before_it_goes(door):
    door.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    assert door.ask("DELETE", "/api/v1/namespaces/shop")[1]["status"]["phase"] == "Terminating"
    status, body = door.ask("POST", "/api/v1/namespaces/shop/configmaps", a_config())
    assert (status, body["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")
    _, space = door.ask("GET", "/api/v1/namespaces/shop")
    door.ask("PUT", "/api/v1/namespaces/shop/finalize", {**space, "spec": {}})
    assert door.ask("GET", "/api/v1/namespaces/shop")[0] == 404


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_three_namespaces_must_stay(door, name):
    assert door.ask("DELETE", f"/api/v1/namespaces/{name}")[0] == 403
