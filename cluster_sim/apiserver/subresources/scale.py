"""scale: read and set the number of replicas of anything that has one.

Upstream: kubernetes/pkg/registry/apps/*/storage/storage.go (ScaleREST, scaleUpdatedObjectInfo).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, patches, resources, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.scale import scale_of
from cluster_sim.apiserver.verbs import patch, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

SCALE = resources.Resource("autoscaling", "v1", "scales", "scale", "Scale", True)


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """GET, PUT or PATCH of a Scale."""
    old = patch.existing(server, info)
    custom = server.custom.owns(info.kind)
    now = server.custom.scale_of(info.kind, old) if custom else scale_of(old)
    if info.verb == "get":
        return Answer(200, now)
    if info.verb == "patch":
        kind = patch.media_type(server, info, call)
        options.check_patch(info, kind in patch.APPLY)
        if kind in patch.APPLY:
            from cluster_sim.apiserver.apply import verb

            return _set(server, info, old, now, verb.replicas(server, info, call, old))
        body = decoding.parse(info, call["body"], "Scale")
        if kind == patch.JSON_PATCH:
            wanted = patches.json_patch(now, body)
        elif kind == patch.MERGE:
            wanted = patches.merge_patch(now, body)
        else:
            wanted = patches.strategic_merge_patch(now, body, "autoscaling/v1", "Scale")
    else:
        options.check_write(info, "UpdateOptions")
        wanted = call["body"]
    wanted = decoding.decode_plain(info, wanted, SCALE)
    update.check_name(wanted, info)
    update.check_version(server, info, old, {"metadata": {
        key: value for key, value in (wanted.get("metadata") or {}).items() if key in ("uid", "resourceVersion")}}, True)
    replicas = (wanted.get("spec") or {}).get("replicas", 0)
    if replicas < 0:
        raise ApiError(status.invalid("Scale.autoscaling", info.name, [
            field.invalid("spec.replicas", replicas, "must be greater than or equal to 0")]))
    return _set(server, info, old, wanted, replicas)


def _set(server: APIServer, info: RequestInfo, old: Object, wanted: Object, replicas: int) -> Outcome:
    """Store the object with so many replicas; answer with its Scale."""
    custom = server.custom.owns(info.kind)
    new = server.custom.scaled(info.kind, old, replicas) if custom else {
        **old, "spec": {**(old.get("spec") or {}), "replicas": replicas}}
    if new.get("spec") != old.get("spec") and "generation" in old["metadata"]:
        new = {**new, "metadata": {**new["metadata"], "generation": old["metadata"]["generation"] + 1}}
    now = server.custom.scale_of(info.kind, old) if custom else scale_of(old)
    admission.check_subresource(server, info, wanted, now)
    outcome = update.write(server, info, old, new, "apiserver.scale", args={"replicas": replicas})
    if isinstance(outcome, Plan):
        outcome.view = "scale"
        if custom:
            outcome.view, outcome.body = "", server.custom.scale_of(info.kind, new)
        return outcome
    made = server.custom.scale_of(info.kind, outcome.body) if custom else scale_of(outcome.body)
    return Answer(200, made)
