"""The EndpointSlice mirroring controller: Endpoints that somebody wrote by hand, as EndpointSlices.

A Service without a selector has no pods of its own; who is behind it stands in an Endpoints object of its name. Since
kube-proxies read EndpointSlices only, each subset of addresses is copied into a slice. Endpoints with the label
`endpointslice.kubernetes.io/skip-mirror: "true"`, or that elect a leader, are left alone.

Source: kubernetes pkg/controller/endpointslicemirroring (reconciler.go, utils.go). Here: IPv4, and one slice a subset.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.endpointslice import HEADLESS_LABEL, MANAGED_BY, SERVICE_LABEL
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating
from cluster_sim.controllers.service_members import selector_of
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "mirroring.create": "EndpointSlice mirroring controller copies the addresses of Endpoints {endpoints} into a slice",
    "mirroring.update": "EndpointSlice mirroring controller copies what has changed in Endpoints {endpoints} into {slice}",
    "mirroring.delete": "EndpointSlice mirroring controller deletes {slice}: Endpoints {endpoints} has nothing for it",
}, file="cluster_sim/controllers/endpointslice_mirroring.py")

ME = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
MAX_ADDRESSES = 1_000  # of a subset
NOT_COPIED = ("kubectl.kubernetes.io/last-applied-configuration", "endpoints.kubernetes.io/last-change-trigger-time")


def should_mirror(endpoints: Object | None, service: Object | None) -> bool:
    """It was written by hand, for a Service that has no selector."""
    return (endpoints is not None and service is not None and not selector_of(service)
            and meta.labels(endpoints).get(SKIP) != "true" and LEADER not in meta.annotations(endpoints))


def mirrored(endpoints: Object) -> list[Object]:
    """The slices of an Endpoints object, without names: one for each subset that has addresses."""
    ours = (HEADLESS_LABEL, SERVICE_LABEL, MANAGED_BY)
    labels = {key: value for key, value in meta.labels(endpoints).items() if key not in ours}
    annotations = {key: value for key, value in meta.annotations(endpoints).items() if key not in NOT_COPIED}
    made = []
    for subset in endpoints.get("subsets") or ():
        found = [_endpoint(address, ready) for field, ready in (("addresses", True), ("notReadyAddresses", False))
                 for address in subset.get(field) or ()][:MAX_ADDRESSES]
        if found:
            metadata: Object = {"generateName": f"{meta.name(endpoints)}-", "namespace": meta.namespace(endpoints),
                                "labels": {**labels, SERVICE_LABEL: meta.name(endpoints), MANAGED_BY: ME},
                                "ownerReferences": [meta.owner_reference(endpoints)]}
            if annotations:
                metadata["annotations"] = annotations
            made.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                         "endpoints": found, "ports": [_port(port) for port in subset.get("ports") or ()],
                         "metadata": metadata})
    return made


def _endpoint(address: Object, ready: bool) -> Object:
    optional = {field: address.get(field) for field in ("hostname", "nodeName", "targetRef")}
    return {"addresses": [address["ip"]], "conditions": {"ready": ready},
            **{field: value for field, value in optional.items() if value}}


def _port(port: Object) -> Object:
    kept: Object = {"name": port.get("name", ""), "port": port.get("port"), "protocol": port.get("protocol", "TCP")}
    return {**kept, "appProtocol": port["appProtocol"]} if port.get("appProtocol") else kept


def is_same(one: Object, other: Object) -> bool:
    """Two slices say the same."""
    return (all(one.get(field) == other.get(field) for field in ("endpoints", "ports"))
            and meta.labels(one) == meta.labels(other) and meta.annotations(one) == meta.annotations(other))


class EndpointSliceMirroringController(Controller):
    """Slices of Endpoints written by hand."""

    name = "endpointslicemirroring"
    account = "endpointslicemirroring-controller"
    watches = ("endpoints", "services", "endpointslices")

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Endpoints, a Service or a slice of ours, by the Service's name."""
        if resource == "endpointslices":
            labels = meta.labels(new or old or {})
            return (f"{meta.namespace(new or old or {})}/{labels.get(SERVICE_LABEL)}",) if labels.get(MANAGED_BY) == ME else ()
        if resource == "services" and selector_of(new or old or {}) and (old is None or selector_of(old)):
            return ()  # nearly all have always had a selector
        return super().keys(resource, old, new)

    def sync(self, key: str, span: int) -> None:
        """Compare the slices with the subsets."""
        endpoints, service = self.lister("endpoints").get(key), self.lister("services").get(key)
        namespace, _, name = key.partition("/")
        mine = {SERVICE_LABEL: name, MANAGED_BY: ME}.items()
        present = sorted((one for one in self.lister("endpointslices").list(namespace) if mine <= meta.labels(one).items()),
                         key=meta.name)
        wanted = mirrored(endpoints) if endpoints is not None and should_mirror(endpoints, service) else []
        for made in wanted:
            same_ports = [one for one in present if one.get("ports") == made["ports"]]
            if not same_ports:
                self.create("endpointslices", made, subject=name, phrase="mirroring.create", args={"endpoints": name})
                continue
            one = same_ports[0]
            present.remove(one)
            if not is_same(one, made):
                kept = {field: made["metadata"][field] for field in ("labels", "ownerReferences")}
                changed = {**meta.with_metadata(one, **kept, annotations=made["metadata"].get("annotations")),
                           "endpoints": made["endpoints"]}
                self.update("endpointslices", changed, subject=meta.name(one), phrase="mirroring.update",
                            args={"endpoints": name, "slice": meta.name(one)})
        for one in present:
            self.delete("endpointslices", one, subject=meta.name(one), phrase="mirroring.delete",
                        args={"endpoints": name, "slice": meta.name(one)})

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no slices."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])
