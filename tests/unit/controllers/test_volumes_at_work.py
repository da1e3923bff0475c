"""Claims, volumes and nodes' small controllers in a running cluster, seen through the API.

Facts: pkg/controller/volume/persistentvolume/binder_test.go, pkg/controller/volume/ephemeral/controller_test.go,
pkg/controller/volume/expand, pkg/controller/ttl/ttl_controller_test.go.
"""

import pytest

from cluster_sim import Cluster
from cluster_sim.controllers.node_ttl import next_step

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene",
         "spec": {"controlPlanes": 1, "managedControlPlane": True, "workers": 0, "addons": []}}
CLAIMS, VOLUMES = "/api/v1/namespaces/default/persistentvolumeclaims", "/api/v1/persistentvolumes"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
MERGE = "application/merge-patch+json"


def post(cluster, path, body):
    made = cluster.request("POST", path, body)
    assert made.status == 201, made.body
    return made.body


def a_claim(cluster, name="c", size="1Gi", storage_class="", **spec):
    return post(cluster, CLAIMS, {"metadata": {"name": name}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, "storageClassName": storage_class,
        **spec}})


def a_volume(cluster, name="v", size="1Gi", path="/data", **spec):
    return post(cluster, VOLUMES, {"metadata": {"name": name}, "spec": {
        "accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}, "hostPath": {"path": path},
        "persistentVolumeReclaimPolicy": "Retain", **spec}})


def opened():
    return Cluster.open(SCENE, seed=1)


def phase(cluster, resource, name):
    found = cluster.get(resource, name)
    return found and found["status"].get("phase")


def told(cluster, name):
    return {(one["type"], one["reason"], one["message"]) for one in cluster.objects("events", namespace="default")
            if one["involvedObject"]["name"] == name}


def test_a_claim_that_names_a_volume_too_small_waits_and_says_why():
    cluster = opened()
    a_volume(cluster)
    a_claim(cluster, size="2Gi", volumeName="v")
    cluster.advance(3)
    assert phase(cluster, "persistentvolumeclaims", "c") == "Pending" and phase(cluster, "persistentvolumes", "v") == "Available"
    assert ("Warning", "VolumeMismatch",
            'Cannot bind to requested volume "v": requested PV is too small') in told(cluster, "c")


def test_a_bound_claim_whose_volume_goes_is_lost_for_good():
    cluster = opened()
    a_volume(cluster)
    a_claim(cluster)
    cluster.advance(3)
    assert phase(cluster, "persistentvolumeclaims", "c") == "Bound"
    cluster.request("PATCH", f"{VOLUMES}/v", {"metadata": {"finalizers": None}}, content_type=MERGE)
    cluster.request("DELETE", f"{VOLUMES}/v")
    cluster.advance(3)
    status = cluster.get("persistentvolumeclaims", "c")["status"]
    assert status == {"phase": "Lost"}
    assert ("Warning", "ClaimLost",
            "Bound claim has lost its PersistentVolume. Data on the volume is lost!") in told(cluster, "c")


@pytest.mark.parametrize(("path", "left"), [("/tmp/data", None), ("/data", "Failed")])
def test_a_released_volume_is_deleted_if_kubernetes_can(path, left):
    cluster = opened()
    a_volume(cluster, path=path, persistentVolumeReclaimPolicy="Delete")
    a_claim(cluster)
    cluster.advance(3)
    cluster.request("DELETE", f"{CLAIMS}/c")
    cluster.advance(5)
    assert phase(cluster, "persistentvolumes", "v") == left
    if left:
        assert cluster.get("persistentvolumes", "v")["status"]["message"].startswith("host_path deleter only supports")


def test_a_claim_that_waits_for_its_pod_names_it():
    cluster = opened()
    post(cluster, CLASSES, {"metadata": {"name": "late"}, "provisioner": "kubernetes.io/no-provisioner",
                            "volumeBindingMode": "WaitForFirstConsumer"})
    post(cluster, "/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": {
        "containers": [{"name": "c", "image": "nginx"}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]}})
    a_claim(cluster, storage_class="late")
    cluster.advance(3)
    assert ("Normal", "WaitForPodScheduled", "waiting for pod p to be scheduled") in told(cluster, "c")


def test_a_class_without_a_provisioner_that_binds_at_once_finds_no_plugin():
    cluster = opened()
    post(cluster, CLASSES, {"metadata": {"name": "none"}, "provisioner": "kubernetes.io/no-provisioner"})
    a_claim(cluster, storage_class="none")
    cluster.advance(3)
    assert ("Warning", "ProvisioningFailed", "no volume plugin matched name: kubernetes.io/no-provisioner") in told(cluster, "c")


def a_pod_with_its_own_claim(cluster):
    template = {"metadata": {"labels": {"kind": "scratch"}}, "spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}}
    return post(cluster, "/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": {
        "containers": [{"name": "c", "image": "nginx"}],
        "volumes": [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": template}}]}})


def test_an_ephemeral_volume_gets_a_claim_that_goes_with_its_pod():
    cluster = opened()
    pod = a_pod_with_its_own_claim(cluster)
    cluster.advance(3)
    claim = cluster.get("persistentvolumeclaims", "p-scratch")
    assert claim["metadata"]["labels"] == {"kind": "scratch"} and claim["metadata"]["ownerReferences"] == [
        {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": pod["metadata"]["uid"], "controller": True,
         "blockOwnerDeletion": True}]
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/p")
    cluster.advance(10)
    assert cluster.get("persistentvolumeclaims", "p-scratch") is None


def test_a_claim_of_that_name_that_is_somebody_elses_is_left_alone():
    cluster = opened()
    a_claim(cluster, name="p-scratch")
    a_pod_with_its_own_claim(cluster)
    cluster.advance(3)
    assert "ownerReferences" not in cluster.get("persistentvolumeclaims", "p-scratch")["metadata"]
    assert ("Warning", "FailedBinding", "ephemeral volume scratch: PVC default/p-scratch was not created for pod default/p "
            "(pod is not owner)") in told(cluster, "p")


def test_a_claim_that_grows_waits_for_an_external_resizer():
    cluster = opened()
    post(cluster, CLASSES, {"metadata": {"name": "grows"}, "provisioner": "example.com/disk", "allowVolumeExpansion": True})
    a_volume(cluster, storageClassName="grows")
    a_claim(cluster, storage_class="grows")
    cluster.advance(3)
    grown = cluster.request("PATCH", f"{CLAIMS}/c", {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}, content_type=MERGE)
    assert grown.status == 200, grown.body
    cluster.advance(3)
    assert ("Normal", "ExternalExpanding", "waiting for an external controller to expand this PVC") in told(cluster, "c")
    assert cluster.get("persistentvolumeclaims", "c")["status"]["capacity"] == {"storage": "1Gi"}


@pytest.mark.parametrize(("step", "nodes", "expected"), [
    (0, 0, 0), (0, 100, 0), (0, 101, 1), (1, 90, 1), (1, 89, 0), (1, 501, 2), (2, 450, 2), (2, 449, 1), (3, 2_001, 4),
    (4, 1_800, 4), (4, 1_799, 3), (0, 5_000, 4)])
def test_the_bounds_of_sizes_overlap(step, nodes, expected):
    assert next_step(step, nodes) == expected


def test_a_node_is_told_how_long_it_may_keep_secrets():
    cluster = opened()
    post(cluster, "/api/v1/nodes", {"metadata": {"name": "n"}})
    cluster.advance(2)
    assert cluster.get("nodes", "n")["metadata"]["annotations"] == {"node.alpha.kubernetes.io/ttl": "0"}
