"""Objects of custom kinds (first cut): stored as they are, with generation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.scale import scale_meta
from cluster_sim.apiserver.strategies.strategy import Strategy

if TYPE_CHECKING:
    from cluster_sim.apiserver.custom import CustomResources

Object = dict[str, Any]


def strategy(version: Object, resource: Resource) -> Strategy:
    """Status apart if the version has the subresource."""
    return Strategy(generation=True, status="status" in (version.get("subresources") or {}), unconditional=False)


def decode(custom: CustomResources, info: RequestInfo, value: Any, resource: Resource, body: Any) -> Object:
    """The object with its kind."""
    if not isinstance(value, dict):
        raise ApiError(bad_request("the object provided is unrecognized"))
    return {**value, "apiVersion": value.get("apiVersion") or resource.api_version, "kind": value.get("kind") or resource.kind}


def _at(obj: Any, path: str) -> Any:
    for word in path.strip(".").split("."):
        obj = obj.get(word) if isinstance(obj, dict) else None
    return obj


def scale_of(version: Object, obj: Object) -> Object:
    """The Scale by the definition's paths."""
    paths = version["subresources"]["scale"]
    replicas = _at(obj, paths["specReplicasPath"]) or 0
    status: Object = {"replicas": _at(obj, paths["statusReplicasPath"]) or 0}
    selector = _at(obj, paths["labelSelectorPath"]) if paths.get("labelSelectorPath") else None
    if selector:
        status["selector"] = selector
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": scale_meta(obj["metadata"]),
            "spec": {"replicas": replicas} if replicas else {}, "status": status}


def scaled(version: Object, obj: Object, replicas: int) -> Object:
    """The object with another number at specReplicasPath."""
    def put(value: Any, words: list[str]) -> Any:
        if not words:
            return replicas
        value = value if isinstance(value, dict) else {}
        return {**value, words[0]: put(value.get(words[0]), words[1:])}
    made: Object = put(obj, version["subresources"]["scale"]["specReplicasPath"].strip(".").split("."))
    return made
