"""Certificates for kubelets: one controller approves what it may, another signs what is approved.

A kubelet that has only a bootstrap token asks for a client certificate by a CertificateSigningRequest. The approver
recognizes a node's request by the name in it and asks the API server whether whoever made it may have such a one
(SubjectAccessReview of certificatesigningrequests/nodeclient, or selfnodeclient for a node's own renewal). Requests of
any other kind wait for a person (`kubectl certificate approve`).

Our certificates are text that only looks like one: nothing is encrypted here.

Source: kubernetes pkg/controller/certificates/approver/sarapprove.go, signer/signer.go.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.informer import Object
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "csr.asks": "CSR approver asks the API server whether {user} may have a certificate for {node}",
    "csr.approves": "CSR approver approves the certificate for {node}: {user} may have it",
    "csr.signs": "CSR signer signs the certificate for {node}",
}, file="cluster_sim/controllers/certificates.py")

KUBELET_CLIENT = "kubernetes.io/kube-apiserver-client-kubelet"
NODE = "system:node:"
RESOURCE = "certificatesigningrequests"
GROUP = "certificates.k8s.io"
NODE_CLIENT = ("nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview.")
SELF_NODE_CLIENT = ("selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview.")


def node_of(request: Object) -> str:
    """The node that a kubelet's client certificate is asked for; "" for any other request."""
    spec = request["spec"]
    if spec.get("signerName") != KUBELET_CLIENT or "client auth" not in (spec.get("usages") or ()):
        return ""
    try:
        lines = base64.b64decode(spec.get("request") or "").decode().splitlines()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    subject = next((line for line in lines if line.startswith("subject=")), "")
    names = dict(part.strip().partition("=")[::2] for part in subject.removeprefix("subject=").split(","))
    return names.get("CN", "").removeprefix(NODE) if names.get("O") == "system:nodes" else ""


def is_approved(request: Object) -> bool:
    """Whether somebody approved it and nobody denied it."""
    types = [one["type"] for one in (request.get("status") or {}).get("conditions") or ()]
    return "Approved" in types and "Denied" not in types and "Failed" not in types


class CSRApprovingController(Controller):
    """Approves kubelets' requests."""

    name = "csrapproving"
    account = "certificate-controller"
    watches = (RESOURCE,)

    def sync(self, key: str, span: int) -> None:
        """Ask whether the requester may have it."""
        request = self.lister(RESOURCE).get(key)
        if request is None or (request.get("status") or {}).get("conditions"):
            return
        node, spec = node_of(request), request["spec"]
        if not node:
            return
        what, message = SELF_NODE_CLIENT if spec.get("username") == f"{NODE}{node}" else NODE_CLIENT
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "metadata": {}, "spec": {
            "user": spec.get("username"), "groups": list(spec.get("groups") or ()),
            "resourceAttributes": {"group": GROUP, "resource": RESOURCE, "verb": "create", "subresource": what,
                                   "version": "*"}}}
        self.create("subjectaccessreviews", review, then="reviewed", data={"message": message}, subject=key,
                    phrase="csr.asks", args={"user": spec.get("username"), "node": node})

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """They may: approve it."""
        request = self.lister(RESOURCE).get(key)
        for then, data, status, body in answers:
            if then == "reviewed" and status == 201 and request is not None and body["status"].get("allowed"):
                condition = {"type": "Approved", "status": "True", "reason": "AutoApproved", "message": data["message"]}
                approved = {**request, "status": {**(request.get("status") or {}), "conditions": [condition]}}
                self.update(RESOURCE, approved, subresource="approval", subject=key, phrase="csr.approves",
                            args={"user": request["spec"].get("username"), "node": node_of(request)})

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A requester who may not is asked about again later, as upstream does: the rule may come."""
        refused = any(then == "reviewed" and status == 201 and not body["status"].get("allowed")
                      for then, _, status, body in answers)
        return refused or super().failed(key, answers)


class CSRSigningController(Controller):
    """Signs what was approved, for the signer of kubelets' client certificates."""

    name = "csrsigning"
    account = "certificate-controller"
    watches = (RESOURCE,)

    def sync(self, key: str, span: int) -> None:
        """Write the certificate into the status."""
        request = self.lister(RESOURCE).get(key)
        node = node_of(request) if request is not None else ""
        if request is None or not node or not is_approved(request) or request["status"].get("certificate"):
            return
        signed = {**request, "status": {**request["status"], "certificate": certificate(node)}}
        self.update_status(RESOURCE, signed, subject=meta.name(request), phrase="csr.signs", args={"node": node})


def certificate(node: str) -> Any:
    """What only looks like a certificate, in base 64 as the API has it."""
    subject = base64.b64encode(f"subject=O=system:nodes,CN={NODE}{node}".encode()).decode()
    return base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{subject}\n-----END CERTIFICATE-----\n".encode()).decode()
