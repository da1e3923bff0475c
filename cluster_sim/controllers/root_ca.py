"""The root CA publisher: every namespace has a ConfigMap `kube-root-ca.crt`, so that pods can trust the API server.

It is mounted into every pod beside the service account's token. Whoever changes it finds it restored. Our clusters
have no certificates; the text only looks like one.

Source: kubernetes pkg/controller/certificates/rootcacertpublisher/publisher.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating
from cluster_sim.controllers.serviceaccount import is_active
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "root_ca.create": "Root CA publisher puts the cluster's certificate into namespace {namespace}",
    "root_ca.restore": "Root CA publisher restores the certificate in namespace {namespace}",
}, file="cluster_sim/controllers/root_ca.py")

NAME = "kube-root-ca.crt"
CERTIFICATE = ("-----BEGIN CERTIFICATE-----\n"
               "UG9kaXVtIGlzIGEgc2ltdWxhdG9yOiB0aGlzIGlzIG5vIHJlYWwgY2VydGlmaWNhdGUu\n"
               "-----END CERTIFICATE-----\n")
ANNOTATION = "kubernetes.io/description"
DESCRIPTION = ("Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such "
               "as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across "
               "distributions of Kubernetes clusters.")


class RootCAPublisher(Controller):
    """One kube-root-ca.crt in each namespace."""

    name = "root-ca-cert-publisher"
    account = "root-ca-cert-publisher"
    watches = ("namespaces", "configmaps")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """The namespace that came, or whose ConfigMap changed or went."""
        obj = new or old
        if obj is None:
            return ()
        if resource == "namespaces":
            return (meta.name(obj),) if new is not None else ()
        return (meta.namespace(obj),) if meta.name(obj) == NAME else ()

    def sync(self, key: str, span: int) -> None:
        """Create it if it is missing, put it right if somebody changed it."""
        if not is_active(self.lister("namespaces").get(key)):
            return
        found, data = self.lister("configmaps").get(f"{key}/{NAME}"), {"ca.crt": CERTIFICATE}
        if found is None:
            made = {"apiVersion": "v1", "kind": "ConfigMap", "data": data,
                    "metadata": {"name": NAME, "namespace": key, "annotations": {ANNOTATION: DESCRIPTION}}}
            self.create("configmaps", made, subject=f"{key}/{NAME}", phrase="root_ca.create", args={"namespace": key},
                        level=DETAIL)
        elif found.get("data") != data or meta.annotations(found).get(ANNOTATION) != DESCRIPTION:
            right = meta.with_metadata({**found, "data": data},
                                       annotations={**meta.annotations(found), ANNOTATION: DESCRIPTION})
            self.update("configmaps", right, subject=f"{key}/{NAME}", phrase="root_ca.restore", args={"namespace": key})

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out needs none."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])
