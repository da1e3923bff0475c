"""ValidatingAdmissionPolicy: conditions in CEL that a request must fulfil, wherever a binding says so.

A policy says what must hold, a binding where, with which parameters, and what a breach leads to: Deny, Warn or Audit
(of which nothing is kept here: there is no audit log). All policies are asked; the first denial is what the client hears.

Upstream: k8s.io/apiserver/pkg/admission/plugin/policy/validating (dispatcher.go, validator.go).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.admission.policies.evaluation import Evaluation, PolicyError
from cluster_sim.apiserver.admission.policies.matching import matches
from cluster_sim.apiserver.admission.policies.params import ConfigurationError, collect
from cluster_sim.apiserver.admission.policies.request import Request
from cluster_sim.apiserver.admission.refusal import refusal

Object = dict[str, Any]

POLICIES, BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"
CODES = {"Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413, "Invalid": 422}
MAX_MESSAGE = 5 << 10  # letters of an evaluated message


@dataclass(slots=True)
class Denial:
    """Why a request does not please a policy."""

    policy: str
    binding: str
    message: str
    reason: str = "Invalid"


def admit(request: Request) -> None:
    """Ask every policy that is about the request; raises ApiError."""
    cache = request.server.cache
    bindings = cache.list(BINDINGS)
    denials: list[Denial] = []
    for policy in cache.list(POLICIES):
        mine = [one for one in bindings if (one.get("spec") or {}).get("policyName") == policy["metadata"]["name"]]
        if mine and matches(request, (policy.get("spec") or {}).get("matchConstraints") or {}):
            for binding in mine:
                if matches(request, (binding.get("spec") or {}).get("matchResources") or {}):
                    denials += _bound(request, policy, binding)
    if denials:
        raise _error(request, denials[0])


def _bound(request: Request, policy: Object, binding: Object) -> list[Denial]:
    """What a policy with one of its bindings denies; warnings go to the client."""
    spec, names = policy["spec"], (policy["metadata"]["name"], binding["metadata"]["name"])
    fails = spec.get("failurePolicy", "Fail") == "Fail"
    try:
        params = collect(request, spec.get("paramKind"), binding["spec"].get("paramRef"))
    except ConfigurationError as error:
        what = "policy" if error.whole else "binding"
        return [Denial(names[0], "" if error.whole else names[1], f"failed to configure {what}: {error}")] if fails else []
    actions, denials = binding["spec"].get("validationActions") or [], []
    for one in params:
        for message, reason in _breaches(request, spec, one, fails):
            if "Deny" in actions:
                denials.append(Denial(*names, message, reason))
            if "Warn" in actions:
                request.info.warnings.append(
                    f"Validation failed for ValidatingAdmissionPolicy '{names[0]}' with binding '{names[1]}': {message}")
    return denials


def _breaches(request: Request, spec: Object, params: Object | None, fails: bool) -> list[tuple[str, str]]:
    """(message, reason) of every validation that does not hold."""
    evaluation = Evaluation(request, params, spec.get("variables") or [])
    try:
        if not evaluation.conditions_hold(spec.get("matchConditions") or [], fails):
            return []
    except PolicyError as error:
        return [(str(error), "Invalid")]
    found = []
    for validation in spec.get("validations") or ():
        try:
            if evaluation.value(validation.get("expression", "")) is not True:
                found.append((_message(evaluation, validation), validation.get("reason") or "Invalid"))
        except PolicyError as error:
            if fails:
                found.append((str(error), "Invalid"))
    for annotation in spec.get("auditAnnotations") or ():
        try:
            evaluation.value(annotation.get("valueExpression", ""))
        except PolicyError as error:
            if fails:
                found.append((str(error), "Invalid"))
    return found


def _message(evaluation: Evaluation, validation: Object) -> str:
    """The expression's message if it makes one, else the fixed one, else the expression."""
    if validation.get("messageExpression"):
        try:
            told = evaluation.value(validation["messageExpression"])
        except PolicyError:
            told = None
        text = told.strip() if isinstance(told, str) else ""
        if text and len(text) <= MAX_MESSAGE and "\n" not in text:
            return text
    message: str = (validation.get("message") or "").strip()
    return message or f"failed expression: {validation.get('expression', '').strip()}"


def _error(request: Request, denial: Denial) -> ApiError:
    bound = f" with binding '{denial.binding}'" if denial.binding else ""
    text = f"ValidatingAdmissionPolicy '{denial.policy}'{bound} denied request: {denial.message}"
    status = refusal(request.info, request.new or request.old or {}, text, [{"message": text}]).status
    return ApiError({**status, "reason": denial.reason, "code": CODES.get(denial.reason, 422)})
