"""Defaults of the core group's other kinds.

Upstream: kubernetes/pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]

CLIENT_IP_SECONDS = 10800


def service(obj: Object) -> Object:
    """SetDefaults_Service."""
    obj = change(obj, "spec", _service_spec)
    entries = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress")
    if not entries or obj["spec"].get("type") != "LoadBalancer":
        return obj
    entries = [{**entry, "ipMode": "VIP"} if entry.get("ip") and entry.get("ipMode") is None else entry for entry in entries]
    return {**obj, "status": {**obj["status"], "loadBalancer": {**obj["status"]["loadBalancer"], "ingress": entries}}}


def _service_spec(spec: Object) -> Object:
    spec = fill(spec, {"sessionAffinity": "None", "type": "ClusterIP"})
    if spec["sessionAffinity"] == "None" and "sessionAffinityConfig" in spec:
        spec = {key: value for key, value in spec.items() if key != "sessionAffinityConfig"}
    if spec["sessionAffinity"] == "ClientIP":
        client = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        if client.get("timeoutSeconds") is None:
            spec = {**spec, "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": CLIENT_IP_SECONDS}}}
    spec = change(spec, "ports", each(_service_port))
    kind = spec["type"]
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if external and not spec.get("externalTrafficPolicy"):
        spec = {**spec, "externalTrafficPolicy": "Cluster"}
    if kind in ("NodePort", "LoadBalancer", "ClusterIP") and not spec.get("internalTrafficPolicy"):
        spec = {**spec, "internalTrafficPolicy": "Cluster"}
    if kind == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is None:
        spec = {**spec, "allocateLoadBalancerNodePorts": True}
    return spec


def _service_port(port: Object) -> Object:
    port = fill(port, {"protocol": "TCP"})
    if port.get("targetPort") in (None, 0, ""):
        port = {**port, "targetPort": port.get("port", 0)}
    return port


def secret(obj: Object) -> Object:
    """SetDefaults_Secret."""
    return fill(obj, {"type": "Opaque"})


def namespace(obj: Object) -> Object:
    """SetDefaults_Namespace: its name as a label, for selectors."""
    meta = obj.get("metadata") or {}
    name, labels = meta.get("name"), meta.get("labels") or {}
    if name and labels.get("kubernetes.io/metadata.name") != name:
        obj = {**obj, "metadata": {**meta, "labels": {**labels, "kubernetes.io/metadata.name": name}}}
    return obj


def node(obj: Object) -> Object:
    """SetDefaults_NodeStatus: what is allocatable is the capacity, if nobody says else."""
    def allocatable(status: Object) -> Object:
        if status.get("capacity") and not status.get("allocatable"):
            return {**status, "allocatable": status["capacity"]}
        return status
    return change(obj, "status", allocatable)


def endpoints(obj: Object) -> Object:
    """SetDefaults_Endpoints."""
    def subset(given: Object) -> Object:
        return change(given, "ports", each(lambda port: fill(port, {"protocol": "TCP"})))
    return change(obj, "subsets", each(subset))


def limit_range(obj: Object) -> Object:
    """SetDefaults_LimitRangeItem: default from max, default request from default, then from min."""
    return change(obj, "spec", lambda spec: change(spec, "limits", each(_limit)))


def _limit(item: Object) -> Object:
    if item.get("type") != "Container":
        return item
    default = {**(item.get("default") or {})}
    for key, value in (item.get("max") or {}).items():
        default.setdefault(key, value)
    request = {**(item.get("defaultRequest") or {})}
    for source in (default, item.get("min") or {}):
        for key, value in source.items():
            request.setdefault(key, value)
    new = {**item}
    if default:
        new["default"] = default
    if request:
        new["defaultRequest"] = request
    return item if new == item else new
