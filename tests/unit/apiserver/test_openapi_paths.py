"""/openapi over the public face: what kubectl asks before it explains or applies."""

from __future__ import annotations

from typing import Any

import pytest

from cluster_sim import Cluster

SCENE: dict[str, Any] = {
    "apiVersion": "podium.dev/v1",
    "kind": "Scene",
    "spec": {"controlPlanes": 1, "managedControlPlane": True, "workers": 0, "addons": []},
}
DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.ex.com"},
    "spec": {
        "group": "ex.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
            "type": "object", "properties": {"spec": {"type": "object", "description": "What is wanted."}}}}}],
    },
}  # fmt: skip


@pytest.fixture
def cluster() -> Cluster:
    return Cluster.open(SCENE, seed=1)


def test_the_index_leads_to_each_group(cluster: Cluster) -> None:
    index = cluster.request("GET", "/openapi/v3").body["paths"]
    assert {"api/v1", "apis/apps/v1", "apis/rbac.authorization.k8s.io/v1"} <= set(index)
    document = cluster.request("GET", index["apis/apps/v1"]["serverRelativeURL"]).body
    assert "io.k8s.api.apps.v1.Deployment" in document["components"]["schemas"]


def test_a_custom_kind_is_explained_as_soon_as_it_is_defined(cluster: Cluster) -> None:
    assert cluster.request("GET", "/openapi/v3/apis/ex.com/v1").status == 404
    cluster.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION)
    cluster.advance(1)
    assert "apis/ex.com/v1" in cluster.request("GET", "/openapi/v3").body["paths"]
    schemas = cluster.request("GET", "/openapi/v3/apis/ex.com/v1").body["components"]["schemas"]
    assert schemas["com.ex.v1.Widget"]["properties"]["spec"]["description"] == "What is wanted."


def test_version_2_is_there_and_empty(cluster: Cluster) -> None:
    answer = cluster.request("GET", "/openapi/v2")
    assert (answer.status, answer.body) == (200, "")
