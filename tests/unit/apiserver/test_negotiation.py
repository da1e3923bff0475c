"""What client and server agree on: media types, shapes, boolean parameters, names; health and discovery beside it.

Upstream: apiserver/pkg/endpoints/handlers/negotiation/negotiate_test.go, apimachinery/pkg/runtime/conversion_test.go,
apiserver/pkg/server/healthz/healthz_test.go, endpoints/discovery/aggregated/handler_test.go.
"""

import pytest

from tests.unit.apiserver.door import CONFIGS, a_config

TABLE, METADATA = "application/json;as=Table;v={};g=meta.k8s.io", "application/json;as=PartialObjectMetadata{};v=v1;g=meta.k8s.io"
ALL = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
ROUTER = ("406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
          "application/vnd.kubernetes.protobuf")


@pytest.mark.parametrize(("accept", "kind", "version"), [
    ("application/json", "ConfigMapList", "v1"),
    ("*/*", "ConfigMapList", "v1"),
    ("text/plain, */*", "ConfigMapList", "v1"),
    ("application/vnd.kubernetes.protobuf,application/json", "ConfigMapList", "v1"),
    ("application/json;stream=watch", "ConfigMapList", "v1"),
    (TABLE.format("v1"), "Table", "meta.k8s.io/v1"),
    (TABLE.format("v1beta1"), "Table", "meta.k8s.io/v1beta1"),
    (f"{TABLE.format('v2')},application/json", "ConfigMapList", "v1"),
    (f"application/json;q=0.2,{TABLE.format('v1')}", "Table", "meta.k8s.io/v1"),
    (METADATA.format("List"), "PartialObjectMetadataList", "meta.k8s.io/v1"),
])
def test_the_answer_has_the_best_form_the_client_takes(door, accept, kind, version):
    status, body = door.ask("GET", CONFIGS, headers={"Accept": accept})
    assert (status, body["kind"], body["apiVersion"]) == (200, kind, version)


@pytest.mark.parametrize(("path", "accept", "message"), [
    (CONFIGS, "text/html", ROUTER + ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
    (CONFIGS, "application/*", ROUTER + ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
    ("/api/v1/namespaces/default", "text/plain", ROUTER),
    (CONFIGS, TABLE.format("v2"), ALL),
    (CONFIGS, "application/json;as=Chair;v=v1;g=meta.k8s.io", ALL),
    (CONFIGS, "application/json;stream=log", ALL),
    (CONFIGS, METADATA.format(""), "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)"),
    ("/api/v1/namespaces/default", METADATA.format("List"),
     "you requested PartialObjectMetadataList, but the requested object is not a list (*core.Namespace)"),
])
def test_a_client_that_takes_nothing_there_is_hears_406(door, path, accept, message):
    status, body = door.ask("GET", path, headers={"Accept": accept})
    assert (status, body["reason"], body["message"]) == (406, "NotAcceptable", message)


def test_a_body_of_an_unknown_type_is_refused(door):
    status, body = door.ask("POST", CONFIGS, a_config(), kind="text/plain")
    assert (status, body["reason"]) == (415, "UnsupportedMediaType")
    assert body["message"] == ("the body of the request was in an unknown format - accepted media types include: "
                               "application/json, application/yaml, application/vnd.kubernetes.protobuf")


@pytest.mark.parametrize(("query", "table"), [("None", None), ("Metadata", "PartialObjectMetadata"), ("Object", "ConfigMap")])
def test_rows_carry_what_was_asked_for(door, query, table):
    door.ask("POST", CONFIGS, a_config())
    _, body = door.ask("GET", f"{CONFIGS}/a?includeObject={query}", headers={"Accept": TABLE.format("v1")})
    assert (body["rows"][0].get("object") or {}).get("kind") == table


def test_rows_with_something_unknown_are_refused(door):
    status, body = door.ask("GET", f"{CONFIGS}?includeObject=All", headers={"Accept": TABLE.format("v1")})
    assert (status, body["message"]) == (400, "Unable to convert to Table as requested: includeObject: Invalid value: \"All\": "
                                              "must be 'Metadata', 'Object', 'None', or empty")


@pytest.mark.parametrize(("query", "watches"), [
    ("watch=1", True), ("watch=true", True), ("watch", True), ("watch=", True), ("watch=yes", True),
    ("watch=0", False), ("watch=false", False), ("watch=False", False), ("", False),
])
def test_only_0_and_false_mean_no(door, query, watches):
    number = door.send("GET", f"{CONFIGS}?{query}&timeoutSeconds=1")
    door.answer(number)
    door.run(2)
    assert (number in door.client.state["ended"]) == watches


@pytest.mark.parametrize(("method", "name", "message"), [
    ("PUT", "", "the name of the object (a based on URL) was undeterminable: name must be provided"),
    ("PUT", "b", "the name of the object (b) does not match the name on the URL (a)"),
])
def test_a_put_names_its_object(door, method, name, message):
    door.ask("POST", CONFIGS, a_config())
    status, body = door.ask(method, f"{CONFIGS}/a", a_config(name))
    assert (status, body["message"]) == (400, message)


def test_health_is_told_check_by_check(door):
    status, text = door.ask("GET", "/readyz?verbose")
    assert status == 200
    assert text.startswith("[+]ping ok\n[+]log ok\n[+]etcd ok\n") and text.endswith("[+]shutdown ok\nreadyz check passed\n")
    assert door.ask("GET", "/livez/poststarthook/rbac/bootstrap-roles") == (200, "ok")
    assert door.ask("GET", "/healthz/nothing")[0] == 404
    assert 'no matches for "moon"' in door.ask("GET", "/livez?verbose&exclude=moon")[1]


def test_a_server_that_lost_etcd_lives_but_is_not_well(door):
    door.server.state["synced"] = False
    status, text = door.ask("GET", "/livez")
    assert status == 500 and "[-]etcd failed: reason withheld" in text and text.endswith("livez check failed\n")
    assert door.ask("GET", "/livez?exclude=etcd")[0] == 200


def test_discovery_comes_in_one_answer_if_asked(door):
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    _, core = door.ask("GET", "/api", headers={"Accept": accept})
    pods = next(r for r in core["items"][0]["versions"][0]["resources"] if r["resource"] == "pods")
    assert (pods["scope"], pods["singularResource"], pods["shortNames"]) == ("Namespaced", "pod", ["po"])
    assert {"subresource": "log", "responseKind": {"group": "", "version": "v1", "kind": "Pod"}, "verbs": ["get"]} in pods["subresources"]
    _, groups = door.ask("GET", "/apis", headers={"Accept": accept})
    scaling = next(item for item in groups["items"] if item["metadata"]["name"] == "autoscaling")
    assert [version["version"] for version in scaling["versions"]] == ["v2", "v1"]
    assert door.ask("GET", "/apis", headers={"Accept": "application/json"})[1]["kind"] == "APIGroupList"
