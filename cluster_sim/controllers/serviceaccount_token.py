"""The token controller: fills Secrets that ask for a ServiceAccount's long-lived token, and deletes orphaned ones.

Such Secrets are the old way; pods get short-lived tokens from the TokenRequest API instead. Ours is a text in the shape
of a JWT that names the account; nobody can sign in with it elsewhere.

Source: kubernetes pkg/controller/serviceaccount/tokens_controller.go.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.root_ca import CERTIFICATE
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "token.fill": "Token controller puts a token of {account} into Secret {secret}",
    "token.delete": "Token controller deletes Secret {secret}: its service account is gone",
}, file="cluster_sim/controllers/serviceaccount_token.py")

TYPE = "kubernetes.io/service-account-token"
NAME, UID = "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid"


def encode(text: str) -> str:
    """Base 64, as a Secret's data are."""
    return base64.b64encode(text.encode()).decode()


def token_of(account: Object, secret: str) -> str:
    """A text in the shape of a JWT."""
    namespace, name = meta.namespace(account), meta.name(account)
    claims = {"iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": namespace,
              "kubernetes.io/serviceaccount/secret.name": secret,
              "kubernetes.io/serviceaccount/service-account.name": name,
              "kubernetes.io/serviceaccount/service-account.uid": meta.uid(account),
              "sub": f"system:serviceaccount:{namespace}:{name}"}
    parts = ({"alg": "none", "kid": "podium"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")
               for part in parts]
    return ".".join([*encoded, "simulated"])


class ServiceAccountTokenController(Controller):
    """Secrets of type kubernetes.io/service-account-token."""

    name = "serviceaccount-token"
    watches = ("secrets", "serviceaccounts")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Such a Secret itself; for a ServiceAccount all that name it."""
        if resource == "secrets":
            return super().keys(resource, old, new) if new is not None and new.get("type") == TYPE else ()
        account = new or old
        if account is None or (old is not None and new is not None):
            return ()
        return [meta.key(secret) for secret in self.lister("secrets").list(meta.namespace(account))
                if secret.get("type") == TYPE and meta.annotations(secret).get(NAME) == meta.name(account)]

    def sync(self, key: str, span: int) -> None:
        """Fill in what is missing; delete it if the account is gone."""
        secret = self.lister("secrets").get(key)
        if secret is None or meta.is_deleting(secret):
            return
        name, namespace = meta.annotations(secret).get(NAME, ""), meta.namespace(secret)
        account = self.lister("serviceaccounts").get(f"{namespace}/{name}")
        wanted = meta.annotations(secret).get(UID)
        if account is None or (wanted and wanted != meta.uid(account)):
            self.delete("secrets", secret, subject=key, phrase="token.delete", args={"secret": meta.name(secret)})
            return
        data = secret.get("data") or {}
        given = {"ca.crt": encode(CERTIFICATE), "namespace": encode(namespace),
                 "token": encode(token_of(account, meta.name(secret)))}
        missing = {field: value for field, value in given.items() if field == "ca.crt" or not data.get(field)}
        filled = {**data, **missing}
        if filled != data or not wanted:
            annotations = {**meta.annotations(secret), UID: meta.uid(account)}
            self.update("secrets", meta.with_metadata({**secret, "data": filled}, annotations=annotations), subject=key,
                        phrase="token.fill", args={"secret": meta.name(secret), "account": name}, level=DETAIL)
