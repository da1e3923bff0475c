"""Expressions of one policy over one request: variables, conditions, and the authorizer they may ask.

Upstream: k8s.io/apiserver/pkg/admission/plugin/cel (activation.go, composition.go), plugin/webhook/matchconditions,
k8s.io/apiserver/pkg/cel/library/authz.go.
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.api import expressions
from cluster_sim.apiserver.admission.policies.request import Request
from cluster_sim.apiserver.rbac.rules import Attributes

Object = dict[str, Any]

NAMES = ("object", "oldObject", "request", "params", "namespaceObject", "authorizer", "variables")
_VARIABLE = re.compile(r"\bvariables\s*\.\s*\??\s*(\w+)")


class PolicyError(Exception):
    """An expression that failed, in upstream's words."""


class Evaluation:
    """The expressions of a policy, evaluated for a request and one object of parameters."""

    def __init__(self, request: Request, params: Object | None, variables: list[Object]) -> None:
        self.request = request
        self._expressions = {variable.get("name", ""): variable.get("expression", "") for variable in variables}
        self._values: Object = {}
        shown = request.given if request.given is not None else request.new
        self._names: Object = {"object": shown, "oldObject": request.old, "request": request.as_cel(), "params": params,
                               "namespaceObject": request.space(), "authorizer": {"authorizer": True}}

    def value(self, expression: str) -> Any:
        """What an expression comes to; raises PolicyError."""
        try:
            wrong = expressions.undeclared(expression, NAMES)
        except expressions.ExpressionError as error:
            wrong = str(error)
        if wrong:
            raise PolicyError(f"compilation error: compilation failed: {wrong}")
        try:
            return self._run(expression)
        except Exception as error:  # whatever CEL raises is the expression's fault
            told = str(error) if isinstance(error, PolicyError) else expressions.reason(error)
            raise PolicyError(f"expression '{expression}' resulted in error: {told}") from None

    def _run(self, expression: str) -> Any:
        names = {**self._names, "variables": self._variables(expression)}
        functions = _authorizer(self.request) if "authorizer" in expression else None
        return expressions.run(expression, names, functions)

    def _variables(self, expression: str) -> Object:
        """The variables an expression names: each is worked out when first needed."""
        needed = dict.fromkeys(_VARIABLE.findall(expression))
        for name in needed:
            if name in self._expressions and name not in self._values:
                text = self._expressions.pop(name)
                try:
                    self._values[name] = self._run(text)
                except Exception as error:
                    told = str(error) if isinstance(error, PolicyError) else expressions.reason(error)
                    raise PolicyError(f'composited variable "{name}" fails to evaluate: {told}') from None
        return {name: self._values[name] for name in needed if name in self._values}

    def conditions_hold(self, conditions: list[Object], fails: bool) -> bool:
        """Whether all match conditions hold; raises PolicyError if that is not to be known, and `fails`."""
        errors = []
        for condition in conditions:
            try:
                if self.value(condition.get("expression", "")) is False:
                    return False
            except PolicyError as error:
                errors.append(str(error))
        if not errors:
            return True
        if fails:
            raise PolicyError(errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")
        return False


def _authorizer(request: Request) -> Object:
    """The functions of `authorizer`: who asks, or the account named, may do this?"""
    info = request.info

    def asked(check: Object, **more: Any) -> Object:
        return {**check, **more}

    def decide(check: Object, verb: str) -> Object:
        user, groups = check.get("user", info.user), tuple(check.get("groups", info.groups))
        if "path" in check:
            wanted = Attributes(user, groups, verb, path=check["path"])
        else:
            wanted = Attributes(user, groups, verb, check.get("namespace", ""), check.get("group", ""),
                                check.get("resource", ""), check.get("subresource", ""), check.get("name", ""))
        allowed, reason = request.server.authorizer.decide(wanted)
        return {"allowed": allowed, "reason": reason}

    def account(check: Object, namespace: str, name: str) -> Object:
        return {"user": f"system:serviceaccount:{namespace}:{name}",
                "groups": ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]}

    return {
        "path": lambda check, path: asked(check, path=path), "group": lambda check, group: asked(check, group=group),
        "resource": lambda check, name: asked(check, resource=name),
        "subresource": lambda check, name: asked(check, subresource=name),
        "namespace": lambda check, name: asked(check, namespace=name), "name": lambda check, name: asked(check, name=name),
        "check": decide, "allowed": lambda decision: decision["allowed"], "reason": lambda decision: decision["reason"],
        "errored": lambda decision: False, "error": lambda decision: "", "serviceAccount": account,
        "fieldSelector": lambda check, text: check, "labelSelector": lambda check, text: check,
    }
