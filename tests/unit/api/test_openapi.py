"""OpenAPI documents: what kubectl explain, apply and helm look for in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cluster_sim.api import openapi, resources


def document_of(group: str, version: str) -> dict[str, Any]:
    return openapi.document(r for r in resources.RESOURCES if (r.group, r.version) == (group, version))


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return here + [ref for item in value.values() for ref in references(item)]
    return [ref for item in value for ref in references(item)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    "group_version", sorted({(resource.group, resource.version) for resource in resources.RESOURCES})
)
def test_every_reference_leads_somewhere(group_version: tuple[str, str]) -> None:
    found = document_of(*group_version)
    names = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert [ref for ref in references(found) if ref not in names] == []


def test_types_are_single_words_as_clients_expect() -> None:
    text = json.dumps(document_of("apps", "v1"))
    assert '"null"' not in text
    assert "#/$defs" not in text


def test_a_patch_tells_that_the_server_validates_fields() -> None:
    patch = document_of("apps", "v1")["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert patch["x-kubernetes-group-version-kind"] == {"group": "apps", "version": "v1", "kind": "Deployment"}
    assert "fieldValidation" in [parameter["name"] for parameter in patch["parameters"]]


def test_fields_keep_their_descriptions() -> None:
    pod = document_of("", "v1")["components"]["schemas"]["io.k8s.api.core.v1.Pod"]
    assert pod["properties"]["spec"]["allOf"] == [{"$ref": "#/components/schemas/io.k8s.api.core.v1.PodSpec"}]
    assert pod["properties"]["spec"]["description"].startswith("Specification of the desired behavior of the pod")
    assert "enum" not in pod["properties"]["kind"]


def test_custom_resources_bring_their_own_schema() -> None:
    widget = resources.Resource("ex.com", "v1", "widgets", "widget", "Widget", True)
    schema = {"type": "object", "properties": {"spec": {"type": "object", "description": "What is wanted."}}}
    found = openapi.document([widget], {"widgets": schema})
    own = found["components"]["schemas"]["com.ex.v1.Widget"]
    assert own["properties"]["spec"]["description"] == "What is wanted."
    assert own["x-kubernetes-group-version-kind"] == [{"group": "ex.com", "version": "v1", "kind": "Widget"}]
    assert "/apis/ex.com/v1/namespaces/{namespace}/widgets/{name}" in found["paths"]


def test_the_index_names_each_document_with_its_hash() -> None:
    found = document_of("policy", "v1")
    value = openapi.content_hash(found)
    assert openapi.index({"apis/policy/v1": value})["paths"]["apis/policy/v1"]["serverRelativeURL"] == (
        f"/openapi/v3/apis/policy/v1?hash={value}"
    )
    assert openapi.content_hash(document_of("policy", "v1")) == value
