"""RBAC: what a rule allows, what a set of rules covers, and who may do what at the door."""

import pytest

from cluster_sim.apiserver.rbac.rules import Attributes, allows, compact_all, covers
from tests.unit.apiserver.door import CONFIGS, PODS, a_config

POD_READER = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}


def wanted(verb="get", resource="pods", group="", subresource="", name="", path=""):
    return Attributes("jane", (), verb, "ns", group, resource, subresource, name, path)


@pytest.mark.parametrize(("rule", "attributes", "allowed"), [
    (POD_READER, wanted(), True), (POD_READER, wanted("delete"), False), (POD_READER, wanted(group="apps"), False),
    (POD_READER, wanted(subresource="log"), False),
    ({**POD_READER, "resources": ["pods/log"]}, wanted(subresource="log"), True),
    ({**POD_READER, "resources": ["*/scale"]}, wanted(resource="deployments", subresource="scale"), True),
    ({**POD_READER, "resources": ["*"]}, wanted(subresource="log"), True),
    ({**POD_READER, "verbs": ["*"]}, wanted("eat"), True), ({**POD_READER, "apiGroups": ["*"]}, wanted(group="apps"), True),
    ({**POD_READER, "resourceNames": ["one"]}, wanted(name="one"), True),
    ({**POD_READER, "resourceNames": ["one"]}, wanted(name="two"), False),
    ({**POD_READER, "resourceNames": ["one"]}, wanted("list"), False),
    ({"nonResourceURLs": ["/healthz*"], "verbs": ["get"]}, wanted(path="/healthz/etcd"), True),
    ({"nonResourceURLs": ["/healthz"], "verbs": ["get"]}, wanted(path="/healthz/etcd"), False),
])
def test_a_rule_allows_what_it_says(rule, attributes, allowed):
    assert allows(rule, attributes) is allowed


@pytest.mark.parametrize(("owned", "asked", "missing"), [
    ([POD_READER], [POD_READER], []),
    ([POD_READER], [{**POD_READER, "verbs": ["get", "delete"]}], ['{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}']),
    ([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], [POD_READER], []),
    ([{**POD_READER, "resourceNames": ["a"]}], [POD_READER],
     ['{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}']),
    ([{**POD_READER, "resourceNames": ["a"]}], [{**POD_READER, "resourceNames": ["a"]}], []),
    ([], [{"nonResourceURLs": ["/x"], "verbs": ["get"]}], ['{NonResourceURLs:["/x"], Verbs:["get"]}']),
])
def test_what_somebody_does_not_hold_is_named(owned, asked, missing):
    assert compact_all(covers(owned, asked)) == missing


def grant(door, rules, **subject):
    group = "rbac.authorization.k8s.io"
    base = f"/apis/{group}/v1/namespaces/default"
    door.ask("POST", f"{base}/roles", {"metadata": {"name": "r"}, "rules": rules})
    door.ask("POST", f"{base}/rolebindings", {"metadata": {"name": "r"}, "subjects": [subject],
                                              "roleRef": {"apiGroup": group, "kind": "Role", "name": "r"}})


@pytest.mark.parametrize(("subject", "user"), [
    ({"kind": "User", "name": "jane"}, "jane"), ({"kind": "Group", "name": "system:authenticated"}, "anybody"),
    ({"kind": "ServiceAccount", "name": "bot", "namespace": "default"}, "system:serviceaccount:default:bot"),
    ({"kind": "Group", "name": "system:serviceaccounts:default"}, "system:serviceaccount:default:bot")])
def test_a_binding_gives_a_role_to_its_subjects(door, subject, user):
    assert door.ask("GET", CONFIGS, user=user)[0] == 403
    grant(door, [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}], **subject)
    assert door.ask("GET", CONFIGS, user=user)[0] == 200
    assert door.ask("POST", CONFIGS, a_config(), user=user)[0] == 403
    assert door.ask("GET", PODS, user=user)[0] == 403


def test_a_right_taken_away_is_gone_at_once(door):
    grant(door, [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}], kind="User", name="jane")
    assert door.ask("GET", CONFIGS, user="jane")[0] == 200
    door.ask("DELETE", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/r")
    assert door.ask("GET", CONFIGS, user="jane")[0] == 403


def test_an_administrator_may_act_as_somebody_else(door):
    headers = {"Impersonate-User": "jane"}
    status, body = door.ask("GET", CONFIGS, headers=headers)
    assert (status, 'User "jane" cannot list' in body["message"]) == (403, True)
    assert door.ask("GET", CONFIGS, headers=headers, user="jane")[0] == 403
