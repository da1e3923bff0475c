"""Versions: some resources are served in two, and stored in one.

HorizontalPodAutoscalers are stored as autoscaling/v2, Events as core v1, custom resources in their storage version.

Upstream: kubernetes/pkg/apis/autoscaling/v1/conversion.go, pkg/apis/events/v1/conversion.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.resources import Resource

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

EVENT_FIELDS = (("note", "message"), ("regarding", "involvedObject"), ("reportingController", "reportingComponent"),
                ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
                ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"))
MULTIPLE = {"horizontalpodautoscalers": True, "events": True}


def several_versions(resource: Resource) -> bool:
    """Whether objects of this resource may be stored in another version than the one asked for."""
    return resource.plural in MULTIPLE


def to_storage(obj: Object, resource: Resource) -> Object:
    """The object in the version it is stored in."""
    if obj["apiVersion"] == "autoscaling/v1":
        return _hpa_v2(obj)
    if obj["apiVersion"] == "events.k8s.io/v1":
        renamed = dict(EVENT_FIELDS)
        return {"kind": "Event", "apiVersion": "v1",
                **{renamed.get(key, key): value for key, value in obj.items() if key not in ("kind", "apiVersion")}}
    return obj


def to_version(server: APIServer, obj: Object, api_version: str) -> Object:
    """The stored object in the version asked for."""
    have = obj["apiVersion"]
    if have == api_version or "/" not in have + api_version:
        return obj
    if api_version == "autoscaling/v1" and have == "autoscaling/v2":
        return _hpa_v1(obj)
    if api_version == "events.k8s.io/v1" and have == "v1":
        renamed = {old: new for new, old in EVENT_FIELDS}
        return {"kind": "Event", "apiVersion": api_version,
                **{renamed.get(key, key): value for key, value in obj.items() if key not in ("kind", "apiVersion")}}
    if have.rpartition("/")[0] == api_version.rpartition("/")[0]:
        return {**obj, "apiVersion": api_version}  # a custom resource whose versions convert by name only
    return obj


def _cpu(metrics: list[Object]) -> int:
    for place, metric in enumerate(metrics):
        resource = metric.get("resource") or {}
        if (
            metric.get("type") == "Resource"
            and resource.get("name") == "cpu"
            and (resource.get("target") or {}).get("type") == "Utilization"
        ):
            return place
    return -1


def _hpa_v2(obj: Object) -> Object:
    spec = dict(obj.get("spec") or {})
    target = spec.pop("targetCPUUtilizationPercentage", None)
    if target is not None:
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": {
            "type": "Utilization", "averageUtilization": target}}}]
    status = {key: value for key, value in (obj.get("status") or {}).items() if key != "currentCPUUtilizationPercentage"}
    status.setdefault("desiredReplicas", 0)
    return {**obj, "apiVersion": "autoscaling/v2", "spec": spec, "status": {"currentMetrics": None, **status}}


def _hpa_v1(obj: Object) -> Object:
    spec = dict(obj.get("spec") or {})
    metrics = spec.pop("metrics", None) or []
    place = _cpu(metrics)
    if place >= 0:
        spec["targetCPUUtilizationPercentage"] = metrics[place]["resource"]["target"].get("averageUtilization")
    spec.pop("behavior", None)
    status = {key: value for key, value in (obj.get("status") or {}).items() if key not in ("conditions", "currentMetrics")}
    status.setdefault("currentReplicas", 0)
    status.setdefault("desiredReplicas", 0)
    return {**obj, "apiVersion": "autoscaling/v1", "spec": spec, "status": status}
