"""The EndpointSlice controller: who is behind a Service, in slices of at most 100.

It watches Services and pods. Each kube-proxy watches the slices and turns them into rules on its node: between a pod
that becomes ready and the first packet it gets stand this controller, the API server and a watch.

Slices are changed as little as possible: what can stay where it is stays, since every change of a slice travels to
every node. A Service without pods keeps one empty slice.

Source: kubernetes pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/reconciler.go. The real one also
spreads endpoints by topology hints and writes one set of slices per address family; ours has IPv4.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers.endpoint import Port, endpoint_of, is_endpoint, port_object, ports_of
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import is_namespace_terminating
from cluster_sim.controllers.service_members import ServiceMembers, affects_endpoints, is_resting, selector_of
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "endpointslice.create": "EndpointSlice controller makes a slice for Service {service}: {ready} ready of {all}",
    "endpointslice.update": "EndpointSlice controller updates {slice} of Service {service}: {ready} ready of {all}",
    "endpointslice.delete": "EndpointSlice controller deletes {slice} of Service {service}: it is empty",
}, file="cluster_sim/controllers/endpointslice.py")

MAX_ENDPOINTS = 100
SERVICE_LABEL, MANAGED_BY = "kubernetes.io/service-name", "endpointslice.kubernetes.io/managed-by"
HEADLESS_LABEL = "service.kubernetes.io/headless"
ME = "endpointslice-controller.k8s.io"
ZONE = "topology.kubernetes.io/zone"
INDEX = "service"


def labels_of(service: Object) -> dict[str, str]:
    """The Service's labels, whose slice it is, and who looks after it."""
    own = {key: value for key, value in meta.labels(service).items() if key not in (SERVICE_LABEL, MANAGED_BY)}
    headless = {HEADLESS_LABEL: ""} if service["spec"].get("clusterIP") == "None" else {}
    return {**own, **headless, SERVICE_LABEL: meta.name(service), MANAGED_BY: ME}


def arrange(slices: list[tuple[str, list[Object]]],
            wanted: list[Object]) -> tuple[dict[str, list[Object]], list[list[Object]]]:
    """Which endpoints each slice (name, present endpoints) should hold, and those of new slices.

    An endpoint stays in its slice; new ones fill slices that change anyway, then those with room, then new slices.
    """
    by_target = {endpoint["targetRef"]["uid"]: endpoint for endpoint in wanted}
    placed: dict[str, list[Object]] = {}
    changed: list[str] = []
    for name, present in slices:
        kept = [by_target.pop(uid) for one in present if (uid := (one.get("targetRef") or {}).get("uid")) in by_target]
        placed[name] = kept
        if kept != present:
            changed.append(name)
    left = list(by_target.values())
    for name in [*changed, *(name for name in placed if name not in changed)]:
        room = max(0, MAX_ENDPOINTS - len(placed[name]))
        placed[name], left = placed[name] + left[:room], left[room:]
    return placed, [left[start:start + MAX_ENDPOINTS] for start in range(0, len(left), MAX_ENDPOINTS)]


