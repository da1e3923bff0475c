"""Reading a path: upstream's requestinfo_test.go, and the forms clients really send."""

import pytest

from cluster_sim.apiserver.request_info import parse


@pytest.mark.parametrize(("method", "url", "expected"), [
    ("GET", "/api/v1/namespaces", ("list", "", "", "namespaces", "", "")),
    ("GET", "/api/v1/namespaces/other", ("get", "", "other", "namespaces", "other", "")),
    ("PUT", "/api/v1/namespaces/other/finalize", ("update", "", "other", "namespaces", "other", "finalize")),
    ("GET", "/api/v1/namespaces/other/pods", ("list", "", "other", "pods", "", "")),
    ("GET", "/api/v1/namespaces/other/pods/foo", ("get", "", "other", "pods", "foo", "")),
    ("HEAD", "/api/v1/namespaces/other/pods/foo", ("get", "", "other", "pods", "foo", "")),
    ("GET", "/api/v1/pods", ("list", "", "", "pods", "", "")),
    ("POST", "/api/v1/namespaces/other/pods", ("create", "", "other", "pods", "", "")),
    ("DELETE", "/api/v1/namespaces/other/pods", ("deletecollection", "", "other", "pods", "", "")),
    ("DELETE", "/api/v1/namespaces/other/pods/foo", ("delete", "", "other", "pods", "foo", "")),
    ("PATCH", "/apis/apps/v1/namespaces/x/deployments/d/scale", ("patch", "apps", "x", "deployments", "d", "scale")),
    ("GET", "/apis/apps/v1/deployments?watch=true", ("watch", "apps", "", "deployments", "", "")),
    ("GET", "/api/v1/pods?watch=false", ("list", "", "", "pods", "", "")),
    ("GET", "/api/v1/watch/pods", ("watch", "", "", "pods", "", "")),
    ("GET", "/api/v1/watch/namespaces/other/pods/foo", ("watch", "", "other", "pods", "foo", "")),
    ("GET", "/api/v1/namespaces/a%2Fb/pods", ("list", "", "a/b", "pods", "", "")),
    ("GET", "/api/v1/nodes/n/proxy/some/path", ("get", "", "", "nodes", "n", "proxy/some/path")),
])
def test_a_resource_path_is_a_verb_on_a_resource(method, url, expected):
    info = parse(method, url)
    assert info.is_resource
    assert (info.verb, info.group, info.namespace, info.plural, info.name, info.subresource) == expected


@pytest.mark.parametrize("url", ["/", "/version", "/healthz", "/api", "/api/", "/apis", "/apis/apps", "/apis/apps/v1", "/api/v1/"])
def test_other_paths_are_no_resources(url):
    info = parse("GET", url)
    assert (info.is_resource, info.verb) == (False, "get")
