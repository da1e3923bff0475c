"""Policies in CEL and webhooks: which requests they are about, and what they say.

Upstream: apiserver/pkg/admission/plugin/policy/validating/{validator,dispatcher}_test.go, policy/matching/matching_test.go,
policy/mutating/dispatcher_test.go, plugin/webhook/validating/plugin_test.go.
"""

import pytest

from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, Door, a_config, a_deployment, a_pod

ROOT = "/apis/admissionregistration.k8s.io/v1"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
NS = "/api/v1/namespaces"
CONFIG_RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"], "resources": ["configmaps"]}
DEPLOYMENT_RULE = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["deployments"]}


def policy(door: Door, expression: str, rule=CONFIG_RULE, actions=("Deny",), binding=None, validation=None, **spec):
    """A policy of one validation, bound."""
    made = {"metadata": {"name": "p"}, "spec": {
        "matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": expression, **(validation or {})}], **spec}}
    status, body = door.ask("POST", f"{ROOT}/validatingadmissionpolicies", made)
    assert status == 201, body
    status, body = door.ask("POST", f"{ROOT}/validatingadmissionpolicybindings", {"metadata": {"name": "b"}, "spec": {
        "policyName": "p", "validationActions": list(actions), **(binding or {})}})
    assert status == 201, body


def refused(door: Door, verb="POST", path=CONFIGS, body=None, kind=None):
    """What the policy says of a request; "" if nothing."""
    status, answer = door.ask(verb, path, a_config() if body is None and verb == "POST" else body, kind)
    return "" if status < 300 else answer["message"].partition("denied request: ")[2] or answer["message"]


def test_a_breach_is_told_in_full(door):
    policy(door, "object.spec.replicas <= 5", DEPLOYMENT_RULE)
    assert door.ask("POST", DEPLOYMENTS, a_deployment("few"))[0] == 201
    status, body = door.ask("POST", DEPLOYMENTS, a_deployment("many", replicas=6))
    text = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.spec.replicas <= 5"
    assert (status, body["reason"], body["message"]) == (422, "Invalid", f'deployments.apps "many" is forbidden: {text}')
    assert body["details"]["causes"] == [{"message": text}]


@pytest.mark.parametrize(("expression", "message"), [
    ("true", ""),
    ("object.data.a == 'b'", ""),
    ("object.data.a == 'c'", "failed expression: object.data.a == 'c'"),
    ("object.data.z == 'c'", "expression 'object.data.z == 'c'' resulted in error: no such key: z"),
    ("has(object.data.z)", "failed expression: has(object.data.z)"),
    ("object.data.?z.orValue('c') == 'c'", ""),
    ("oldObject == null", ""),
    ("request.operation == 'CREATE' && request.name == 'a' && request.namespace == 'default'", ""),
    ("request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups", ""),
    ("request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap'", ""),
    ("namespaceObject.metadata.name == 'default'", ""),
    ("params == null", ""),
    ("authorizer.group('').resource('pods').namespace('default').check('create').allowed()", ""),
    ("authorizer.serviceAccount('default', 'default').group('').resource('pods').check('create').allowed()",
     "failed expression: authorizer.serviceAccount('default', 'default').group('').resource('pods').check('create').allowed()"),
    ("authorizer.path('/healthz').check('get').allowed()", ""),
    ("cel.bind(d, object.data, d.a == 'b')", ""),
    ("quantity('1Gi').isGreaterThan(quantity('500Mi'))", ""),
])
def test_an_expression_sees_the_request(door, expression, message):
    policy(door, expression)
    assert refused(door, body=a_config(a="b")) == message


@pytest.mark.parametrize(("validation", "message"), [
    ({"message": " no way "}, "no way"),
    ({"messageExpression": "'name is ' + object.metadata.name"}, "name is a"),
    ({"message": "no", "messageExpression": "object.nothing"}, "no"),
    ({"message": "no", "messageExpression": "''"}, "no"),
    ({"messageExpression": "'two\\nlines'"}, "failed expression: false"),
])
def test_the_message_is_made_or_given(door, validation, message):
    policy(door, "false", validation=validation)
    assert refused(door) == message


@pytest.mark.parametrize(("reason", "code"), [("Forbidden", 403), ("Unauthorized", 401), ("RequestEntityTooLarge", 413), ("Invalid", 422)])
def test_the_reason_decides_the_code(door, reason, code):
    policy(door, "false", validation={"reason": reason})
    status, body = door.ask("POST", CONFIGS, a_config())
    assert (status, body["reason"]) == (code, reason)


