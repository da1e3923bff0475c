"""Metadata, conditions, names and resources: small questions with small answers."""

from __future__ import annotations

import pytest

from cluster_sim.api import conditions, meta, names, resources

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "namespace": "default",
        "uid": "u1",
        "ownerReferences": [{"kind": "Node", "uid": "n"}, {"kind": "ReplicaSet", "uid": "r", "controller": True}],
    },
}


def test_an_objects_key_is_its_namespace_and_name() -> None:
    assert meta.key(POD) == "default/web"
    assert meta.key({"metadata": {"name": "n"}}) == "n"
    assert meta.split_key("default/web") == ("default", "web")
    assert meta.split_key("n") == ("", "n")


def test_one_owner_is_the_controller() -> None:
    owner = meta.controller_of(POD)
    assert owner is not None
    assert owner["uid"] == "r"
    assert meta.is_controlled_by(POD, {"metadata": {"uid": "r"}})
    assert not meta.is_controlled_by(POD, {"metadata": {"uid": "n"}})
    assert meta.owner_reference(POD) == {
        "apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "u1", "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip


def test_metadata_changes_make_a_new_object() -> None:
    changed = meta.with_metadata(POD, labels={"a": "b"}, ownerReferences=None)
    assert meta.labels(changed) == {"a": "b"}
    assert meta.owners(changed) == []
    assert meta.labels(POD) == {}


def test_a_condition_moves_its_time_only_with_its_status() -> None:
    first = conditions.set_condition(None, "Ready", "False", "Starting", "", "t1")
    again = conditions.set_condition(first, "Ready", "False", "StillStarting", "", "t2")
    done = conditions.set_condition(again, "Ready", "True", "", "", "t3")
    assert again[0]["lastTransitionTime"] == "t1"
    assert done == [{"type": "Ready", "status": "True", "lastTransitionTime": "t3"}]
    assert conditions.set_condition(done, "Ready", "True", "", "", "t4") is done
    assert conditions.is_true(done, "Ready")
    assert conditions.remove_condition(done, "Ready") == []


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (names.dns_label, "a-1", "a.b"),
        (names.dns_subdomain, "a.b-1", "A"),
        (names.dns_1035_label, "a1", "1a"),
        (names.qualified_name, "ex.com/My_name", "ex.com/"),
        (names.label_value, "", "-a"),
        (names.config_key, "key.name_1", "../up"),
        (names.port_name, "http-1", "http--1"),
        (names.env_name, "my.env-NAME", "A=B"),
    ],
)
def test_names_are_checked(check, good: str, bad: str) -> None:  # type: ignore[no-untyped-def]
    assert check(good) == []
    assert check(bad) != []


def test_a_regex_complaint_has_upstreams_own_spacing() -> None:
    assert names.config_key("a/b") == [
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    ]


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("pods", "default", "web", "status"), "/api/v1/namespaces/default/pods/web/status"),
        (("pods",), "/api/v1/pods"),
        (("deployments", "a"), "/apis/apps/v1/namespaces/a/deployments"),
        (("nodes", "ignored", "n"), "/api/v1/nodes/n"),
        (("events.events.k8s.io", "a"), "/apis/events.k8s.io/v1/namespaces/a/events"),
    ],
)
def test_paths(arguments: tuple[str, ...], path: str) -> None:
    assert resources.path(*arguments) == path


def test_resources_are_found_by_plural_kind_and_what_people_type() -> None:
    deployments = resources.by_plural("deployments", "apps")
    assert deployments is not None
    assert deployments.group_resource == "deployments.apps"
    assert resources.by_kind("apps/v1", "Deployment") is deployments
    assert resources.by_name("deploy") is deployments
    assert resources.by_plural("potatoes") is None
    with pytest.raises(LookupError, match="potatoes"):
        resources.path("potatoes")


def test_every_resource_has_a_place_in_the_store_of_its_own() -> None:
    prefixes: dict[str, str] = {}
    for resource in resources.RESOURCES:
        if "list" in resource.verbs and resource.group != "events.k8s.io":
            kind = f"{resource.group}/{resource.kind}"
            assert prefixes.setdefault(resource.storage_prefix, kind) == kind


def test_discovery_lists_resources_with_their_subresources() -> None:
    apps = resources.resource_list(resource for resource in resources.RESOURCES if resource.group == "apps")
    assert len(apps) == 12
    scale = next(entry for entry in apps if entry["name"] == "deployments/scale")
    assert (scale["group"], scale["version"], scale["kind"]) == ("autoscaling", "v1", "Scale")
    pods = resources.by_plural("pods")
    assert pods is not None
    assert resources.storage_version_hash(pods) == "xPOwRZ+Yhw8="
