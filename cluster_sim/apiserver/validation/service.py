"""Services.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateService), registry/core/service/storage/alloc.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.allocation import FIRST_PORT, PORTS
from cluster_sim.apiserver.validation import addresses, object_meta
from cluster_sim.apiserver.validation.numbers import port_or_name

Object = dict[str, Any]
Errors = list[FieldError]

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
PROTOCOLS = ("SCTP", "TCP", "UDP")
AFFINITIES = ("ClientIP", "None")
TRAFFIC = ("Cluster", "Local")
DAY = 86400
OUT_OF_RANGE = f"provided port is not in the valid range. The range of valid ports is {FIRST_PORT}-{FIRST_PORT + PORTS - 1}"


def validate_before_allocation(obj: Object) -> Errors:
    """Everything but what allocation fills in."""
    return _check(obj)


def validate(obj: Object) -> Errors:
    """ValidateServiceCreate."""
    return _check(obj)


def _check(obj: Object) -> Errors:
    spec = obj.get("spec") or {}
    kind = spec.get("type", "")
    errors: Errors = []
    headless = spec.get("clusterIP") == "None" or spec.get("clusterIPs") == ["None"]
    if not spec.get("ports") and not headless and kind != "ExternalName":
        errors.append(field.required("spec.ports"))
    if kind == "LoadBalancer":
        for place, port in enumerate(spec.get("ports") or ()):
            if port.get("port") == 10250:
                errors.append(field.invalid(f"spec.ports[{place}].port", 10250, "may not expose port 10250 externally since it is used by kubelet"))
        if headless:
            errors.append(field.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services"))
    if kind == "NodePort" and headless:
        errors.append(field.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for NodePort services"))
    if kind == "ExternalName":
        errors += _external_name(spec)
    errors += _ports(spec, headless, kind)
    errors += object_meta.labels(spec.get("selector") or {}, "spec.selector")
    affinity = spec.get("sessionAffinity", "")
    if not affinity:
        errors.append(field.required("spec.sessionAffinity"))
    elif affinity not in AFFINITIES:
        errors.append(field.not_supported("spec.sessionAffinity", affinity, AFFINITIES))
    elif affinity == "ClientIP":
        errors += _client_ip(spec)
    elif spec.get("sessionAffinityConfig") is not None:
        errors.append(field.forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None"))
    errors += _addresses(spec, kind)
    if not kind:
        errors.append(field.required("spec.type"))
    elif kind not in TYPES:
        errors.append(field.not_supported("spec.type", kind, TYPES))
    return errors + _traffic(spec, kind)


def _external_name(spec: Object) -> Errors:
    errors: Errors = []
    for name in ("clusterIPs", "ipFamilies"):
        if spec.get(name):
            errors.append(field.forbidden(f"spec.{name}", "may not be set for ExternalName services"))
    if spec.get("ipFamilyPolicy"):
        errors.append(field.forbidden("spec.ipFamilyPolicy", "may not be set for ExternalName services"))
    name = spec.get("externalName", "").rstrip(".")
    if not name:
        return [*errors, field.required("spec.externalName")]
    return errors + [field.invalid("spec.externalName", name, text) for text in names.dns_subdomain(name)]


def _client_ip(spec: Object) -> Errors:
    seconds = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds")
    path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
    if seconds is not None and not 0 < seconds <= DAY:
        return [field.invalid(path, seconds, f"must be greater than 0 and less than {DAY}")]
    return []


def _ports(spec: Object, headless: bool, kind: str) -> Errors:
    errors: Errors = []
    ports = spec.get("ports") or []
    seen_names: dict[str, bool] = {}
    for place, port in enumerate(ports):
        at, name = f"spec.ports[{place}]", port.get("name", "")
        if len(ports) > 1 and not name:
            errors.append(field.required(f"{at}.name"))
        elif name:
            errors += [field.invalid(f"{at}.name", name, text) for text in names.dns_label(name)]
            if name in seen_names:
                errors.append(field.duplicate(f"{at}.name", name))
            seen_names[name] = True
        errors += [field.invalid(f"{at}.port", port.get("port", 0), text) for text in names.port_number(port.get("port", 0))]
        protocol = port.get("protocol", "")
        if not protocol:
            errors.append(field.required(f"{at}.protocol"))
        elif protocol not in PROTOCOLS:
            errors.append(field.not_supported(f"{at}.protocol", protocol, PROTOCOLS))
        errors += port_or_name(port.get("targetPort"), f"{at}.targetPort")
    if kind == "ClusterIP":
        for place, port in enumerate(ports):
            if port.get("nodePort"):
                errors.append(field.forbidden(f"spec.ports[{place}].nodePort", "may not be used when `type` is 'ClusterIP'"))
    errors += _same_ports(ports)
    for place, port in enumerate(ports):
        number = port.get("nodePort")
        if number and kind in ("NodePort", "LoadBalancer") and not FIRST_PORT <= number < FIRST_PORT + PORTS:
            errors.append(field.invalid(f"spec.ports[{place}].nodePort", number, OUT_OF_RANGE))
    return errors


def _same_ports(ports: list[Object]) -> Errors:
    errors: Errors = []
    seen: dict[str, bool] = {}
    nodes: dict[str, bool] = {}
    for place, port in enumerate(ports):
        key = f"{port.get('protocol')} {port.get('port')}"
        if key in seen:
            shown = {"Name": "", "Protocol": port.get("protocol"), "AppProtocol": None, "Port": port.get("port"),
                     "TargetPort": 0, "NodePort": 0}
            errors.append(field.duplicate(f"spec.ports[{place}]", shown))
        seen[key] = True
        if port.get("nodePort"):
            node = f"{port.get('protocol')} {port['nodePort']}"
            if node in nodes:
                errors.append(field.duplicate(f"spec.ports[{place}].nodePort", port["nodePort"]))
            nodes[node] = True
    return errors


def _addresses(spec: Object, kind: str) -> Errors:
    errors: Errors = []
    ips = spec.get("clusterIPs") or ([spec["clusterIP"]] if spec.get("clusterIP") else [])
    if kind != "ExternalName":
        for place, ip in enumerate(ips):
            if ip != "None":
                errors += addresses.ip(ip, f"spec.clusterIPs[{place}]")
        if spec.get("clusterIP") and spec.get("clusterIPs") and spec["clusterIP"] != spec["clusterIPs"][0]:
            errors.append(field.invalid("spec.clusterIPs", spec["clusterIPs"], "first value must match `clusterIP`"))
    for place, ip in enumerate(spec.get("externalIPs") or ()):
        errors += addresses.ip(ip, f"spec.externalIPs[{place}]")
    if spec.get("loadBalancerSourceRanges") and kind != "LoadBalancer":
        errors.append(field.forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'"))
    for place, cidr in enumerate(spec.get("loadBalancerSourceRanges") or ()):
        errors += addresses.cidr(cidr.strip(), f"spec.LoadBalancerSourceRanges[{place}]")
    if spec.get("allocateLoadBalancerNodePorts") is not None and kind != "LoadBalancer":
        errors.append(field.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'"))
    return errors


def _traffic(spec: Object, kind: str) -> Errors:
    errors: Errors = []
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    policy = spec.get("externalTrafficPolicy")
    if policy and not external:
        errors.append(field.invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services"))
    elif policy and policy not in TRAFFIC:
        errors.append(field.not_supported("spec.externalTrafficPolicy", policy, TRAFFIC))
    inner = spec.get("internalTrafficPolicy")
    if inner is not None and inner not in TRAFFIC:
        errors.append(field.not_supported("spec.internalTrafficPolicy", inner, TRAFFIC))
    return errors


def validate_update(new: Object, old: Object) -> Errors:
    """ValidateServiceUpdate: an address stays once it is set."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    errors: Errors = []
    stays = "ExternalName" not in (after.get("type"), before.get("type"))
    if stays and before.get("clusterIPs") and after.get("clusterIPs") != before["clusterIPs"]:
        for place, (want, have) in enumerate(zip(after.get("clusterIPs") or [], before["clusterIPs"], strict=False)):
            if want != have:
                errors.append(field.invalid(f"spec.clusterIPs[{place}]", after["clusterIPs"], "may not change once set"))
    return errors + _check(new)
