"""Bootstrap tokens: who has one may ask for a certificate, and little else, until it expires.

A token `abcdef.0123456789abcdef` is a Secret `bootstrap-token-abcdef` in kube-system. Whoever shows it is
system:bootstrap:abcdef, in system:bootstrappers and the groups the Secret names; RBAC says what those may.

Upstream: kubernetes/plugin/pkg/auth/authenticator/token/bootstrap/bootstrap.go, cluster-bootstrap/token/util.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.service_account_tokens import AUDIENCE, Identity
from cluster_sim.kernel import timestamps

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

TOKEN = re.compile(r"([a-z0-9]{6})\.([a-z0-9]{16})")
TYPE = "bootstrap.kubernetes.io/token"


def identify(server: APIServer, token: str, audiences: tuple[str, ...] = ()) -> Identity | None:
    """Whose token it is; None if there is no such Secret, or it is not (any more) meant for this."""
    match = TOKEN.fullmatch(token)
    secret = server.cache.get("secrets", f"kube-system/bootstrap-token-{match[1]}") if match else None
    if match is None or secret is None or secret.get("type") != TYPE or "deletionTimestamp" in secret["metadata"]:
        return None
    data = {key: _decoded(value) for key, value in (secret.get("data") or {}).items()}
    if data.get("token-secret") != match[2] or data.get("token-id") != match[1]:
        return None
    if data.get("usage-bootstrap-authentication") != "true" or _has_expired(server, data.get("expiration", "")):
        return None
    extra = [group for group in data.get("auth-extra-groups", "").split(",") if group.startswith("system:bootstrappers:")]
    groups = tuple(sorted(dict.fromkeys(["system:bootstrappers", *extra])))
    return Identity(user=f"system:bootstrap:{match[1]}", groups=(*groups, "system:authenticated"), audiences=(AUDIENCE,))


def _decoded(value: Any) -> str:
    try:
        return base64.b64decode(str(value)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _has_expired(server: APIServer, until: str) -> bool:
    if not until:
        return False
    try:
        return timestamps.parse(until) <= server.kernel.epoch + server.kernel.now
    except ValueError:
        return True  # a time that nobody can read is over
