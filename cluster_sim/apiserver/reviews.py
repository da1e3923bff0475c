"""Reviews: questions about permissions, asked as if one created an object. Nothing is stored.

Upstream: kubernetes/pkg/registry/authorization, pkg/registry/authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.field import FieldError
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import authentication, decoding, node_authorizer
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.rbac.rules import Attributes
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def review(server: APIServer, info: RequestInfo, call: Object) -> Answer:
    """POST of any of the reviews."""
    if info.verb != "create":
        raise ApiError(status.method_not_allowed())
    body = decoding.decode_plain(info, call["body"], info.kind)
    spec = body.get("spec") or {}
    meta = {key: value for key, value in (body.get("metadata") or {}).items() if value}
    made: Object = {"kind": info.kind.kind, "apiVersion": info.kind.api_version, "metadata": meta}
    if info.plural in ("subjectaccessreviews", "localsubjectaccessreviews", "selfsubjectaccessreviews"):
        return Answer(201, {**made, "spec": spec, "status": _access(server, info, spec)})
    if info.plural == "selfsubjectrulesreviews":
        return Answer(201, {**made, "spec": {}, "status": _rules(server, info, spec)})
    if info.plural == "selfsubjectreviews":
        made["metadata"] = {"creationTimestamp": server.kernel.timestamp()}
        return Answer(201, {**made, "status": {"userInfo": _user(info.user, info.uid, info.groups, info.extra)}})
    return Answer(201, {**made, "spec": spec, "status": _token(server, info, spec)})


def _user(name: str, uid: str, groups: tuple[str, ...], extra: dict[str, list[str]]) -> Object:
    """A UserInfo."""
    return {"username": name, **({"uid": uid} if uid else {}), "groups": list(groups), **({"extra": extra} if extra else {})}


def _token(server: APIServer, info: RequestInfo, spec: Object) -> Object:
    """Whose token it is."""
    token, audiences = spec.get("token", ""), tuple(spec.get("audiences") or ())
    if not token:
        raise ApiError(status.bad_request("token is required for TokenReview in authentication"))
    found = authentication.by_token(server, token, audiences)
    if found is None:
        return {"user": {}, "error": "invalid bearer token"}
    return {"authenticated": True, "user": _user(found.user, found.uid, found.groups, found.extra),
            "audiences": list(found.audiences)}


def _access(server: APIServer, info: RequestInfo, spec: Object) -> Object:
    errors: list[FieldError] = []
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    own = info.plural == "selfsubjectaccessreviews"
    if resource is not None and path is not None:
        errors.append(field.invalid("spec.nonResourceAttributes", path,
                                    "cannot be specified in combination with resourceAttributes"))
    if resource is None and path is None:
        errors.append(field.invalid("spec.resourceAttributes", None,
                                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
    if not own and not spec.get("user") and not spec.get("groups"):
        errors.append(field.invalid("spec.user", "", "at least one of user or group must be specified"))
    if info.plural == "localsubjectaccessreviews" and resource is not None and resource.get("namespace", "") != info.namespace:
        errors.append(field.invalid("spec.resourceAttributes.namespace", resource.get("namespace", ""),
                                    "must match metadata.namespace"))
    if errors:
        raise ApiError(status.invalid(f".{info.group}", "", errors))  # upstream hands an empty kind here
    user = info.user if own else spec.get("user", "")
    groups = info.groups if own else tuple(spec.get("groups") or ())
    if path is not None:
        wanted = Attributes(user, groups, path.get("verb", ""), path=path.get("path", ""))
    else:
        resource = resource or {}
        wanted = Attributes(user, groups, resource.get("verb", ""), resource.get("namespace", ""), resource.get("group", ""),
                            resource.get("resource", ""), resource.get("subresource", ""), resource.get("name", ""),
                            fields=_selected(resource.get("fieldSelector") or {}))
    allowed, reason = server.authorizer.decide(wanted)
    return {"allowed": allowed, **({"reason": reason} if reason else {})}


def _selected(selector: Object) -> str:
    """The field selector a review asks about, as a query would have it."""
    if selector.get("rawSelector"):
        return str(selector["rawSelector"])
    equal = [f"{one.get('key')}={one['values'][0]}" for one in selector.get("requirements") or ()
             if one.get("operator") == "In" and len(one.get("values") or ()) == 1]
    return ",".join(equal)


def _rules(server: APIServer, info: RequestInfo, spec: Object) -> Object:
    rules = server.authorizer.rules(info.user, info.groups, spec.get("namespace", ""))
    named = [{key: list(rule[key]) for key in ("verbs", "apiGroups", "resources", "resourceNames") if rule.get(key)}
             for rule in rules if rule.get("resources")]
    paths = [{key: list(rule[key]) for key in ("verbs", "nonResourceURLs") if rule.get(key)}
             for rule in rules if rule.get("nonResourceURLs")]
    if node_authorizer.node_of(info.user, info.groups) is not None:
        return {"resourceRules": named, "nonResourceRules": paths, "incomplete": True,
                "evaluationError": "node authorizer does not support user rule resolution"}
    return {"resourceRules": named, "nonResourceRules": paths, "incomplete": False}
