"""How a kubelet that has only a bootstrap token gets its certificate.

It asks for one with a CertificateSigningRequest, in the name the token stands for, and watches the request. When the
certificate is in its status, the kubelet puts it on its disk and begins as what it is from then on:
system:node:NAME. A token that nobody accepts (it expired, or never was one) leaves it asking again and again.

Source: kubernetes pkg/kubelet/certificate/bootstrap/bootstrap.go, client-go util/certificate/csr. Our keys and
certificates are text that only looks like one.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from cluster_sim.client import Watch
from cluster_sim.kernel import SECOND, STORY
from cluster_sim.kernel.span import register_phrases

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.asks-certificate": "kubelet on {node} has no certificate yet: it asks for one with its bootstrap token",
    "kubelet.no-certificate": "kubelet on {node} may not ask for a certificate: {why}",
    "kubelet.asks-certificate-again": "kubelet on {node} asks for a certificate again",
    "kubelet.has-certificate": "kubelet on {node} has its certificate: from now on it is system:node:{node}",
}, file="cluster_sim/node/tls_bootstrap.py")

Object = dict[str, Any]
RESOURCE = "certificatesigningrequests"
PATH = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
RETRY = 10 * SECOND  # the kubelet exits, and systemd starts it again


class TLSBootstrap:
    """Works on `kubelet.state["request"]`: the name of the request under way."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def interests(self) -> tuple[Watch, ...]:
        """The request it waits for."""
        name = self.kubelet.state.get("request")
        return (Watch(RESOURCE, field_selector=f"metadata.name={name}"),) if name else ()

    def begin(self, span: int) -> None:
        """Ask."""
        kubelet = self.kubelet
        self.kernel.connect(kubelet.part, kubelet.server)
        subject = f"subject=O=system:nodes,CN=system:node:{kubelet.node}"
        text = f"-----BEGIN CERTIFICATE REQUEST-----\n{subject}\n-----END CERTIFICATE REQUEST-----\n"
        request = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
                   "metadata": {"generateName": "csr-"},
                   "spec": {"request": base64.b64encode(text.encode()).decode(), "usages": ["digital signature", "client auth"],
                            "signerName": "kubernetes.io/kube-apiserver-client-kubelet"}}
        kubelet.request("POST", PATH, request, cause=span, then="requested", level=STORY, phrase="kubelet.asks-certificate",
                        args={"node": kubelet.node})

    def on_requested(self, data: Any, status: int, body: Any, span: int) -> None:
        """Wait for the answer to the request, or ask again later."""
        kubelet = self.kubelet
        if status == 201:
            kubelet.state["request"] = body["metadata"]["name"]
            kubelet.follow(self.interests()[0], span)
            return
        why = (body or {}).get("message") or "the server did not answer"
        self.kernel.work(kubelet.part, span, verb="wait", phrase="kubelet.no-certificate", level=STORY,
                         args={"node": kubelet.node, "why": why})
        self.kernel.timer(kubelet.part, RETRY, "tls-bootstrap", background=True)

    def again(self, span: int) -> None:
        """The pause is over."""
        if self.kubelet.token:
            self.kernel.tell(span, "kubelet.asks-certificate-again", {"node": self.kubelet.node})
            self.begin(span)

    def observe(self, request: Object | None, span: int) -> None:
        """The request changed."""
        kubelet = self.kubelet
        if request is None or not (request.get("status") or {}).get("certificate") or not kubelet.token:
            return
        machine = {name: value for name, value in kubelet.machine.items() if name != "bootstrap"}
        self.kernel.machines[kubelet.node] = {**machine, "certificate": request["status"]["certificate"]}
        kubelet.unfollow(RESOURCE)
        kubelet.state["request"] = ""
        told = self.kernel.work(kubelet.part, span, verb="certificate", phrase="kubelet.has-certificate", level=STORY,
                                args={"node": kubelet.node})
        kubelet.start(told)
