"""Who asks: bearer tokens of service accounts, impersonation, anonymous.

Upstream: kubernetes/pkg/serviceaccount/jwt_test.go, apiserver/pkg/endpoints/filters/impersonation_test.go,
kubernetes/test/integration/auth/svcaccttoken_test.go.
"""

import pytest

from tests.unit.apiserver.door import CONFIGS, PODS, Door, a_pod

ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
REVIEW = "/apis/authentication.k8s.io/v1/tokenreviews"
ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"


def token(door: Door, **spec) -> str:
    status, body = door.ask("POST", f"{ACCOUNTS}/default/token", {"spec": spec})
    assert status == 201, body
    return body["status"]["token"]


def who(door: Door, user="admin", **headers):
    status, body = door.ask("POST", WHO, {}, user=user, headers=headers)
    return status, (body["status"]["userInfo"] if status == 201 else body["message"])


def allow(door: Door, user: str, *rules) -> None:
    door.ask("POST", ROLES, {"metadata": {"name": "r"}, "rules": list(rules)})
    door.ask("POST", f"{ROLES[:-5]}rolebindings", {
        "metadata": {"name": "r"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}]})


def test_a_token_says_who_asks(door):
    status, info = who(door, Authorization=f"Bearer {token(door)}")
    assert (status, info["username"]) == (201, "system:serviceaccount:default:default")
    assert info["groups"] == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]
    assert info["extra"]["authentication.kubernetes.io/credential-id"][0].startswith("JTI=")


def test_what_a_token_may_is_what_its_account_may(door):
    status, body = door.ask("GET", CONFIGS, headers={"authorization": f"Bearer {token(door)}"})
    assert (status, body["message"]) == (403, 'configmaps is forbidden: User "system:serviceaccount:default:default" cannot list '
                                              'resource "configmaps" in API group "" in the namespace "default"')


@pytest.mark.parametrize("text", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeXN0ZW06YWRtaW4ifQ.", "💥.💥.💥"])
def test_a_token_that_nobody_knows_is_no_credential(door, text):
    assert who(door, Authorization=f"Bearer {text}") == (401, "Unauthorized")


def test_a_forged_token_is_no_credential(door):
    head, claims, signature = token(door).split(".")
    assert who(door, Authorization=f"Bearer {head}.{claims}.{signature[::-1]}")[0] == 401


def test_a_token_expires(door):
    text = token(door, expirationSeconds=600)
    door.run(590)
    assert who(door, Authorization=f"Bearer {text}")[0] == 201
    door.run(20)
    assert who(door, Authorization=f"Bearer {text}")[0] == 401


def test_a_token_dies_with_its_account(door):
    text = token(door)
    door.ask("DELETE", f"{ACCOUNTS}/default")
    door.ask("POST", ACCOUNTS, {"metadata": {"name": "default"}})
    assert who(door, Authorization=f"Bearer {text}")[0] == 401


def test_a_token_dies_with_its_pod(door):
    door.ask("POST", PODS, a_pod())
    text = token(door, boundObjectRef={"apiVersion": "v1", "kind": "Pod", "name": "web"})
    assert who(door, Authorization=f"Bearer {text}")[1]["extra"]["authentication.kubernetes.io/pod-name"] == ["web"]
    door.ask("DELETE", f"{PODS}/web")
    assert who(door, Authorization=f"Bearer {text}")[0] == 401


@pytest.mark.parametrize(("reference", "status", "message"), [
    ({"apiVersion": "v1", "kind": "Pod", "name": "gone"}, 404, 'pods "gone" not found'),
    ({"apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "x"}, 409, "the UID in the bound object reference (x) does not match"),
    ({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, 400, "cannot bind token to object of type apps/v1, Kind=Deployment"),
])
def test_a_token_is_bound_to_what_there_is(door, reference, status, message):
    door.ask("POST", PODS, a_pod())
    got, body = door.ask("POST", f"{ACCOUNTS}/default/token", {"spec": {"boundObjectRef": reference}})
    assert got == status and message in body["message"]


def test_a_review_tells_whose_token_it_is(door):
    text = token(door, audiences=["vault"])
    _, body = door.ask("POST", REVIEW, {"spec": {"token": text, "audiences": ["vault", "other"]}})
    assert body["status"]["authenticated"] and body["status"]["audiences"] == ["vault"]
    assert body["status"]["user"]["username"] == "system:serviceaccount:default:default"
    _, body = door.ask("POST", REVIEW, {"spec": {"token": text}})
    assert body["status"] == {"user": {}, "error": "invalid bearer token"}


@pytest.mark.parametrize(("headers", "user", "groups"), [
    ({"Impersonate-User": "jane"}, "jane", ["system:authenticated"]),
    ({"Impersonate-User": "jane", "Impersonate-Group": "a, b"}, "jane", ["a", "b", "system:authenticated"]),
    ({"Impersonate-User": "jane", "Impersonate-Group": ["a", "b"]}, "jane", ["a", "b", "system:authenticated"]),
    ({"Impersonate-User": "system:anonymous"}, "system:anonymous", ["system:unauthenticated"]),
    ({"Impersonate-User": "system:node:n1"}, "system:node:n1", ["system:authenticated"]),
    ({"Impersonate-User": "system:serviceaccount:a:b"}, "system:serviceaccount:a:b",
     ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"]),
    ({"Impersonate-User": "system:serviceaccount:a:b", "Impersonate-Group": "g"}, "system:serviceaccount:a:b",
     ["g", "system:authenticated"]),
])
def test_masters_ask_in_anybodys_name(door, headers, user, groups):
    if user == "system:anonymous":  # who may not even ask who they are
        assert door.ask("GET", CONFIGS, headers=headers)[1]["message"].startswith('configmaps is forbidden: User "system:anonymous"')
        return
    assert who(door, **headers) == (201, {"username": user, "groups": groups})


def test_impersonation_brings_uid_and_extras_along(door):
    _, info = who(door, **{"Impersonate-User": "jane", "Impersonate-Uid": "42", "Impersonate-Extra-Scopes": "view"})
    assert (info["uid"], info["extra"]) == ("42", {"scopes": ["view"]})


def test_impersonation_needs_somebody(door):
    assert who(door, **{"Impersonate-Group": "g"})[0] == 500


@pytest.mark.parametrize(("headers", "message"), [
    ({"Impersonate-User": "jane"}, 'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at '
                                   "the cluster scope"),
    ({"Impersonate-User": "system:serviceaccount:a:b"}, 'serviceaccounts "b" is forbidden: User "bob" cannot impersonate resource '
                                                        '"serviceaccounts" in API group "" in the namespace "a"'),
])
def test_others_need_the_right_to_impersonate(door, headers, message):
    assert who(door, "bob", **headers) == (403, message)


def test_who_may_impersonate_one_user_may_not_add_groups(door):
    allow(door, "bob", {"verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"], "resourceNames": ["jane"]})
    cluster = {"metadata": {"name": "b"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"},
               "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "bob"}]}
    door.ask("POST", f"{ROLES[:-5]}rolebindings", cluster)
    assert who(door, "bob", **{"Impersonate-User": "jane"})[1]["username"] == "jane"
    assert who(door, "bob", **{"Impersonate-User": "joe"})[0] == 403
    status, text = who(door, "bob", **{"Impersonate-User": "jane", "Impersonate-Group": "system:masters"})
    assert (status, text) == (403, 'groups "system:masters" is forbidden: User "bob" cannot impersonate resource "groups" in API '
                                   'group "" at the cluster scope')
