"""The Endpoints controller: the older list of who is behind a Service, one object for all.

Kept for programs that still read it (deprecated since Kubernetes 1.33). Pods that are being deleted are left out, those
not ready stand apart, and from the 1,001st address on it is cut.

Source: kubernetes pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go (RepackSubsets).
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers.endpoint import Port, hostname_of, is_endpoint, port_object, ports_of, target_of
from cluster_sim.controllers.endpointslice import HEADLESS_LABEL
from cluster_sim.controllers.pods import Object, is_ready
from cluster_sim.controllers.refusals import is_namespace_terminating
from cluster_sim.controllers.service_members import ServiceMembers, affects_endpoints, is_resting, selector_of
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "endpoints.write": "Endpoints controller lists {ready} ready addresses for Service {service}",
}, file="cluster_sim/controllers/endpoints.py")

MAX_ADDRESSES = 1_000
MANAGED_BY, ME = "endpoints.kubernetes.io/managed-by", "endpoint-controller"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"


def subsets_of(service: Object, members: list[Object]) -> list[Object]:
    """Addresses grouped by the ports they have, ready and not ready apart."""
    publish = bool(service["spec"].get("publishNotReadyAddresses"))
    groups: dict[tuple[Port, ...], dict[str, list[Object]]] = {}
    for pod in [pod for pod in members if is_endpoint(pod) and (publish or not meta.is_deleting(pod))][:MAX_ADDRESSES]:
        optional = {"hostname": hostname_of(pod, service), "nodeName": pod["spec"].get("nodeName")}
        address = {"ip": pod["status"]["podIP"], "targetRef": target_of(pod),
                   **{field: value for field, value in optional.items() if value}}
        ports = ports_of(pod, service)
        if ports or service["spec"].get("clusterIP") == "None":
            field = "addresses" if publish or is_ready(pod) else "notReadyAddresses"
            groups.setdefault(tuple(sorted(ports)), {}).setdefault(field, []).append(address)
    return [{**{field: sorted(found, key=lambda one: one["ip"]) for field, found in sorted(group.items())},
             **({"ports": [_port(port) for port in ports]} if ports else {})} for ports, group in groups.items()]


def _port(port: Port) -> Object:
    return {field: value for field, value in port_object(port).items() if value != ""}


class EndpointsController(Controller):
    """One Endpoints object for each Service with a selector."""

    name = "endpoint"
    account = "endpoint-controller"
    watches = ("services", "pods", "endpoints")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        self.members = ServiceMembers(self.lister("services"), self.lister("pods"))

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A Service, or the Endpoints of its name; for a pod the Services it belongs to."""
        if resource == "pods":
            found = self.members.pod_changed(old, new)
            return found if found and affects_endpoints(old, new) else ()
        if resource == "services":
            self.members.service_changed(old, new)
        return super().keys(resource, old, new)

    def sync(self, key: str, span: int) -> None:
        """Write the list if it changed; delete it when its Service is gone."""
        service, present = self.lister("services").get(key), self.lister("endpoints").get(key)
        if service is None:
            if present is not None and meta.labels(present).get(MANAGED_BY) == ME:
                self.delete("endpoints", present, subject=meta.name(present))
            return
        if not selector_of(service) or is_resting(self, key, self.members.count(key)):
            return
        members = self.members.of(key)
        subsets = subsets_of(service, members)
        headless = {HEADLESS_LABEL: ""} if service["spec"].get("clusterIP") == "None" else {}
        labels = {**meta.labels(service), **headless, MANAGED_BY: ME}
        annotations = {OVER_CAPACITY: "truncated"} if sum(map(is_endpoint, members)) > MAX_ADDRESSES else None
        told = {"service": meta.name(service), "ready": sum(len(one.get("addresses", ())) for one in subsets)}
        if present is None:
            made = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {
                "name": meta.name(service), "namespace": meta.namespace(service), "labels": labels,
                **({"annotations": annotations} if annotations else {})}, "subsets": subsets}
            self.create("endpoints", made, subject=meta.name(service), phrase="endpoints.write", args=told,
                        level=DETAIL)
        elif (present.get("subsets") or []) != subsets or meta.labels(present) != labels:
            changed = {**meta.with_metadata(present, labels=labels, annotations=annotations), "subsets": subsets}
            self.update("endpoints", changed, subject=meta.name(service), phrase="endpoints.write", args=told,
                        level=DETAIL)

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """Somebody else made it, or the namespace is on its way out."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])
