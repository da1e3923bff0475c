"""Services.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateService), registry/core/service/storage/alloc.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.allocation import FIRST_PORT, PORTS
from cluster_sim.apiserver.validation import object_meta, service_addresses
from cluster_sim.apiserver.validation.numbers import label_name, one_of, port_or_name

Object = dict[str, Any]
Errors = list[FieldError]

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
PROTOCOLS = ("SCTP", "TCP", "UDP")
AFFINITIES = ("ClientIP", "None")
TRAFFIC = ("Cluster", "Local")
DISTRIBUTION = ("PreferClose", "PreferSameZone", "PreferSameNode")
HINTS, MODE = "service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"
DAY = 86400
OUT_OF_RANGE = f"provided port is not in the valid range. The range of valid ports is {FIRST_PORT}-{FIRST_PORT + PORTS - 1}"


def validate_before_allocation(obj: Object) -> Errors:
    """Everything but what allocation fills in."""
    return _check(obj)


def validate(obj: Object) -> Errors:
    """ValidateServiceCreate."""
    return _check(obj)


def _check(obj: Object) -> Errors:
    spec, notes = obj.get("spec") or {}, (obj.get("metadata") or {}).get("annotations") or {}
    kind = spec.get("type", "")
    errors: Errors = []
    if MODE in notes and HINTS in notes and notes[MODE] != notes[HINTS]:
        errors.append(field.invalid(f"metadata.annotations[{MODE}]", notes[MODE],
                                    f"must match annotations[{HINTS}] when both are specified"))
    headless = spec.get("clusterIP") == "None" or spec.get("clusterIPs") == ["None"]
    if not spec.get("ports") and not headless and kind != "ExternalName":
        errors.append(field.required("spec.ports"))
    if kind in ("LoadBalancer", "NodePort") and headless:
        errors.append(field.invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services"))
    if kind == "ExternalName":
        errors += _external_name(spec)
    errors += _ports(spec.get("ports") or [])
    errors += object_meta.labels(spec.get("selector") or {}, "spec.selector")
    affinity = spec.get("sessionAffinity", "")
    errors += one_of(affinity, "spec.sessionAffinity", AFFINITIES)
    if affinity == "ClientIP":
        errors += _client_ip(spec)
    elif affinity == "None" and spec.get("sessionAffinityConfig") is not None:
        errors.append(field.forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None"))
    errors += service_addresses.check(spec, kind)
    errors += one_of(kind, "spec.type", TYPES)
    errors += _node_ports(spec.get("ports") or [], kind)
    errors += service_addresses.source_ranges(spec, notes, kind)
    return errors + _balancer(spec, kind) + _traffic(spec, kind)


def _external_name(spec: Object) -> Errors:
    errors: Errors = []
    for name in ("clusterIPs", "ipFamilies"):
        if spec.get(name):
            errors.append(field.forbidden(f"spec.{name}", "may not be set for ExternalName services"))
    if spec.get("ipFamilyPolicy"):
        errors.append(field.forbidden("spec.ipFamilyPolicy", "may not be set for ExternalName services"))
    name = spec.get("externalName", "").removesuffix(".")
    if not name:
        return [*errors, field.required("spec.externalName")]
    return errors + [field.invalid("spec.externalName", name, text) for text in names.dns_subdomain(name)]


def _client_ip(spec: Object) -> Errors:
    seconds = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds")
    path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
    if seconds is not None and not 0 < seconds <= DAY:
        return [field.invalid(path, seconds, f"must be greater than 0 and less than {DAY}")]
    return []


def _ports(ports: list[Object]) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    for place, port in enumerate(ports):
        at, name = f"spec.ports[{place}]", port.get("name", "")
        if len(ports) > 1 and not name:
            errors.append(field.required(f"{at}.name"))
        elif name:
            errors += [field.invalid(f"{at}.name", name, text) for text in names.dns_label(name)]
            if name in seen:
                errors.append(field.duplicate(f"{at}.name", name))
            seen[name] = True
        errors += [field.invalid(f"{at}.port", port.get("port", 0), text) for text in names.port_number(port.get("port", 0))]
        errors += one_of(port.get("protocol", ""), f"{at}.protocol", PROTOCOLS)
        errors += port_or_name(port.get("targetPort"), f"{at}.targetPort")
        if port.get("appProtocol") is not None:
            errors += label_name(port["appProtocol"], f"{at}.appProtocol")
    return errors


def _node_ports(ports: list[Object], kind: str) -> Errors:
    """Ports of all nodes: of the right type of Service, once, and from the range. (The last is the allocator's word.)"""
    errors: Errors = []
    if kind == "ClusterIP":
        errors += [field.forbidden(f"spec.ports[{place}].nodePort", "may not be used when `type` is 'ClusterIP'")
                   for place, port in enumerate(ports) if port.get("nodePort")]
    seen: dict[str, bool] = {}
    for place, port in enumerate(ports):
        if port.get("nodePort"):
            key = f"{port.get('protocol')} {port['nodePort']}"
            if key in seen:
                errors.append(field.duplicate(f"spec.ports[{place}].nodePort", port["nodePort"]))
            seen[key] = True
    seen = {}
    for place, port in enumerate(ports):
        key = f"{port.get('protocol')} {port.get('port')}"
        if key in seen:
            shown = {"Name": "", "Protocol": port.get("protocol"), "AppProtocol": None, "Port": port.get("port"),
                     "TargetPort": 0, "NodePort": 0}
            errors.append(field.duplicate(f"spec.ports[{place}]", shown))
        seen[key] = True
    if kind in ("NodePort", "LoadBalancer"):
        errors += [field.invalid(f"spec.ports[{place}].nodePort", port["nodePort"], OUT_OF_RANGE)
                   for place, port in enumerate(ports)
                   if port.get("nodePort") and not FIRST_PORT <= port["nodePort"] < FIRST_PORT + PORTS]
    return errors


def _balancer(spec: Object, kind: str) -> Errors:
    """Fields of load balancers only."""
    errors: Errors = []
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        errors.append(field.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'"))
    chosen = spec.get("loadBalancerClass")
    if chosen is not None:
        if kind == "LoadBalancer":
            errors += label_name(chosen, "spec.loadBalancerClass")
        else:
            errors.append(field.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'"))
    return errors


def _traffic(spec: Object, kind: str) -> Errors:
    errors: Errors = []
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    policy = spec.get("externalTrafficPolicy")
    if policy and not external:
        errors.append(field.invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services"))
    elif policy and policy not in TRAFFIC:
        errors.append(field.not_supported("spec.externalTrafficPolicy", policy, TRAFFIC))
    if spec.get("healthCheckNodePort") and not _health_checked(spec):
        errors.append(field.invalid("spec.healthCheckNodePort", spec["healthCheckNodePort"],
                                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
    elif spec.get("healthCheckNodePort"):
        errors += [field.invalid("spec.healthCheckNodePort", spec["healthCheckNodePort"], text)
                   for text in names.port_number(spec["healthCheckNodePort"])]
    inner = spec.get("internalTrafficPolicy")
    if inner is not None and inner not in TRAFFIC:
        errors.append(field.not_supported("spec.internalTrafficPolicy", inner, TRAFFIC))
    spread = spec.get("trafficDistribution")
    if spread is not None and spread not in DISTRIBUTION:
        errors.append(field.not_supported("spec.trafficDistribution", spread, DISTRIBUTION))
    return errors


def _health_checked(spec: Object) -> bool:
    return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateServiceUpdate: an address stays once it is set."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    errors = service_addresses.changed(after, before)
    if after.get("type") == before.get("type") == "LoadBalancer" and after.get("loadBalancerClass") != before.get("loadBalancerClass"):
        errors.append(field.invalid("spec.loadBalancerClass", after.get("loadBalancerClass"), "may not change once set"))
    errors += _balancer({"loadBalancerClass": after.get("loadBalancerClass")}, after.get("type", ""))  # checked twice, as upstream
    if _health_checked(before) and _health_checked(after) and after.get("healthCheckNodePort") != before.get("healthCheckNodePort"):
        errors.append(field.forbidden("spec.healthCheckNodePort", field.IMMUTABLE))
    return errors + _check(new)


def validate_status(new: Object, old: Object) -> Errors:
    """ValidateServiceStatusUpdate."""
    return service_addresses.balancer_status((new.get("status") or {}).get("loadBalancer") or {}, new.get("spec") or {})