def test_warn_warns_and_audit_is_silent(door):
    policy(door, "false", actions=("Warn", "Audit"), validation={"message": "mind"})
    number = door.send("POST", CONFIGS, a_config())
    assert door.answer(number)[0] == 201
    assert door.client.state["answers"][str(number)]["headers"]["Warning"] == (
        "299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': mind\"")


def test_variables_build_on_each_other(door):
    policy(door, "variables.double == 4", variables=[
        {"name": "count", "expression": "size(object.data)"}, {"name": "double", "expression": "variables.count * 2"}])
    assert refused(door, body=a_config(a="1", b="2")) == ""
    assert refused(door, body=a_config("c", a="1")) == "failed expression: variables.double == 4"


def test_a_variable_that_fails_fails_the_expression(door):
    policy(door, "variables.x", variables=[{"name": "x", "expression": "object.nothing"}])
    assert refused(door) == ("expression 'variables.x' resulted in error: composited variable \"x\" fails to evaluate: "
                             "no such key: nothing")


@pytest.mark.parametrize(("condition", "policy_", "message"), [
    ("object.metadata.name != 'a'", "Fail", ""), ("object.metadata.name == 'a'", "Fail", "failed expression: false"),
    ("object.nothing == 1", "Fail", "expression 'object.nothing == 1' resulted in error: no such key: nothing"),
    ("object.nothing == 1", "Ignore", ""),
])
def test_match_conditions_say_when_it_applies(door, condition, policy_, message):
    policy(door, "false", matchConditions=[{"name": "c", "expression": condition}], failurePolicy=policy_)
    assert refused(door) == message


def test_a_policy_that_fails_may_be_ignored(door):
    policy(door, "object.nothing", failurePolicy="Ignore")
    assert refused(door) == ""


@pytest.mark.parametrize(("rule", "applies"), [
    ({**CONFIG_RULE, "operations": ["*"]}, True), ({**CONFIG_RULE, "operations": ["UPDATE"]}, False),
    ({**CONFIG_RULE, "resources": ["*"]}, True), ({**CONFIG_RULE, "resources": ["*/*"]}, True),
    ({**CONFIG_RULE, "resources": ["configmaps/status"]}, False), ({**CONFIG_RULE, "apiGroups": ["*"]}, True),
    ({**CONFIG_RULE, "apiGroups": ["apps"]}, False), ({**CONFIG_RULE, "scope": "Cluster"}, False),
    ({**CONFIG_RULE, "scope": "Namespaced"}, True), ({**CONFIG_RULE, "resourceNames": ["a"]}, True),
    ({**CONFIG_RULE, "resourceNames": ["b"]}, False),
])
def test_rules_say_which_requests(door, rule, applies):
    policy(door, "false", rule)
    assert bool(refused(door)) == applies


def test_a_binding_narrows_down_by_namespace_and_labels(door):
    policy(door, "false", binding={"matchResources": {
        "namespaceSelector": {"matchLabels": {"env": "prod"}}, "objectSelector": {"matchLabels": {"watched": "yes"}}}})
    watched = {"metadata": {"name": "w", "labels": {"watched": "yes"}}}
    assert refused(door, body=watched) == ""
    door.ask("PATCH", f"{NS}/default", {"metadata": {"labels": {"env": "prod"}}}, MERGE)
    assert refused(door, body={"metadata": {"name": "x"}}) == ""
    assert refused(door, body={**watched, "metadata": {**watched["metadata"], "name": "y"}}) == "failed expression: false"


def test_excluded_rules_win(door):
    policy(door, "false", matchConstraints={"resourceRules": [{**CONFIG_RULE, "resources": ["*"]}],
                                            "excludeResourceRules": [CONFIG_RULE]})
    assert refused(door) == ""
    assert refused(door, path="/api/v1/namespaces/default/secrets", body={"metadata": {"name": "s"}}) != ""


def test_parameters_come_from_what_the_binding_names(door):
    door.ask("POST", CONFIGS, a_config("limits", most="1"))
    policy(door, "size(object.data) <= int(params.data.most)", paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
           binding={"paramRef": {"name": "limits", "namespace": "default", "parameterNotFoundAction": "Deny"}})
    assert refused(door, body=a_config(a="1")) == ""
    assert refused(door, body=a_config("c", a="1", b="2")) == "failed expression: size(object.data) <= int(params.data.most)"


