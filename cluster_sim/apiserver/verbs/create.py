"""create: decode, admit, prepare, check, and store what must not exist yet.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/create.go, registry/rest/create.go, registry/generic/registry/store.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options, phrases
from cluster_sim.apiserver.managed_fields import track
from cluster_sim.apiserver.object_meta import storage_key
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan, put
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.validation import remembered
from cluster_sim.apiserver.verbs import short
from cluster_sim.apiserver.watch_cache import REGISTRY

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

WRONG_NAMESPACE = "the namespace of the provided object does not match the namespace sent on the request"
SHORT = ("events", "pods")  # see short.py


def create(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """POST of an object."""
    body = call["body"]
    if info.plural in SHORT and not info.group:
        outcome = (server.short.event if info.plural == "events" else server.short.pod)(server, info, body)
        if outcome is not None:
            return outcome
        outcome = _create(server, info, call, body)
        if info.plural == "pods" and isinstance(body, dict):
            server.short.learn(server, info, body, outcome)
        return outcome
    return _create(server, info, call, body)


def _create(server: APIServer, info: RequestInfo, call: Object, body: Any) -> Outcome:
    options.check_write(info, "CreateOptions")
    resource, strategy = info.kind, server.custom.strategy_of(info.kind)
    if strategy.status and isinstance(body, dict) and "status" in body and resource.plural != "pods":
        body = {key: value for key, value in body.items() if key != "status"}
    obj = decoding.decode(server, info, body)
    return store(server, info, call, obj)


def store(server: APIServer, info: RequestInfo, call: Object, obj: Object) -> Outcome:
    """Admit, prepare, check and store a decoded object (a PUT or an apply may create, too)."""
    resource, strategy = info.kind, server.custom.strategy_of(info.kind)
    obj = in_namespace(obj, info, resource)
    template = obj.get("spec")
    obj = admission.mutate(server, info, obj, None)
    obj = with_system_fields(server, obj, resource, strategy.generation)
    obj = strategy.prepare_create(obj, server, info)
    errors = remembered.validate(resource, strategy, obj, template)
    if errors:
        raise ApiError(status.invalid(resource.group_kind, obj["metadata"].get("name", ""), errors))
    before = admission.validate(server, info, obj, None, call)
    meta = obj["metadata"]
    if meta.get("resourceVersion", "0") != "0":
        raise ApiError(status.unknown("resourceVersion should not be set on objects to be created"))
    key = storage_key(resource, meta.get("namespace", ""), meta["name"])
    if server.cache.get(*key) is not None:
        raise ApiError(status.already_exists(resource.plural, meta["name"], resource.group))
    obj = track(server, info, None, obj)
    if options.dry_run(info):
        return Answer(201, obj)
    ttl = _ttl(resource)
    level = phrases.level(info)
    plan = Plan([*before, put(f"{REGISTRY}{key[0]}/{key[1]}", obj, 0, ttl)], 201, level=level)
    plan.phrase, plan.args = "apiserver.create", {"what": phrases.what(info, meta["name"])}
    return plan


def in_namespace(obj: Object, info: RequestInfo, resource: Resource) -> Object:
    """The object in the namespace of the path; 400 if it says another."""
    meta = obj.get("metadata") or {}
    have = meta.get("namespace", "")
    if not resource.namespaced:
        if have:
            raise ApiError(status.bad_request(WRONG_NAMESPACE))
        return obj if "metadata" in obj else {**obj, "metadata": {}}
    if have and have != info.namespace:
        raise ApiError(status.bad_request(WRONG_NAMESPACE))
    return obj if have else {**obj, "metadata": {**meta, "namespace": info.namespace}}


def with_system_fields(server: APIServer, obj: Object, resource: Resource, generation: bool) -> Object:
    """uid, creationTimestamp, a generated name, generation 1: what only the server may set."""
    given = obj["metadata"]
    meta: Object = {}
    name, base = given.get("name", ""), given.get("generateName", "")
    if not name and base:
        name = base[:short.GENERATED_BASE] + server.kernel.suffix("generateName")
    if name:
        meta["name"] = name
    if base:
        meta["generateName"] = base
    if given.get("namespace"):
        meta["namespace"] = given["namespace"]
    meta["uid"] = server.kernel.uid("uid")
    if given.get("resourceVersion"):
        meta["resourceVersion"] = given["resourceVersion"]
    if generation:
        meta["generation"] = 1
    meta["creationTimestamp"] = server.kernel.timestamp()
    for key in ("labels", "annotations", "ownerReferences", "finalizers"):
        if given.get(key):
            meta[key] = given[key]
    return {**obj, "metadata": meta}


def _ttl(resource: Resource) -> int | None:
    return short.TTL if resource.plural == "events" else None
