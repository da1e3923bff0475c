"""Managed fields and server-side apply, as structured-merge-diff's merge tests and the recordings have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim.api import managed_fields, schema
from cluster_sim.api.managed_fields import field_sets
from cluster_sim.api.status import ApiError

Freeze = Callable[[Any], Any]
T1, T2, T3 = (f"2026-01-01T00:00:0{n}Z" for n in (1, 2, 3))

CONFIG_MAP = managed_fields.of_kind("v1", "ConfigMap")
POD = managed_fields.of_kind("v1", "Pod")
SERVICE = managed_fields.of_kind("v1", "Service")
DEPLOYMENT = managed_fields.of_kind("apps/v1", "Deployment")


def config_map(data: dict[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", **metadata}}
    return {**obj, "data": data} if data is not None else obj


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


def owners(obj: dict[str, Any]) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in obj["metadata"].get("managedFields", [])}


def test_an_apply_owns_what_it_names(freeze: Freeze) -> None:
    made = managed_fields.apply(None, freeze(config_map({"k": "v"})), CONFIG_MAP, "alice", T1)
    assert made["metadata"]["managedFields"] == [{
        "manager": "alice", "operation": "Apply", "apiVersion": "v1", "time": T1, "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {"f:k": {}}},
    }]  # fmt: skip


def test_what_an_applier_drops_goes_unless_somebody_else_owns_it(freeze: Freeze) -> None:
    wanted = config_map({"k": "v", "l": "w"}, labels={"x": "1"})
    first = freeze(managed_fields.apply(None, wanted, CONFIG_MAP, "alice", T1))
    shared = freeze(managed_fields.apply(first, config_map({"k": "v"}), CONFIG_MAP, "bob", T2))
    dropped = managed_fields.apply(shared, config_map({}), CONFIG_MAP, "alice", T3)
    assert dropped["data"] == {"k": "v"}
    assert "labels" not in dropped["metadata"]
    assert owners(dropped)["bob"] == {"f:data": {"f:k": {}}}


def test_a_change_of_what_others_own_is_a_conflict_unless_forced(freeze: Freeze) -> None:
    live = freeze(managed_fields.apply(None, config_map({"k": "v", "l": "w"}), CONFIG_MAP, "alice", T1))
    with pytest.raises(ApiError) as refused:
        managed_fields.apply(live, config_map({"k": "other"}), CONFIG_MAP, "bob", T2)
    assert str(refused.value) == 'Apply failed with 1 conflict: conflict with "alice": .data.k'
    assert refused.value.status["details"]["causes"][0]["reason"] == "FieldManagerConflict"
    forced = managed_fields.apply(live, config_map({"k": "other"}), CONFIG_MAP, "bob", T2, force=True)
    assert owners(forced) == {"alice": {"f:data": {"f:l": {}}}, "bob": {"f:data": {"f:k": {}}}}


def test_a_conflict_with_an_updater_says_in_which_version_it_wrote(freeze: Freeze) -> None:
    live = freeze(managed_fields.update(None, config_map({"k": "v"}), CONFIG_MAP, "kubectl", T1))
    with pytest.raises(ApiError, match=r'conflict with "kubectl" using v1: \.data\.k'):
        managed_fields.apply(live, config_map({"k": "other"}), CONFIG_MAP, "bob", T2)


def test_an_update_owns_what_it_changes_and_containers_it_creates(freeze: Freeze) -> None:
    made = freeze(managed_fields.update(None, config_map({"k": "v"}, labels={"x": "1"}), CONFIG_MAP, "one", T1))
    assert owners(made)["one"] == {"f:data": {".": {}, "f:k": {}}, "f:metadata": {"f:labels": {".": {}, "f:x": {}}}}
    changed = {**made, "data": {"k": "w", "z": "y"}}
    after = managed_fields.update(made, changed, CONFIG_MAP, "two", T2)
    assert owners(after)["one"] == {"f:data": {}, "f:metadata": {"f:labels": {".": {}, "f:x": {}}}}
    assert owners(after)["two"] == {"f:data": {"f:k": {}, "f:z": {}}}


def test_a_write_that_changes_nothing_leaves_the_record_alone(freeze: Freeze) -> None:
    made = freeze(managed_fields.update(None, config_map({"k": "v"}), CONFIG_MAP, "one", T1))
    assert managed_fields.update(made, made, CONFIG_MAP, "two", T2) == made


def test_creating_a_pod_owns_no_struct_that_go_always_has(freeze: Freeze) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    made = managed_fields.update(None, freeze(schema.prune(pod, "v1", "Pod")), POD, "kubectl", T1)
    container = {".": {}, "f:name": {}, "f:resources": {}}
    assert owners(made) == {"kubectl": {"f:spec": {"f:containers": {'k:{"name":"c"}': container}}}}


def test_the_status_belongs_to_the_status_endpoint(freeze: Freeze) -> None:
    made = schema.prune(deployment(replicas=1), "apps/v1", "Deployment")
    live = freeze(managed_fields.update(None, made, DEPLOYMENT, "kubectl", T1))
    new = freeze({**live, "spec": {"replicas": 2}, "status": {"replicas": 1}})
    by_status = managed_fields.update(live, new, DEPLOYMENT, "controller", T2, "status")
    assert owners(by_status)["controller"] == {"f:status": {"f:replicas": {}}}
    assert by_status["metadata"]["managedFields"][-1]["subresource"] == "status"


def test_elements_of_a_list_merge_by_their_keys(freeze: Freeze) -> None:
    def service(*ports: dict[str, Any]) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": list(ports)}}

    live = freeze(managed_fields.apply(None, service({"port": 80, "name": "a"}), SERVICE, "alice", T1))
    both = freeze(managed_fields.apply(live, service({"port": 81, "name": "b"}), SERVICE, "bob", T2))
    assert [port["port"] for port in both["spec"]["ports"]] == [80, 81]
    assert list(owners(both)["bob"]["f:spec"]["f:ports"]) == ['k:{"port":81,"protocol":"TCP"}']
    alone = managed_fields.apply(both, service({"port": 82, "name": "c"}), SERVICE, "alice", T3)
    assert [port["port"] for port in alone["spec"]["ports"]] == [81, 82]


def test_an_atomic_list_is_owned_and_replaced_whole(freeze: Freeze) -> None:
    def pod(*tolerations: str) -> dict[str, Any]:
        spec = {"tolerations": [{"key": key} for key in tolerations]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}

    live = freeze(managed_fields.apply(None, pod("a", "b"), POD, "alice", T1))
    assert owners(live) == {"alice": {"f:spec": {"f:tolerations": {}}}}
    after = managed_fields.apply(live, pod("c"), POD, "alice", T2)
    assert after["spec"]["tolerations"] == [{"key": "c"}]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"replica": 1}, "(/d; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema"),
        ({"replicas": "1"}, ".spec.replicas: expected numeric (int or float), got string"),
        ({"template": {"spec": {"containers": [{"name": "c"}, {"name": "c"}]}}},
         '.spec.template.spec.containers: duplicate entries for key [name="c"]'),
        ({"template": {"spec": {"containers": [{"image": "x"}, {"name": ""}]}}}, 'duplicate entries for key [name=""]'),
    ],
)  # fmt: skip
def test_a_configuration_that_does_not_fit_the_schema_is_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ApiError) as refused:
        managed_fields.apply(None, deployment(**spec), DEPLOYMENT, "alice", T1)
    assert refused.value.code == 500
    assert words in str(refused.value)


def test_a_configuration_must_not_bring_a_record_of_its_own() -> None:
    with pytest.raises(ApiError, match="metadata.managedFields must be nil"):
        managed_fields.apply(None, config_map(managedFields=[{"manager": "x"}]), CONFIG_MAP, "alice", T1)


def test_custom_resources_follow_their_own_schema(freeze: Freeze) -> None:
    spec = {"type": "object", "properties": {"size": {"type": "integer"}, "tags": {"type": "array", "items": {}}}}
    structure = managed_fields.of_kind("ex.com/v1", "Widget", {"type": "object", "properties": {"spec": spec}})
    head = {"apiVersion": "ex.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    widget = {**head, "spec": {"size": 1, "tags": ["a"]}}
    applied = managed_fields.apply(None, freeze(widget), structure, "ann", T1)
    assert owners(applied) == {"ann": {"f:spec": {"f:size": {}, "f:tags": {}}}}
    created = managed_fields.update(None, freeze(widget), structure, "bob", T1)
    assert owners(created) == {"bob": {"f:spec": {".": {}, "f:size": {}, "f:tags": {}}}}


def test_a_custom_list_by_keys_needs_its_keys() -> None:
    ports = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
             "items": {"type": "object", "properties": {"port": {"type": "integer"}}}}  # fmt: skip
    structure = managed_fields.of_kind("ex.com/v1", "Widget", {"type": "object", "properties": {"ports": ports}})
    widget = {"apiVersion": "ex.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "ports": [{}]}
    with pytest.raises(ApiError, match='omits key field "port"'):
        managed_fields.apply(None, widget, structure, "ann", T1)


def test_a_field_set_survives_its_encoding() -> None:
    fields = {"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {".": {}, "f:x": {}}, "f:finalizers": {'v:"a/b"': {}}}}
    assert field_sets.encode(field_sets.decode(fields)) == fields
    path = ("f:spec", "f:ports", 'k:{"port":80,"protocol":"TCP"}', "f:name")
    assert field_sets.display(path) == '.spec.ports[port=80,protocol="TCP"].name'
