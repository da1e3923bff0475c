"""Schemas: what Go's decoder accepts, what it says, and what it writes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim.api import schema

Freeze = Callable[[Any], Any]


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "c", "image": "x:1", "resources": {}, **fields}


def pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    spec = {"containers": list(containers or [container()]), **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec, "status": {}}


REFUSED = [
    ("apps/v1", "Deployment", {"spec": {"replicas": "three"}},
     "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
    ("apps/v1", "Deployment", {"spec": {"replicas": 1.5}},
     "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"),
    ("apps/v1", "Deployment", {"spec": {"replicas": 1 << 31}},
     "json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32"),
    ("v1", "Pod", {"spec": {"containers": {"name": "c"}}},
     "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container"),
    ("v1", "Pod", {"spec": {"containers": ["c"]}},
     "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container"),
    ("v1", "Pod", {"spec": {"containers": [{"name": 1}]}},
     "json: cannot unmarshal number into Go struct field Container.spec.containers.name of type string"),
    ("v1", "Pod", {"spec": {"restartPolicy": True}},
     "json: cannot unmarshal bool into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy"),
    ("v1", "ConfigMap", {"metadata": {"labels": {"x": 1}}},
     "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"),
    ("v1", "ConfigMap", {"data": {"x": 1}},
     "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"),
    ("v1", "ConfigMap", {"data": []},
     "json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string"),
    ("v1", "ConfigMap", [], "json: cannot unmarshal array into Go value of type v1.ConfigMap"),
    ("v1", "Secret", {"data": {"x": "a b"}}, "illegal base64 data at input byte 1"),
    ("v1", "Pod", {"metadata": {"creationTimestamp": "yesterday"}},
     'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'),
    ("v1", "Pod", {"spec": {"containers": [{"resources": {"limits": {"cpu": "lots"}}}]}},
     "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
]  # fmt: skip


@pytest.mark.parametrize(("api_version", "kind", "obj", "words"), REFUSED)
def test_a_value_of_the_wrong_type_is_refused_in_gos_words(
    freeze: Freeze, api_version: str, kind: str, obj: Any, words: str
) -> None:
    assert schema.check(freeze(obj), api_version, kind)[0] == words


def test_only_the_first_complaint_counts() -> None:
    error, _ = schema.check({"data": {"a": 1, "b": True}, "immutable": "no"}, "v1", "ConfigMap")
    assert error == "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"


def test_unknown_fields_are_named_in_order_with_their_place(freeze: Freeze) -> None:
    obj = pod(container(imagePullPolcy="Always"), container(env=[{"nam": "A"}]), volume=[])
    _, unknown = schema.check(freeze({**obj, "colour": "red"}), "v1", "Pod")
    assert unknown == ["spec.containers[0].imagePullPolcy", "spec.containers[1].env[0].nam", "spec.volume", "colour"]


def test_names_are_case_sensitive() -> None:
    assert schema.check(pod(hostnetwork=True), "v1", "Pod") == (None, ["spec.hostnetwork"])


def test_what_is_well_formed_comes_back_as_the_very_same_object(freeze: Freeze) -> None:
    obj = freeze(pod(container(env=[{"name": "A", "value": "1"}]), terminationGracePeriodSeconds=0))
    assert schema.decode(obj, "v1", "Pod")[0] is obj


def test_what_did_not_change_is_shared(freeze: Freeze) -> None:
    obj = freeze(pod(container(), container(tty=False)))
    pruned = schema.prune(obj, "v1", "Pod")
    assert pruned["metadata"] is obj["metadata"]
    assert pruned["spec"]["containers"][0] is obj["spec"]["containers"][0]
    assert "tty" not in pruned["spec"]["containers"][1]


WRITTEN_BACK = [
    ("an empty optional value is left out", {"hostname": "", "hostNetwork": False, "tolerations": [],
     "nodeSelector": {}}, {}),
    ("a pointer is kept, zero or not", {"automountServiceAccountToken": False, "priority": 0},
     {"automountServiceAccountToken": False, "priority": 0}),
    ("an empty struct behind a pointer is kept", {"securityContext": {}}, {"securityContext": {}}),
    ("null is nothing", {"hostname": None, "securityContext": None, "volumes": None}, {}),
    ("a quantity becomes canonical", {"overhead": {"cpu": "0.5", "memory": "1024Mi"}},
     {"overhead": {"cpu": "500m", "memory": "1Gi"}}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "given", "kept"), WRITTEN_BACK, ids=[case[0] for case in WRITTEN_BACK])
def test_what_go_writes_back(freeze: Freeze, why: str, given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert schema.prune(freeze(pod(**given)), "v1", "Pod") == pod(**kept), why


def test_go_always_writes_some_fields() -> None:
    node = schema.prune({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}, "v1", "Node")
    assert node["status"]["daemonEndpoints"] == {"kubeletEndpoint": {"Port": 0}}
    assert node["status"]["nodeInfo"]["kubeletVersion"] == ""
    empty = schema.prune({"spec": {"containers": [{}]}}, "v1", "Pod")
    assert empty["spec"]["containers"] == [{"name": "", "resources": {}}]


def test_times_are_written_in_utc_without_fractions() -> None:
    stamps = {"2026-01-01T02:00:00.75+02:00": "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z": "2026-01-01T00:00:00Z"}
    for given, written in stamps.items():
        obj = {"metadata": {"creationTimestamp": given}}
        assert schema.prune(obj, "v1", "ConfigMap")["metadata"]["creationTimestamp"] == written
    lease = schema.prune({"spec": {"renewTime": "2026-01-01T00:00:00.5Z"}}, "coordination.k8s.io/v1", "Lease")
    assert lease["spec"]["renewTime"] == "2026-01-01T00:00:00.500000Z"


def test_custom_resource_definitions_may_contain_themselves() -> None:
    inner = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string", "maxLength": 0}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": inner}}
    obj = {"spec": {"versions": [version]}}
    error, unknown = schema.check(obj, "apiextensions.k8s.io/v1", "CustomResourceDefinition")
    assert (error, unknown) == (None, [])


def test_only_built_in_kinds_are_known() -> None:
    assert schema.knows("apps/v1", "Deployment")
    assert not schema.knows("ex.com/v1", "Widget")


def test_fields_written_twice_are_found_in_the_text() -> None:
    text = '{"data": {"k": "1", "k": "2"}, "list": [{"a": 1, "a": 2}], "data": {}}'
    assert schema.duplicates(text) == ["data", "list[0].a"]
    assert schema.duplicates('{"data": {"k": "1"}}') == []
    assert schema.duplicates("no json") == []
