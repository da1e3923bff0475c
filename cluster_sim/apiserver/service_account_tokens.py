"""Tokens of service accounts: made here, and believed here as long as everything they are bound to exists.

A token is a JSON web token: who it is for, until when, which pod it belongs to. The real one is signed with a private
key; ours carries a keyed hash, with a key that follows from the cluster's seed and that every API server of the
cluster therefore knows. The older, endless tokens lie in Secrets and are believed while the Secret holds them.

Upstream: kubernetes/pkg/serviceaccount (jwt.go, claims.go, legacy.go).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

AUDIENCE = "https://kubernetes.default.svc"
PREFIX = "system:serviceaccount:"
EXTRA = "authentication.kubernetes.io/"
LEGACY = "kubernetes.io/serviceaccount/"
BOUND = {"pod": "pods", "secret": "secrets", "node": "nodes"}  # claim → resource


@dataclass(slots=True)
class Identity:
    """Who a token is for."""

    user: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, list[str]] = field(default_factory=dict)
    audiences: tuple[str, ...] = ()


def encode(text: str | bytes) -> str:
    """Base 64 for URLs, without its padding."""
    return base64.urlsafe_b64encode(text.encode() if isinstance(text, str) else text).decode().rstrip("=")


def signature(server: APIServer, text: str) -> str:
    """The keyed hash of a token's first two parts."""
    return encode(blake2b(text.encode(), key=server.kernel.draws.key, digest_size=32).digest())


def mint(server: APIServer, account: Object, audiences: list[str], expiry: int, bound: Object) -> str:
    """A new token; `bound`: claim → {name, uid} of what it is bound to; `expiry` in virtual µs."""
    epoch, now = server.kernel.epoch // SECOND, server.kernel.now // SECOND
    claims = {"aud": audiences, "exp": epoch + expiry // SECOND, "iat": epoch + now, "iss": AUDIENCE,
              "jti": server.kernel.uid("token"), "kubernetes.io": {
                  "namespace": account["namespace"], **bound,
                  "serviceaccount": {"name": account["name"], "uid": account["uid"]}},
              "nbf": epoch + now, "sub": f"{PREFIX}{account['namespace']}:{account['name']}"}
    text = f"{encode(json.dumps({'alg': 'RS256', 'kid': 'podium'}))}.{encode(json.dumps(claims, separators=(',', ':')))}"
    return f"{text}.{signature(server, text)}"


def identify(server: APIServer, token: str, audiences: tuple[str, ...] = ()) -> Identity | None:
    """Whose token it is; None if it is not to be believed (any more)."""
    claims = _claims(token)
    if claims is None:
        return None
    if f"{LEGACY}secret.name" in claims:
        return _legacy(server, token, claims)
    text, _, signed = token.rpartition(".")
    if signed != signature(server, text):
        return None
    if (server.kernel.epoch + server.kernel.now) // SECOND > claims["exp"]:
        return None
    meant = tuple(audience for audience in (audiences or (AUDIENCE,)) if audience in claims["aud"])
    if not meant:
        return None
    private = claims["kubernetes.io"]
    namespace, account = private["namespace"], private["serviceaccount"]
    found = _identity(server, namespace, account["name"], account["uid"])
    if found is None or not all(_exists(server, namespace, claim, private[claim]) for claim in BOUND if claim in private):
        return None
    found.audiences = meant
    found.extra = {f"{EXTRA}credential-id": [f"JTI={claims['jti']}"]}
    for claim in ("node", "pod"):
        if claim in private:
            found.extra[f"{EXTRA}{claim}-name"] = [private[claim]["name"]]
            found.extra[f"{EXTRA}{claim}-uid"] = [private[claim]["uid"]]
    return found


def _claims(token: str) -> Object | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _identity(server: APIServer, namespace: str, name: str, uid: str) -> Identity | None:
    account = server.cache.get("serviceaccounts", f"{namespace}/{name}")
    if account is None or account["metadata"]["uid"] != uid:
        return None
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return Identity(f"{PREFIX}{namespace}:{name}", uid, groups)


def _exists(server: APIServer, namespace: str, claim: str, wanted: Object) -> bool:
    """Whether what a token is bound to is still there. A node that is named beside a pod only tells where it runs."""
    if claim == "node":
        return True
    obj = server.cache.get(BOUND[claim], f"{namespace}/{wanted['name']}")
    return obj is not None and obj["metadata"]["uid"] == wanted["uid"]


def _legacy(server: APIServer, token: str, claims: Object) -> Identity | None:
    namespace, secret = claims.get(f"{LEGACY}namespace"), claims[f"{LEGACY}secret.name"]
    stored = server.cache.get("secrets", f"{namespace}/{secret}")
    if stored is None or (stored.get("data") or {}).get("token") != base64.b64encode(token.encode()).decode():
        return None
    name, uid = claims.get(f"{LEGACY}service-account.name", ""), claims.get(f"{LEGACY}service-account.uid", "")
    found = _identity(server, str(namespace), name, uid)
    if found is not None:
        found.audiences = (AUDIENCE,)
    return found
