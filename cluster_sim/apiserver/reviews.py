"""Reviews: questions about permissions, asked as if one created an object. Nothing is stored.

Upstream: kubernetes/pkg/registry/authorization, pkg/registry/authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.field import FieldError
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import decoding
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
        return Answer(201, {**made, "status": {"userInfo": {"username": info.user, "groups": list(info.groups)}}})
    return Answer(201, {**made, "spec": spec, "status": {"user": {}, "error": "invalid bearer token"}})


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
                            resource.get("resource", ""), resource.get("subresource", ""), resource.get("name", ""))
    reason = server.authorizer.why(wanted)
    if reason is None:
        return {"allowed": False}
    return {"allowed": True, **({"reason": reason} if reason else {})}


def _rules(server: APIServer, info: RequestInfo, spec: Object) -> Object:
    rules = server.authorizer.rules(info.user, info.groups, spec.get("namespace", ""))
    named = [{key: list(rule[key]) for key in ("verbs", "apiGroups", "resources", "resourceNames") if rule.get(key)}
             for rule in rules if rule.get("resources")]
    paths = [{key: list(rule[key]) for key in ("verbs", "nonResourceURLs") if rule.get(key)}
             for rule in rules if rule.get("nonResourceURLs")]
    return {"resourceRules": named, "nonResourceRules": paths, "incomplete": False}
