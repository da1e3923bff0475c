"""Endpoints by hand become slices (facts of pkg/controller/endpointslicemirroring: reconciler_test.go, utils_test.go)."""

import pytest

from cluster_sim import Cluster
from cluster_sim.controllers.endpointslice_mirroring import MANAGED_BY, ME, mirrored, should_mirror

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 1, "addons": []}}


def the_endpoints(*subsets, labels=None, annotations=None):
    return {"apiVersion": "v1", "kind": "Endpoints", "subsets": list(subsets), "metadata": {
        "name": "db", "namespace": "default", "uid": "u", "labels": labels or {}, "annotations": annotations or {}}}


def a_subset(*ips, port=5432, absent=()):
    return {"addresses": [{"ip": ip} for ip in ips], "notReadyAddresses": [{"ip": ip} for ip in absent],
            "ports": [{"port": port, "protocol": "TCP"}]}


@pytest.mark.parametrize(("labels", "annotations", "selector", "expected"), [
    ({}, {}, None, True), ({}, {}, {"app": "db"}, False), ({"endpointslice.kubernetes.io/skip-mirror": "true"}, {}, None, False),
    ({"endpointslice.kubernetes.io/skip-mirror": "false"}, {}, None, True),
    ({}, {"control-plane.alpha.kubernetes.io/leader": "x"}, None, False)])
def test_what_was_written_by_hand_for_a_service_without_selector_is_mirrored(labels, annotations, selector, expected):
    service = {"metadata": {"name": "db"}, "spec": {"selector": selector} if selector else {}}
    assert should_mirror(the_endpoints(labels=labels, annotations=annotations), service) is expected
    assert not should_mirror(the_endpoints(), None)


@pytest.mark.parametrize(("subsets", "slices"), [
    ([], []),
    ([a_subset("10.0.0.1", "10.0.0.2")], [["10.0.0.1", "10.0.0.2"]]),
    ([a_subset("10.0.0.1", absent=["10.0.0.9"])], [["10.0.0.1", "10.0.0.9!"]]),
    ([a_subset("10.0.0.1"), a_subset("10.0.0.1", port=5433)], [["10.0.0.1"], ["10.0.0.1"]]),
    ([a_subset()], []),
    ([a_subset(*(f"10.0.{n // 250}.{n % 250}" for n in range(1_001)))], [[f"10.0.{n // 250}.{n % 250}" for n in range(1_000)]]),
])
def test_each_subset_becomes_a_slice(subsets, slices):
    made = mirrored(the_endpoints(*subsets))
    assert [[one["addresses"][0] + ("" if one["conditions"]["ready"] else "!") for one in each["endpoints"]]
            for each in made] == slices


def test_labels_and_annotations_come_along_except_those_of_tools():
    made, = mirrored(the_endpoints(a_subset("10.0.0.1"), labels={"a": "b", "service.kubernetes.io/headless": ""}, annotations={
        "keep": "1", "kubectl.kubernetes.io/last-applied-configuration": "{}"}))
    assert made["metadata"]["labels"] == {"a": "b", "kubernetes.io/service-name": "db", MANAGED_BY: ME}
    assert made["metadata"]["annotations"] == {"keep": "1"}


def test_a_slice_follows_its_endpoints_and_goes_with_them():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.apply("""
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {ports: [{port: 5432}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets: [{addresses: [{ip: 10.9.0.1}], ports: [{port: 5432}]}]
""")
    cluster.advance(1)

    def addresses():
        found = cluster.objects("endpointslices", namespace="default", selector="kubernetes.io/service-name=db")
        return [[endpoint["addresses"][0] for endpoint in one["endpoints"]] for one in found]

    assert addresses() == [["10.9.0.1"]]
    cluster.request("PATCH", "/api/v1/namespaces/default/endpoints/db", {"subsets": [
        {"addresses": [{"ip": "10.9.0.2"}, {"ip": "10.9.0.3"}], "ports": [{"port": 5432}]}]}, content_type="application/merge-patch+json")
    cluster.advance(1)
    assert addresses() == [["10.9.0.2", "10.9.0.3"]]
    cluster.request("DELETE", "/api/v1/namespaces/default/endpoints/db")
    cluster.advance(1)
    assert addresses() == []
