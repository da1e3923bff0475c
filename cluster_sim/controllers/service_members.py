"""Which pods a Service selects: kept up to date with every change, so that nobody reads all pods.

An index over the informers' copies, not state. Source: kubernetes pkg/controller/util/endpoint (the selector cache).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.client.informer import Informer
from cluster_sim.controllers.pods import Object

SMALL = 100  # Services with so many endpoints are looked at whenever something changes
PER_ENDPOINT = 10  # µs


def selector_of(service: Object | None) -> dict[str, str]:
    """The Service's selector; a Service without one, or for a name outside, selects nothing."""
    spec = (service or {}).get("spec") or {}
    return {} if spec.get("type") == "ExternalName" else spec.get("selector") or {}


class ServiceMembers:
    """Service → keys of its pods, and back."""

    def __init__(self, services: Informer, pods: Informer) -> None:
        self.pods = pods
        self.selectors: dict[str, dict[str, dict[str, str]]] = {}  # namespace → service's key → selector
        self.members: dict[str, dict[str, bool]] = {}
        self.services: dict[str, dict[str, bool]] = {}  # pod's key → keys of services
        for service in services.list():
            self.service_changed(None, service, scan=False)
        for one in pods.list():
            self.pod_changed(None, one)

    def service_changed(self, old: Object | None, new: Object | None, scan: bool = True) -> None:
        """A Service came, changed or went."""
        selector, key = selector_of(new), meta.key(new or old or {})
        known = self.selectors.setdefault(meta.namespace(new or old or {}), {})
        if known.get(key) == (selector or None):
            return
        for member in self.members.pop(key, {}):
            self.services.get(member, {}).pop(key, None)
        known.pop(key, None)
        if not selector:
            return
        known[key] = selector
        for pod in self.pods.list(meta.namespace(new or {})) if scan else ():
            if selector.items() <= meta.labels(pod).items():
                self._join(key, meta.key(pod))

    def pod_changed(self, old: Object | None, new: Object | None) -> list[str]:
        """A pod came, changed or went; → keys of the Services it belonged or belongs to, sorted."""
        pod = meta.key(new or old or {})
        if pod not in self.services and not self.selectors.get(meta.namespace(new or old or {})):
            return []
        before = sorted(self.services.get(pod, ()))
        if new is not None and old is not None and meta.labels(old) == meta.labels(new):
            return before
        for service in before:
            self.members[service].pop(pod, None)
        self.services.pop(pod, None)
        if new is None:
            return before
        labels = meta.labels(new)
        for service, selector in self.selectors.get(meta.namespace(new), {}).items():
            if selector.items() <= labels.items():
                self._join(service, pod)
        return sorted({*before, *self.services.get(pod, ())})

    def _join(self, service: str, pod: str) -> None:
        self.members.setdefault(service, {})[pod] = True
        self.services.setdefault(pod, {})[service] = True

    def count(self, service: str) -> int:
        """How many pods a Service selects."""
        return len(self.members.get(service, ()))

    def of(self, service: str) -> list[Object]:
        """The pods a Service selects, by key."""
        found = (self.pods.get(pod) for pod in sorted(self.members.get(service, ())))
        return [pod for pod in found if pod is not None]


def is_resting(controller: Controller, key: str, size: int) -> bool:
    """Whether a large Service was looked at a moment ago; if so, the next look is planned.

    The real controllers need some 10 µs for each endpoint, and what happens meanwhile is one look. Ours take no virtual
    time, so without this they would look at thousands of endpoints for each pod that becomes ready.
    """
    resting: dict[str, int] = controller.state.setdefault("resting", {})
    if controller.now < resting.get(key, 0):
        controller.requeue(key, resting[key] - controller.now)
        return True
    resting.pop(key, None)
    if size > SMALL:
        resting[key] = controller.now + size * PER_ENDPOINT
    return False


def affects_endpoints(old: Object | None, new: Object | None) -> bool:
    """Whether a pod's change can matter to a Service."""
    return old is None or new is None or _seen(old) != _seen(new)


def _seen(pod: Object) -> Any:
    status = pod.get("status") or {}
    ready = next((one["status"] for one in status.get("conditions", ()) if one["type"] == "Ready"), None)
    return (status.get("podIP"), status.get("podIPs"), ready, meta.is_deleting(pod), status.get("phase"),
            meta.labels(pod), pod["spec"].get("nodeName"), pod["spec"].get("hostname"))
