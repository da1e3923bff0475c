"""One endpoint of a Service: a pod's address, whether it takes traffic, and the ports to reach it at.

*Serving* is the pod's readiness; *terminating*, that it is being deleted; *ready* means serving and not terminating
(or the Service publishes addresses that are not ready). A finished pod, and one without an address, is no endpoint.

Source: kubernetes staging/src/k8s.io/endpointslice/utils.go (podToEndpoint), pkg/api/v1/pod (FindPort).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object

Port = tuple[str, int, str, str]  # name, number, protocol, appProtocol


def is_endpoint(pod: Object) -> bool:
    """It has an address and has not finished."""
    return not pods.is_terminal(pod) and bool((pod.get("status") or {}).get("podIP"))


def conditions_of(pod: Object, publish_not_ready: bool) -> Object:
    """ready, serving and terminating."""
    serving, terminating = pods.is_ready(pod), meta.is_deleting(pod)
    return {"ready": publish_not_ready or (serving and not terminating), "serving": serving,
            "terminating": terminating}


def target_of(pod: Object) -> Object:
    """A reference to the pod."""
    return {"kind": "Pod", "namespace": meta.namespace(pod), "name": meta.name(pod), "uid": meta.uid(pod)}


def hostname_of(pod: Object, service: Object) -> str | None:
    """The pod's own name in the Service's domain, if it has one there."""
    if pod["spec"].get("hostname") and pod["spec"].get("subdomain") == meta.name(service):
        return str(pod["spec"]["hostname"])
    return None


def endpoint_of(pod: Object, service: Object, zone: str | None) -> Object:
    """The pod as an EndpointSlice lists it."""
    spec = service["spec"]
    optional = {"hostname": hostname_of(pod, service), "nodeName": pod["spec"].get("nodeName"), "zone": zone}
    return {"addresses": [pod["status"]["podIP"]],
            "conditions": conditions_of(pod, bool(spec.get("publishNotReadyAddresses"))), "targetRef": target_of(pod),
            **{field: value for field, value in {**optional, "hints": hints_of(pod, service, zone)}.items() if value}}


def hints_of(pod: Object, service: Object, zone: str | None) -> Object | None:
    """For which zone or node a ready endpoint is meant, if the Service prefers its traffic near (trafficdist)."""
    wish = service["spec"].get("trafficDistribution")
    if not wish or not conditions_of(pod, False)["ready"]:
        return None
    hints: Object = {"forZones": [{"name": zone}]} if zone else {}
    if wish == "PreferSameNode":
        hints["forNodes"] = [{"name": pod["spec"].get("nodeName")}]
    return hints or None


def ports_of(pod: Object, service: Object) -> tuple[Port, ...]:
    """Where the Service's ports lead in this pod: a named targetPort is looked up in its containers."""
    found = []
    for port in service["spec"].get("ports") or ():
        number = find_port(pod, port.get("targetPort", port["port"]), port.get("protocol", "TCP"))
        if number is not None:
            found.append((port.get("name", ""), number, port.get("protocol", "TCP"), port.get("appProtocol", "")))
    return tuple(found)


def find_port(pod: Object, target: Any, protocol: str) -> int | None:
    """A number as it is; a name is a container's port of that name and protocol."""
    if not isinstance(target, str):
        return int(target)
    for container in pod["spec"].get("containers", ()):
        for port in container.get("ports") or ():
            if port.get("name") == target and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return None


def port_object(port: Port) -> Object:
    """A port as EndpointSlices and Endpoints write it."""
    name, number, protocol, app = port
    made = {"name": name, "port": number, "protocol": protocol}
    return {**made, "appProtocol": app} if app else made
