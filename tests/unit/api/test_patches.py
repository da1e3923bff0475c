"""Patches, against upstream's own tests: evanphx/json-patch, RFC 7386's appendix, strategicpatch/patch_test.go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim.api.patches import json_patch, merge_patch, strategic_merge_patch
from cluster_sim.api.status import ApiError

Freeze = Callable[[Any], Any]

JSON_PATCHES: list[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]] = [
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"foo": "bar", "baz": "qux"}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/-1", "value": "qux"}], {"foo": ["bar", "baz", "qux"]}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/-", "value": "qux"}], {"foo": ["bar", "baz", "qux"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    ({"foo": ["a", "b"]}, [{"op": "remove", "path": "/foo/-1"}], {"foo": ["a"]}),
    ({"baz": "qux"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo"}),
    ({"a": {"b": 1}, "c": {}}, [{"op": "move", "from": "/a/b", "path": "/c/d"}], {"a": {}, "c": {"d": 1}}),
    ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
    ({"a/b": 1, "m~n": 2}, [{"op": "replace", "path": "/a~1b", "value": 3},
     {"op": "remove", "path": "/m~0n"}], {"a/b": 3}),
    ({"a": None}, [{"op": "test", "path": "/a", "value": None}], {"a": None}),
    ({}, [{"op": "test", "path": "/nothing", "value": None}], {}),
    ({"a": [1, {"b": 2}]}, [{"op": "test", "path": "/a/1/b", "value": 2}], {"a": [1, {"b": 2}]}),
]  # fmt: skip


@pytest.mark.parametrize(("obj", "ops", "expected"), JSON_PATCHES)
def test_json_patches_apply(freeze: Freeze, obj: Any, ops: Any, expected: Any) -> None:
    assert json_patch(freeze(obj), freeze(ops)) == expected


@pytest.mark.parametrize(
    "ops",
    [
        [{"op": "remove", "path": "/nope"}],
        [{"op": "replace", "path": "/nope", "value": 1}],
        [{"op": "add", "path": "/nope/deeper", "value": 1}],
        [{"op": "add", "path": "/list/5", "value": 1}],
        [{"op": "add", "path": "/list/x", "value": 1}],
        [{"op": "test", "path": "/a", "value": True}],
        [{"op": "test", "path": "/a", "value": 2}],
        [{"op": "move", "from": "/nope", "path": "/b"}],
        [{"op": "dance", "path": "/a"}],
        [{"op": "add", "path": "a", "value": 1}],
        [{"op": "replace", "path": "", "value": 1}],
    ],
)
def test_a_json_patch_that_does_not_apply_is_rejected_with_422(ops: Any) -> None:
    with pytest.raises(ApiError) as refused:
        json_patch({"a": 1, "list": [1]}, ops)
    assert refused.value.code == 422


def test_a_json_patch_cannot_grow_an_object_without_end() -> None:
    doubling = [{"op": "copy", "from": "", "path": f"/{n}"} for n in range(64)]
    with pytest.raises(ApiError) as refused:
        json_patch({"seed": "x" * 64}, doubling)
    assert refused.value.code == 422


def test_a_json_patch_has_at_most_ten_thousand_operations() -> None:
    with pytest.raises(ApiError) as refused:
        json_patch({}, [{"op": "add", "path": "/a", "value": 1}] * 10_001)
    assert refused.value.code == 413


MERGE_PATCHES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
]


@pytest.mark.parametrize(("obj", "patch", "expected"), MERGE_PATCHES)
def test_merge_patches_follow_the_appendix_of_rfc_7386(freeze: Freeze, obj: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(freeze(obj), freeze(patch)) == expected


def test_a_merge_patch_that_is_no_object_is_a_bad_request() -> None:
    with pytest.raises(ApiError, match=r"cannot unmarshal array into Go value of type map\[string\]interface"):
        merge_patch({}, [])


def a_pod(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}


def patched(freeze: Freeze, spec: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = strategic_merge_patch(freeze(a_pod(**spec)), freeze({"spec": patch}), "v1", "Pod")["spec"]
    return found


A, B, C, D = ({"name": name, "image": f"{name}:1"} for name in "abcd")

STRATEGIC: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("an element merges by its key", {"containers": [A, B]}, {"containers": [{"name": "b", "image": "b:2"}]},
     {"containers": [A, {"name": "b", "image": "b:2"}]}),
    ("a new element goes where the patch puts it", {"containers": [A, B]}, {"containers": [B, C]},
     {"containers": [A, B, C]}),
    ("the patch's order wins over the server's", {"containers": [A, B]}, {"containers": [B, A]},
     {"containers": [B, A]}),
    ("$patch: delete removes an element", {"containers": [A, B]}, {"containers": [{"name": "a", "$patch": "delete"}]},
     {"containers": [B]}),
    ("$patch: replace in a list replaces it", {"containers": [A, B]}, {"containers": [C, {"$patch": "replace"}]},
     {"containers": [C]}),
    ("$patch: replace in an object replaces it", {"nodeSelector": {"a": "1"}},
     {"nodeSelector": {"$patch": "replace", "b": "2"}}, {"nodeSelector": {"b": "2"}}),
    ("$patch: delete empties an object", {"securityContext": {"runAsUser": 1}},
     {"securityContext": {"$patch": "delete"}},
     {"securityContext": {}}),
    ("null removes a field", {"nodeName": "w", "hostname": "h"}, {"nodeName": None}, {"hostname": "h"}),
    ("null in a new object is nothing", {}, {"securityContext": {"runAsUser": None, "runAsGroup": 2}},
     {"securityContext": {"runAsGroup": 2}}),
    ("an atomic list is replaced", {"tolerations": [{"key": "a"}, {"key": "b"}]}, {"tolerations": [{"key": "c"}]},
     {"tolerations": [{"key": "c"}]}),
    ("$retainKeys clears the others", {"volumes": [{"name": "v", "emptyDir": {}}]},
     {"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]},
     {"volumes": [{"name": "v", "hostPath": {"path": "/x"}}]}),
    ("$setElementOrder orders the whole list", {"containers": [A, B, C]},
     {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}, {"name": "b"}]}, {"containers": [C, A, B]}),
    ("$setElementOrder keeps what only the server has", {"containers": [A, D, B]},
     {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}, {"name": "c"}], "containers": [C]},
     {"containers": [D, B, A, C]}),  # d stood before b on the server
    ("$setElementOrder with a deletion", {"containers": [A, B]},
     {"$setElementOrder/containers": [{"name": "b"}], "containers": [{"name": "a", "$patch": "delete"}]},
     {"containers": [B]}),
    ("nested lists merge by their own keys", {"containers": [{**A, "env": [{"name": "X", "value": "1"}]}]},
     {"containers": [{"name": "a", "env": [{"name": "Y", "value": "2"}]}]},
     {"containers": [{**A, "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]}]}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "spec", "patch", "expected"), STRATEGIC, ids=[case[0] for case in STRATEGIC])
def test_strategic_merge(freeze: Freeze, why: str, spec: Any, patch: Any, expected: Any) -> None:
    assert patched(freeze, spec, patch) == expected, why


def test_finalizers_merge_as_a_set_and_can_be_deleted_one_by_one(freeze: Freeze) -> None:
    obj = freeze({"metadata": {"finalizers": ["ex.io/a", "ex.io/b"]}})
    added = strategic_merge_patch(obj, {"metadata": {"finalizers": ["ex.io/c"]}}, "v1", "ConfigMap")
    assert added["metadata"]["finalizers"] == ["ex.io/c", "ex.io/a", "ex.io/b"]
    patch = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["ex.io/a"]}}
    assert strategic_merge_patch(obj, patch, "v1", "ConfigMap")["metadata"]["finalizers"] == ["ex.io/b"]


def test_service_ports_merge_by_port(freeze: Freeze) -> None:
    obj = freeze({"spec": {"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 81}]}})
    patch = {"spec": {"ports": [{"port": 80, "targetPort": 8080}, {"port": 82, "name": "c"}]}}
    ports = strategic_merge_patch(obj, patch, "v1", "Service")["spec"]["ports"]
    assert [port["port"] for port in ports] == [80, 82, 81]


@pytest.mark.parametrize(
    ("patch", "code", "words"),
    [
        ({"containers": [{"image": "x"}]}, 500, "map: map[image:x] does not contain declared merge key: name"),
        ({"containers": [{"name": "a", "$patch": "burn"}]}, 500, "unknown patch type: burn in map: map[$patch:"),
        ({"$retainKeys": ["nodeName"], "hostname": "x"}, 400, "invalid patch format of retainKeys"),
        ({"$setElementOrder/containers": [{"name": "b"}], "containers": [A]}, 500, "doesn't match $setElementOrder"),
    ],
)
def test_a_bad_strategic_patch_says_what_upstream_says(freeze: Freeze, patch: Any, code: int, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        patched(freeze, {"containers": [A, B]}, patch)
    assert refused.value.code == code
    assert words in str(refused.value)


def test_custom_resources_have_no_strategic_merge() -> None:
    with pytest.raises(ApiError) as refused:
        strategic_merge_patch({"spec": {}}, {"spec": {"a": 1}}, "ex.com/v1", "Widget")
    assert refused.value.code == 415
