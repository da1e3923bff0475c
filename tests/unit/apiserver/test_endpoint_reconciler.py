"""Every API server says that it lives, and the `kubernetes` Service leads to those that do (reconcilers/lease.go)."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 3, "workers": 0, "addons": []}}


@pytest.fixture
def cluster():
    made = Cluster.open(SCENE, seed=1)
    made.advance(12)
    return made


def addresses(cluster):
    endpoints = [one["ip"] for one in cluster.get("endpoints", "kubernetes")["subsets"][0]["addresses"]]
    assert endpoints == [one["addresses"][0] for one in cluster.get("endpointslices", "kubernetes")["endpoints"]]
    return [int(one.rpartition(".")[2]) for one in endpoints]


def test_all_api_servers_are_endpoints_of_the_kubernetes_service(cluster):
    assert addresses(cluster) == [10, 11, 12]


def test_a_killed_one_is_taken_out_when_its_key_has_ended_and_comes_back(cluster):
    fault = cluster.fault("stop", "master-2/kube-apiserver")
    cluster.advance(5)
    assert addresses(cluster) == [10, 11, 12]  # its key lives on for up to 15 s
    cluster.advance(25)
    assert addresses(cluster) == [10, 12]
    cluster.undo_fault(fault)
    cluster.advance(12)
    assert addresses(cluster) == [10, 11, 12]


def test_what_somebody_changes_about_it_is_put_right(cluster):
    path = "/api/v1/namespaces/default/endpoints/kubernetes"
    assert cluster.request("PATCH", path, {"subsets": None}, content_type="application/merge-patch+json").status == 200
    cluster.advance(12)
    assert addresses(cluster) == [10, 11, 12]


def test_a_lone_api_server_stays_in_the_list_though_nobody_answers():
    cluster = Cluster.open({**SCENE, "spec": {"controlPlanes": 1, "workers": 0, "addons": []}}, seed=1)
    cluster.fault("stop", "master-1/kube-apiserver")
    cluster.advance(60)
    assert addresses(cluster) == [10]
