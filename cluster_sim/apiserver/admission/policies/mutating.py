"""MutatingAdmissionPolicy: changes in CEL that are made to an object on its way in, wherever a binding says so.

A mutation is an object to be merged in (ApplyConfiguration; as server-side apply would, lists by their keys) or a JSON
patch. Simplified: each policy is applied once, whatever its reinvocationPolicy.

Upstream: k8s.io/apiserver/pkg/admission/plugin/policy/mutating (dispatcher.go, patch/{smd,json_patch}.go).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import patches, schema
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import defaulting
from cluster_sim.apiserver.admission.policies.evaluation import Evaluation, PolicyError
from cluster_sim.apiserver.admission.policies.matching import matches
from cluster_sim.apiserver.admission.policies.params import ConfigurationError, collect
from cluster_sim.apiserver.admission.policies.request import Request
from cluster_sim.apiserver.admission.refusal import refusal

Object = dict[str, Any]

POLICIES, BINDINGS = "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"


def admit(request: Request) -> Object:
    """The object as the policies make it; raises ApiError."""
    assert request.new is not None
    cache = request.server.cache
    bindings = cache.list(BINDINGS)
    for policy in cache.list(POLICIES):
        mine = [one for one in bindings if (one.get("spec") or {}).get("policyName") == policy["metadata"]["name"]]
        if mine and matches(request, (policy.get("spec") or {}).get("matchConstraints") or {}):
            for binding in mine:
                if matches(request, (binding.get("spec") or {}).get("matchResources") or {}):
                    request.new = _bound(request, policy, binding)
    return request.new


def _bound(request: Request, policy: Object, binding: Object) -> Object:
    spec, new = policy["spec"], request.new
    assert new is not None
    fails = spec.get("failurePolicy", "Fail") == "Fail"
    try:
        for params in collect(request, spec.get("paramKind"), binding["spec"].get("paramRef")):
            evaluation = Evaluation(request, params, spec.get("variables") or [])
            if evaluation.conditions_hold(spec.get("matchConditions") or [], fails):
                for mutation in spec.get("mutations") or ():
                    new = request.new = _mutated(request, evaluation, mutation, new)
                    evaluation = Evaluation(request, params, spec.get("variables") or [])
    except (ConfigurationError, PolicyError, ApiError) as error:
        if fails:
            names = f"'{policy['metadata']['name']}' with binding '{binding['metadata']['name']}'"
            prefix = "failed to configure binding: " if isinstance(error, ConfigurationError) else ""
            raise refusal(request.info, request.new or {},
                          f"policy {names} denied request: {prefix}{error}") from None
    return request.new or new


def _mutated(request: Request, evaluation: Evaluation, mutation: Object, obj: Object) -> Object:
    if mutation.get("patchType") == "JSONPatch":
        operations = ordered(evaluation.value((mutation.get("jsonPatch") or {}).get("expression", "")))
        made = patches.json_patch(obj, operations)
    else:
        change = ordered(evaluation.value((mutation.get("applyConfiguration") or {}).get("expression", "")))
        if not isinstance(change, dict):
            raise PolicyError("must evaluate to Object")
        custom = request.server.custom.owns(request.resource)
        made = patches.merge_patch(obj, change) if custom else patches.strategic_merge_patch(
            obj, change, obj["apiVersion"], obj["kind"])
    if not schema.knows(made.get("apiVersion", ""), made.get("kind", "")):
        return made  # type: ignore[no-any-return]
    decoded, error, _ = schema.decode(made, made["apiVersion"], made["kind"])
    if error is not None:
        raise PolicyError(error)
    head = {"kind": made["kind"], "apiVersion": made["apiVersion"]}
    return defaulting.apply({**head, **{key: value for key, value in decoded.items() if key not in head}}, request.resource)


def ordered(value: Any) -> Any:
    """A value of CEL's with the keys of its maps in order: CEL's own order is nobody's."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [ordered(item) for item in value]
    return value