class EndpointSliceController(Controller):
    """Slices of Services."""

    name = "endpointslice"
    account = "endpointslice-controller"
    watches = ("services", "pods", "endpointslices")

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        self.members = ServiceMembers(self.lister("services"), self.lister("pods"))
        if not self.lister("endpointslices").has_index(INDEX):
            self.lister("endpointslices").add_index(INDEX, service_of)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """A Service itself; for a pod the Services it belongs to; for a slice its Service."""
        if resource == "services":
            self.members.service_changed(old, new)
            return super().keys(resource, old, new)
        if resource == "pods":
            found = self.members.pod_changed(old, new)
            return found if found and affects_endpoints(old, new) else ()
        service = service_of(new or old or {})
        return (service,) if service else ()

    def sync(self, key: str, span: int) -> None:
        """Compare slices as they are with slices as they should be."""
        service = self.lister("services").get(key)
        if service is None or meta.is_deleting(service) or not selector_of(service):
            return
        if is_resting(self, key, self.members.count(key)):
            return
        wanted: dict[tuple[Port, ...], list[Object]] = {}
        for pod in self.members.of(key):
            if is_endpoint(pod):
                wanted.setdefault(ports_of(pod, service), []).append(endpoint_of(pod, service, self.zone_of(pod)))
        slices = sorted(self.lister("endpointslices").by(INDEX, key), key=meta.name)
        empty, kept = [], 0
        for ports in dict.fromkeys([*wanted, *(_ports(one) for one in slices)]):
            mine = [one for one in slices if _ports(one) == ports]
            present = [(meta.name(one), one.get("endpoints") or []) for one in mine]
            placed, fresh = arrange(present, wanted.get(ports, []))
            empty += [one for one in mine if not placed[meta.name(one)]]
            for one in mine:
                if placed[meta.name(one)]:
                    self.put(service, one, ports, placed[meta.name(one)])
            for endpoints in fresh:
                self.make(service, ports, endpoints)
            kept += len(wanted.get(ports, ()))
        if not kept and empty:
            self.put(service, empty.pop(0), (), [])  # a Service without pods keeps one empty slice
        elif not kept:
            self.make(service, (), [])
        for one in empty:
            self.delete("endpointslices", one, subject=meta.name(one), phrase="endpointslice.delete",
                        args={"slice": meta.name(one), "service": meta.name(service)})

    def zone_of(self, pod: Object) -> str | None:
        """The zone of the pod's node."""
        node = self.lister("nodes").get(pod["spec"].get("nodeName", ""))
        return meta.labels(node).get(ZONE) if node else None

    def make(self, service: Object, ports: tuple[Port, ...], endpoints: list[Object]) -> None:
        """A new slice."""
        made: Object = {
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"generateName": f"{meta.name(service)}-", "namespace": meta.namespace(service),
                         "labels": labels_of(service), "ownerReferences": [meta.owner_reference(service)]},
            "addressType": "IPv4", "endpoints": endpoints, "ports": [port_object(port) for port in ports]}
        self.create("endpointslices", made, subject=meta.name(service), phrase="endpointslice.create",
                    args=_told(service, endpoints))

    def put(self, service: Object, one: Object, ports: tuple[Port, ...], endpoints: list[Object]) -> None:
        """Update a slice, if that changes it."""
        labels = labels_of(service)
        if (one.get("endpoints") or []) == endpoints and meta.labels(one) == labels and _ports(one) == ports:
            return
        changed = {**meta.with_metadata(one, labels=labels), "endpoints": endpoints,
                   "ports": [port_object(port) for port in ports]}
        self.update("endpointslices", changed, subject=meta.name(one), phrase="endpointslice.update",
                    args={**_told(service, endpoints), "slice": meta.name(one)})

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """A namespace on its way out takes no slices."""
        return super().failed(key, [answer for answer in answers if not is_namespace_terminating(answer)])


def service_of(endpointslice: Object) -> str | None:
    """The key of the Service a slice of ours belongs to."""
    labels = meta.labels(endpointslice)
    if labels.get(MANAGED_BY) != ME or SERVICE_LABEL not in labels:
        return None
    return f"{meta.namespace(endpointslice)}/{labels[SERVICE_LABEL]}"


def _ports(one: Object) -> tuple[Port, ...]:
    return tuple((port.get("name", ""), port.get("port", 0), port.get("protocol", "TCP"), port.get("appProtocol", ""))
                 for port in one.get("ports") or ())


def _told(service: Object, endpoints: list[Object]) -> dict[str, object]:
    ready = sum(1 for endpoint in endpoints if endpoint["conditions"]["ready"])
    return {"service": meta.name(service), "ready": ready, "all": len(endpoints)}
