"""The token cleaner: bootstrap tokens go when their time is over.

Source: kubernetes pkg/controller/bootstrap/tokencleaner.go.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.informer import Object, key_of
from cluster_sim.kernel import timestamps
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "token-cleaner.delete": "Token cleaner deletes bootstrap token {token}: its time is over",
}, file="cluster_sim/controllers/token_cleaner.py")

TYPE = "bootstrap.kubernetes.io/token"


class TokenCleaner(Controller):
    """Secrets that are bootstrap tokens."""

    name = "token-cleaner"
    watches = ("secrets",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Only bootstrap tokens concern it."""
        return (key_of(new),) if new is not None and new.get("type") == TYPE else ()

    def sync(self, key: str, span: int) -> None:
        """Delete it when it has expired; come back then if it has not."""
        secret = self.lister("secrets").get(key)
        until = expiration(secret) if secret is not None else None
        if secret is None or until is None or meta.namespace(secret) != "kube-system":
            return
        left = until - self.kernel.epoch - self.now
        if left > 0:
            self.requeue(key, left)
        else:
            self.delete("secrets", secret, subject=key, phrase="token-cleaner.delete",
                        args={"token": meta.name(secret).removeprefix("bootstrap-token-")})


def expiration(secret: Object) -> int | None:
    """When the token ends, in µs since 1970; None: never, or nobody can read it."""
    try:
        return timestamps.parse(base64.b64decode((secret.get("data") or {})["expiration"]).decode())
    except (KeyError, ValueError, binascii.Error):
        return None
