"""Defaults of kinds with one or two each.

Upstream: pkg/apis/{rbac,scheduling,discovery,admissionregistration,certificates}/v1/defaults.go of kubernetes.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"


def role(obj: Object) -> Object:
    """Roles have none; the entry is here so that the table shows it."""
    return obj


def binding(obj: Object) -> Object:
    """SetDefaults_RoleBinding, SetDefaults_Subject."""
    obj = change(obj, "roleRef", lambda reference: fill(reference, {"apiGroup": RBAC}))

    def subject(given: Object) -> Object:
        return fill(given, {"apiGroup": RBAC}) if given.get("kind") in ("User", "Group") else given
    return change(obj, "subjects", each(subject))


def priority_class(obj: Object) -> Object:
    """SetDefaults_PriorityClass."""
    return fill(obj, {"preemptionPolicy": "PreemptLowerPriority"})


def endpoint_slice(obj: Object) -> Object:
    """SetDefaults_EndpointPort."""
    def port(given: Object) -> Object:
        given = fill(given, {"protocol": "TCP"})
        return given if "name" in given else {**given, "name": ""}
    return change(obj, "ports", each(port))


def webhooks(obj: Object) -> Object:
    """SetDefaults_ValidatingWebhook, SetDefaults_MutatingWebhook."""
    mutating = obj["kind"].startswith("Mutating")

    def webhook(given: Object) -> Object:
        given = fill(given, {"failurePolicy": "Fail", "matchPolicy": "Equivalent", "timeoutSeconds": 10})
        given = {"namespaceSelector": {}, "objectSelector": {}, **given}
        if mutating:
            given = fill(given, {"reinvocationPolicy": "Never"})
        given = change(given, "rules", each(lambda rule: fill(rule, {"scope": "*"})))
        return change(
            given,
            "clientConfig",
            lambda client: change(client, "service", lambda service: fill(service, {"port": 443})),
        )

    return change(obj, "webhooks", each(webhook))


def _match_resources(given: Object) -> Object:
    """SetDefaults_MatchResources."""
    given = {"namespaceSelector": {}, "objectSelector": {}, **fill(given, {"matchPolicy": "Equivalent"})}
    for rules in ("resourceRules", "excludeResourceRules"):
        given = change(given, rules, each(lambda rule: fill(rule, {"scope": "*"})))
    return given


def admission_policy(obj: Object) -> Object:
    """SetDefaults_ValidatingAdmissionPolicySpec, SetDefaults_MutatingAdmissionPolicySpec."""
    return change(obj, "spec", lambda spec: change(fill(spec, {"failurePolicy": "Fail"}), "matchConstraints", _match_resources))


def admission_binding(obj: Object) -> Object:
    """SetDefaults_MatchResources, where a binding narrows down its policy."""
    return change(obj, "spec", lambda spec: change(spec, "matchResources", _match_resources))


def flow_schema(obj: Object) -> Object:
    """SetDefaults_FlowSchemaSpec."""
    return change(obj, "spec", lambda spec: spec if spec.get("matchingPrecedence") else {**spec, "matchingPrecedence": 1000})


def priority_level(obj: Object) -> Object:
    """SetDefaults_LimitedPriorityLevelConfiguration."""
    def limited(given: Object) -> Object:
        given = fill(given, {"nominalConcurrencyShares": 30, "lendablePercent": 0})
        return change(given, "limitResponse", lambda response: change(
            response, "queuing", lambda queuing: fill(queuing, {"queues": 64, "handSize": 8, "queueLengthLimit": 50})))
    return change(obj, "spec", lambda spec: change(spec, "limited", limited))
