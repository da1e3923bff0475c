"""token: a token for a service account. It may be bound to a pod, and is worth nothing once that is gone.

Upstream: kubernetes/pkg/registry/core/serviceaccount/storage/token.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import decoding, service_account_tokens
from cluster_sim.apiserver.admission import node_restriction
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.service_account_tokens import AUDIENCE
from cluster_sim.apiserver.verbs import patch
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

TOKEN_REQUEST = resources.Resource("authentication.k8s.io", "v1", "tokenrequests", "tokenrequest", "TokenRequest", True)
KINDS = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}
SHORTEST, LONGEST, USUAL = 600, 1 << 32, 3600


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """POST of a TokenRequest."""
    account = patch.existing(server, info)
    body = decoding.decode_plain(info, call["body"], TOKEN_REQUEST)
    spec = body.get("spec") or {}
    seconds = spec.get("expirationSeconds") or USUAL
    wrong = ""
    if seconds < SHORTEST:
        wrong = "may not specify a duration less than 10 minutes"
    elif seconds > LONGEST:
        wrong = "may not specify a duration larger than 2^32 seconds"
    if wrong:
        raise ApiError(status.invalid("TokenRequest.authentication.k8s.io", (body.get("metadata") or {}).get("name", ""),
                                      [field.invalid("spec.expirationSeconds", seconds, wrong)]))
    node_restriction.admit_token(server, info, spec.get("boundObjectRef"))
    audiences = list(spec.get("audiences") or [AUDIENCE])
    expiry = server.kernel.now + seconds * SECOND
    meta = account["metadata"]
    reference = spec.get("boundObjectRef")
    bound = _bound(server, info, reference) if reference else {}
    answer: Object = {
        "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": server.kernel.uid("uid"),
                     "creationTimestamp": server.kernel.timestamp()},
        "spec": {"audiences": audiences, "expirationSeconds": seconds},
        "status": {"token": service_account_tokens.mint(server, meta, audiences, expiry, bound),
                   "expirationTimestamp": server.kernel.timestamp(expiry)},
    }
    if reference:
        answer["spec"]["boundObjectRef"] = reference
    return Answer(201, answer)


def _bound(server: APIServer, info: RequestInfo, reference: Object) -> Object:
    """The claims that name what a token is bound to; raises ApiError 400, 404 or 409."""
    kind, name, version = reference.get("kind", ""), reference.get("name", ""), reference.get("apiVersion", "")
    plural = KINDS.get(kind) if version == "v1" else None
    if plural is None:
        group, _, short = version.rpartition("/")
        raise ApiError(status.bad_request(f"cannot bind token to object of type {group}/{short}, Kind={kind}"))
    obj = server.cache.get("minions", name) if plural == "nodes" else server.cache.get(plural, f"{info.namespace}/{name}")
    if obj is None:
        raise ApiError(status.not_found(plural, name))
    uid = obj["metadata"]["uid"]
    if reference.get("uid") and reference["uid"] != uid:
        raise ApiError(status.conflict(
            plural, name, f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record. "
            "The object might have been deleted and then recreated"))
    claims = {kind.lower(): {"name": name, "uid": uid}}
    if plural == "pods":
        used = obj["spec"].get("serviceAccountName", "")
        if used != info.name:
            raise ApiError(status.bad_request(
                f'cannot bind token for serviceaccount "{info.name}" to pod running with different serviceaccount name.'))
        node = server.cache.get("minions", obj["spec"].get("nodeName", ""))
        if node is not None:
            claims["node"] = {"name": node["metadata"]["name"], "uid": node["metadata"]["uid"]}
    return claims
