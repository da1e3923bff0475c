"""token: a token for a service account. It has the shape of a signed one; nothing here checks signatures.

Upstream: kubernetes/pkg/registry/core/serviceaccount/storage/token.go.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import decoding
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import patch
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

TOKEN_REQUEST = resources.Resource("authentication.k8s.io", "v1", "tokenrequests", "tokenrequest", "TokenRequest", True)
AUDIENCE = "https://kubernetes.default.svc"
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
    audiences = spec.get("audiences") or [AUDIENCE]
    expiry = server.kernel.now + seconds * SECOND
    meta = account["metadata"]
    answer: Object = {
        "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": meta["name"], "namespace": meta["namespace"], "uid": server.kernel.uid("uid"),
                     "creationTimestamp": server.kernel.timestamp()},
        "spec": {"audiences": list(audiences), "expirationSeconds": seconds},
        "status": {"token": jwt(server, meta, list(audiences), expiry), "expirationTimestamp": server.kernel.timestamp(expiry)},
    }
    if spec.get("boundObjectRef"):
        answer["spec"]["boundObjectRef"] = spec["boundObjectRef"]
    return Answer(201, answer)


def jwt(server: APIServer, meta: Object, audiences: list[str], expiry: int) -> str:
    """Three parts, as of a JSON web token; the last is no signature but a draw."""
    epoch = server.kernel.epoch // SECOND
    claims = {"aud": audiences, "exp": epoch + expiry // SECOND, "iat": epoch + server.kernel.now // SECOND, "iss": AUDIENCE,
              "kubernetes.io": {"namespace": meta["namespace"], "serviceaccount": {"name": meta["name"], "uid": meta["uid"]}},
              "sub": f"system:serviceaccount:{meta['namespace']}:{meta['name']}"}
    parts = [_encode(json.dumps({"alg": "RS256", "kid": "podium"})), _encode(json.dumps(claims)),
             _encode(server.kernel.uid("token"))]
    return ".".join(parts)


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
