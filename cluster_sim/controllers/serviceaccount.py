"""The service account controller: every namespace has a ServiceAccount named `default`.

Source: kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "serviceaccount.create": "Service account controller gives namespace {namespace} its default service account",
}, file="cluster_sim/controllers/serviceaccount.py")

NAME = "default"


def is_active(namespace: Object | None) -> bool:
    """It is there and takes new objects."""
    return namespace is not None and (namespace.get("status") or {}).get("phase", "Active") == "Active"


class ServiceAccountController(Controller):
    """One default ServiceAccount in each namespace."""

    name = "serviceaccount"
    account = "service-account-controller"
    watches = ("namespaces", "serviceaccounts")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """The namespace that came or changed, or that lost its default ServiceAccount."""
        if resource == "namespaces":
            return (meta.name(new),) if new is not None else ()
        gone = old if new is None else None
        return (meta.namespace(gone),) if gone is not None and meta.name(gone) == NAME else ()

    def sync(self, key: str, span: int) -> None:
        """Create it if it is missing."""
        if is_active(self.lister("namespaces").get(key)) and not self.lister("serviceaccounts").get(f"{key}/{NAME}"):
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": key}}
            self.create("serviceaccounts", account, subject=f"{key}/{NAME}", phrase="serviceaccount.create",
                        args={"namespace": key}, level=DETAIL)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """Somebody else made it, or the namespace is on its way out: both are fine."""
        return super().failed(key, [answer for answer in answers
                                    if answer[2] != 409 and not is_namespace_terminating(answer)])