@pytest.mark.parametrize(("action", "message"), [
    ("Allow", ""), ("Deny", "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")])
def test_parameters_that_are_not_there(door, action, message):
    policy(door, "false", paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
           binding={"paramRef": {"name": "gone", "namespace": "default", "parameterNotFoundAction": action}})
    assert refused(door) == message


def test_updates_and_removals_are_asked_about_too(door):
    door.ask("POST", CONFIGS, a_config(a="1"))
    policy(door, "object == null ? oldObject.data.a != '1' : oldObject == null || object.data.a == oldObject.data.a")
    assert refused(door, "PATCH", f"{CONFIGS}/a", {"data": {"a": "2"}}, MERGE) != ""
    assert refused(door, "DELETE", f"{CONFIGS}/a") != ""
    assert door.ask("GET", f"{CONFIGS}/a")[0] == 200


def test_subresources_are_asked_about_by_name(door):
    door.ask("POST", PODS, a_pod())
    policy(door, "object.kind != 'Eviction'", {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                                               "resources": ["pods/eviction"]})
    assert refused(door, "POST", f"{PODS}/web/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web"}}) != ""


def test_no_policy_locks_itself_in(door):
    policy(door, "false", {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]})
    assert refused(door) != ""
    assert door.ask("DELETE", f"{ROOT}/validatingadmissionpolicybindings/b")[0] == 200
    assert refused(door) == ""


def mutation(door: Door, **mutation):
    door.ask("POST", f"{ROOT}/mutatingadmissionpolicies", {"metadata": {"name": "m"}, "spec": {
        "matchConstraints": {"resourceRules": [{**CONFIG_RULE, "resources": ["pods", "configmaps"]}]}, "reinvocationPolicy": "Never",
        "mutations": [mutation]}})
    door.ask("POST", f"{ROOT}/mutatingadmissionpolicybindings", {"metadata": {"name": "mb"}, "spec": {"policyName": "m"}})


def test_a_mutation_is_merged_in(door):
    mutation(door, patchType="ApplyConfiguration", applyConfiguration={"expression": (
        'Object{metadata: Object.metadata{labels: {"team": object.metadata.name}}, spec: Object.spec{initContainers: ['
        'Object.spec.initContainers{name: "mesh", image: "mesh:1", restartPolicy: "Always"}]}}')})
    status, body = door.ask("POST", PODS, a_pod())
    assert status == 201, body
    assert body["metadata"]["labels"] == {"team": "web"}
    assert [c["name"] for c in body["spec"]["initContainers"]] == ["mesh"]
    assert body["spec"]["initContainers"][0]["terminationMessagePolicy"] == "File"


def test_a_mutation_may_be_a_json_patch(door):
    mutation(door, patchType="JSONPatch", jsonPatch={"expression": '[JSONPatch{op: "add", path: "/data", value: {"x": "y"}}]'})
    assert door.ask("POST", CONFIGS, a_config())[1]["data"] == {"x": "y"}


HOOK = {"name": "hook.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None", "rules": [CONFIG_RULE],
        "clientConfig": {"service": {"name": "hook", "namespace": "default", "path": "/check"}}}


@pytest.mark.parametrize(("kind", "more", "message"), [
    ("validating", {}, 'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post '
                       '"https://hook.default.svc:443/check?timeout=10s": service "hook" not found'),
    ("mutating", {"timeoutSeconds": 3}, 'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: '
                                        'Post "https://hook.default.svc:443/check?timeout=3s": service "hook" not found'),
    ("validating", {"failurePolicy": "Ignore"}, ""),
    ("validating", {"rules": [DEPLOYMENT_RULE]}, ""),
    ("validating", {"matchConditions": [{"name": "c", "expression": "object.metadata.name == 'b'"}]}, ""),
    ("validating", {"namespaceSelector": {"matchLabels": {"x": "y"}}}, ""),
])
def test_a_webhook_that_nobody_answers(door, kind, more, message):
    path = f"{ROOT}/{kind}webhookconfigurations"
    status, body = door.ask("POST", path, {"metadata": {"name": "w"}, "webhooks": [{**HOOK, **more}]})
    assert status == 201, body
    status, body = door.ask("POST", CONFIGS, a_config())
    assert (body["message"] if status == 500 else "") == message
