"""An etcd member that lost its disk.

Source: etcd server/etcdserver/bootstrap.go ("member … has already been bootstrapped").
"""

from __future__ import annotations

import pytest

from cluster_sim import Cluster, FaultError


def open_cluster(masters: int, managed: bool = True) -> Cluster:
    cluster = Cluster.open({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {
        "controlPlanes": masters, "workers": 1, "managedControlPlane": managed, "addons": []}}, seed=1)
    cluster.advance(10)
    return cluster


def make(cluster: Cluster, name: str) -> int:
    return cluster.request("POST", "/api/v1/namespaces/default/configmaps", {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).status


def test_a_member_without_its_disk_does_not_come_back_as_who_it_was():
    cluster = open_cluster(3)
    assert make(cluster, "before") == 201
    fault = cluster.fault("lose-disk", "master-2/etcd")
    cluster.fault("stop", "master-2/kube-apiserver")  # it knew only its own machine's etcd
    cluster.advance(30)
    assert make(cluster, "meanwhile") == 201
    with pytest.raises(FaultError, match="knows it as a member that has already been bootstrapped"):
        cluster.undo_fault(fault)
    assert fault in cluster.faults()["active"]
    assert cluster.parts()["master-2/etcd"]["state"] == "stopped"
    power = cluster.fault("power-off", "master-2")
    cluster.undo_fault(power)
    cluster.advance(5)
    assert cluster.parts()["master-2/etcd"]["state"] == "stopped"
    twin = Cluster.restore(cluster.snapshot())
    for one in (cluster, twin):
        one.advance(20)
    assert cluster.state_hash() == twin.state_hash()


def test_taken_out_of_the_cluster_its_place_is_free_for_another():
    cluster = open_cluster(3, managed=False)
    fault = cluster.fault("lose-disk", "master-2/etcd")
    cluster.advance(5)
    cluster.operate("reset-node", "master-2")
    assert cluster.advance_until(lambda one: "master-2/etcd" not in one.parts(), 120)
    cluster.undo_fault(fault)
    assert cluster.faults()["active"] == {}
    cluster.operate("join-control-plane")
    assert cluster.advance_until(lambda one: sum(part.endswith("/etcd") for part in one.parts()) == 3, 120)
    cluster.advance(30)
    assert make(cluster, "after") == 201


def test_two_lost_disks_of_three_leave_no_quorum():
    cluster = open_cluster(3)
    for node in ("master-1", "master-3"):
        cluster.fault("lose-disk", f"{node}/etcd")
    cluster.advance(10)
    assert make(cluster, "lost") >= 500


def test_the_only_member_cannot_be_hit():
    with pytest.raises(FaultError, match="It can hit nothing now"):
        open_cluster(1).fault("lose-disk", "master-1/etcd")
