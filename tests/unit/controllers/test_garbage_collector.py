"""Owners that are there, gone, elsewhere (facts of pkg/controller/garbagecollector/garbagecollector_test.go)."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 1, "addons": []}}
MAPS = "/api/v1/namespaces/{}/configmaps"


@pytest.fixture
def cluster():
    made = Cluster.open(SCENE, seed=1)
    made.request("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    made.advance(1)
    return made


def a_map(cluster, name, *owners, namespace="default", **meta):
    """A ConfigMap owned by those; → its reference."""
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **meta, **(
        {"ownerReferences": list(owners)} if owners else {})}}
    made = cluster.request("POST", MAPS.format(namespace), body)
    assert made.status == 201, made.body
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": made.body["metadata"]["uid"]}


def names(cluster, namespace="default"):
    return sorted(one["metadata"]["name"] for one in cluster.objects("configmaps", namespace=namespace)
                  if one["metadata"]["name"] != "kube-root-ca.crt")


def owners(cluster, name):
    return [ref["name"] for ref in cluster.get("configmaps", name)["metadata"].get("ownerReferences", [])]


def delete(cluster, name, policy="Background"):
    cluster.request("DELETE", f"{MAPS.format('default')}/{name}?propagationPolicy={policy}")
    cluster.advance(2)


def warnings(cluster, namespace="default"):
    return [one["message"] for one in cluster.objects("events", namespace=namespace) if one["reason"] == "OwnerRefInvalidNamespace"]


def test_one_owner_that_is_there_is_enough_and_the_others_are_forgotten(cluster):
    first, second = a_map(cluster, "first"), a_map(cluster, "second")
    a_map(cluster, "child", first, second)
    delete(cluster, "first")
    assert names(cluster) == ["child", "second"] and owners(cluster, "child") == ["second"]
    delete(cluster, "second")
    assert names(cluster) == []


def test_an_owner_that_never_was_is_as_good_as_gone(cluster):
    a_map(cluster, "child", {"apiVersion": "v1", "kind": "ConfigMap", "name": "nobody", "uid": "no-such-uid"})
    cluster.advance(2)
    assert names(cluster) == []


def test_an_owner_of_the_same_name_but_another_uid_is_another(cluster):
    first = a_map(cluster, "first")
    a_map(cluster, "child", {**first, "uid": "another"})
    cluster.advance(2)
    assert names(cluster) == ["first"]


def test_an_owner_of_a_kind_that_nobody_knows_keeps_its_dependent(cluster):
    a_map(cluster, "child", {"apiVersion": "example.com/v1", "kind": "Unknown", "name": "x", "uid": "u"})
    cluster.advance(5)
    assert names(cluster) == ["child"] and warnings(cluster) == []


def test_an_owner_in_another_namespace_is_none_and_an_event_says_so(cluster):
    first = a_map(cluster, "first")
    a_map(cluster, "child", first, namespace="other")
    cluster.advance(2)
    assert names(cluster, "other") == [] and names(cluster) == ["first"]
    assert warnings(cluster, "other") == [
        f'ownerRef [v1/ConfigMap, namespace: other, name: first, uid: {first["uid"]}] does not exist in namespace "other"']


def test_what_is_in_no_namespace_cannot_be_owned_by_what_is_in_one(cluster):
    first = a_map(cluster, "first")
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "third", "ownerReferences": [first]}}
    cluster.request("POST", "/api/v1/namespaces", body)
    cluster.advance(2)
    assert cluster.get("namespaces", "third")["status"]["phase"] == "Active"
    assert len(warnings(cluster)) == 1
    delete(cluster, "first")
    assert cluster.get("namespaces", "third") is not None


def test_what_is_in_no_namespace_may_own_what_is_in_one(cluster):
    made = cluster.request("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "owner"}, "value": 1}).body
    a_map(cluster, "child", {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "name": "owner",
                             "uid": made["metadata"]["uid"]})
    cluster.advance(2)
    assert names(cluster) == ["child"] and warnings(cluster) == []
    cluster.request("DELETE", "/apis/scheduling.k8s.io/v1/priorityclasses/owner")
    cluster.advance(2)
    assert names(cluster) == []


def test_orphans_stay_and_lose_their_owner(cluster):
    first = a_map(cluster, "first")
    a_map(cluster, "child", first)
    delete(cluster, "first", "Orphan")
    assert names(cluster) == ["child"] and owners(cluster, "child") == []


@pytest.mark.parametrize(("blocking", "kept"), [(True, ["child", "first"]), (False, ["child"])])
def test_in_the_foreground_only_what_blocks_is_waited_for(cluster, blocking, kept):
    first = a_map(cluster, "first")
    a_map(cluster, "child", {**first, "blockOwnerDeletion": blocking}, finalizers=["example.com/held"])
    delete(cluster, "first", "Foreground")
    assert names(cluster) == kept


def test_a_chain_goes_to_its_last_member(cluster):
    first = a_map(cluster, "a")
    second = a_map(cluster, "b", first)
    a_map(cluster, "c", second)
    delete(cluster, "a")
    cluster.advance(2)
    assert names(cluster) == []
