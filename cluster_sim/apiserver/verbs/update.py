"""update: replace an object by what the client sends, as far as the client may.

A resourceVersion in the body makes it conditional. What only the server may set stays as it was. An object that was
only waiting for its finalizers goes when the last is taken away. A change that changes nothing is not written.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/update.go, registry/rest/update.go, registry/generic/registry/store.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options, phrases, strategies
from cluster_sim.apiserver.managed_fields import track
from cluster_sim.apiserver.object_meta import revision_of, storage_key, without_revision
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan, put, remove
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.validation import object_meta
from cluster_sim.apiserver.verbs import create
from cluster_sim.apiserver.watch_cache import REGISTRY

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def update(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """PUT of an object."""
    options.check_write(info, "UpdateOptions")
    strategy = strategies.of(info.kind)
    new = decoding.decode(server, info, call["body"])
    new = create.in_namespace(new, info, info.kind)
    check_name(new, info)
    old = server.cache.get(*storage_key(info.kind, info.namespace, info.name))
    if old is None:
        if strategy.create_on_update and not server.custom.owns(info.kind):
            return create.store(server, info, call, new)
        raise ApiError(status.not_found(info.plural, info.name, info.group))
    return replace(server, info, call, old, new)


def check_name(new: Object, info: RequestInfo) -> None:
    """400 if the object says another name than the path, or none."""
    name = (new.get("metadata") or {}).get("name", "")
    if not name:
        raise ApiError(status.bad_request(
            f"the name of the object ({info.name} based on URL) was undeterminable: name must be provided"))
    if name != info.name:
        raise ApiError(status.bad_request(f"the name of the object ({name}) does not match the name on the URL ({info.name})"))


def check_version(server: APIServer, info: RequestInfo, old: Object, new: Object, unconditional: bool) -> None:
    """409 if the client speaks of another object or an older version of it."""
    meta, have = new["metadata"], old["metadata"]
    if meta.get("uid") and meta["uid"] != have["uid"] and info.method == "PUT":
        prefix, key = storage_key(info.kind, info.namespace, info.name)
        raise ApiError(status.conflict(
            info.plural, info.name,
            f"StorageError: invalid object, Code: 4, Key: {REGISTRY}{prefix}/{key}, ResourceVersion: 0, AdditionalErrorMsg: "
            f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta: {have['uid']}", info.group))
    version = meta.get("resourceVersion")
    if version and not version.isdigit():
        raise ApiError(status.unknown(f'strconv.ParseUint: parsing "{version}": invalid syntax'))
    if version and version != "0" and version != have["resourceVersion"]:
        raise ApiError(status.conflict(info.plural, info.name, group=info.group))
    if not version and not unconditional and info.method == "PUT":
        error = field.invalid("metadata.resourceVersion", 0, "must be specified for an update")
        full = f"{info.plural}.{info.group}" if info.group else info.plural
        raise ApiError(status.invalid(full, info.name, [error]))


def replace(server: APIServer, info: RequestInfo, call: Object, old: Object, new: Object) -> Outcome:
    """Put `new` in the place of `old`, as the kind's strategy allows."""
    resource, strategy = info.kind, strategies.of(info.kind)
    if server.custom.owns(resource):
        strategy = server.custom.strategy(resource)
    check_version(server, info, old, new, strategy.unconditional)
    new = admission.mutate(server, info, new, old)
    new = {**new, "metadata": merged_meta(new["metadata"], old["metadata"])}
    if strategy.status and "status" in old:
        new = {**new, "status": old["status"]}
    elif strategy.status:
        new = {key: value for key, value in new.items() if key != "status"}
    new = strategy.prepare_update(new, old, server, info)
    if strategy.generation and any(new.get(name) != old.get(name) for name in strategy.counted):
        new = {**new, "metadata": {**new["metadata"], "generation": old["metadata"].get("generation", 0) + 1}}
    errors = object_meta.check_update(new, old) + strategy.validate_update(new, old)
    if errors:
        raise ApiError(status.invalid(resource.group_kind, info.name, errors))
    before = admission.validate(server, info, new, old, call)
    return write(server, info, old, new, "apiserver.update", before)


def write(server: APIServer, info: RequestInfo, old: Object, new: Object, phrase: str, before: list[Object] | None = None,
          args: Object | None = None) -> Outcome:
    """Store the change, unless nothing changed; remove the object if nothing holds it any more."""
    new = track(server, info, old, new)
    key = f"{REGISTRY}{'/'.join(storage_key(info.kind, info.namespace, info.name))}"
    answer = {**new, "metadata": {**new["metadata"], "resourceVersion": old["metadata"]["resourceVersion"]}}
    args = {"what": phrases.what(info), **(args or {})}
    if answer == old:
        return Answer(200, old)
    if options.dry_run(info):
        return Answer(200, answer)
    if is_finished(new):
        return Plan([*(before or []), remove(key, revision_of(old))], 200, answer, phrase="apiserver.gone", args=args,
                    level=phrases.level(info))
    stored = without_revision(new)
    if info.plural == "pods":
        known = server.cache.stored.get(f"{info.namespace}/{info.name}")
        if known is not None and known == stored["metadata"] and [*known] == [*stored["metadata"]]:
            stored = {**stored, "metadata": known}
    plan = Plan([*(before or []), put(key, stored, revision_of(old))], 200, phrase=phrase, args=args)
    plan.level = phrases.level(info)
    return plan


def is_finished(obj: Object) -> bool:
    """Whether a change has taken away the last thing that held an object marked for deletion."""
    meta = obj["metadata"]
    return bool(meta.get("deletionTimestamp")) and not meta.get("finalizers") and not meta.get(
        "deletionGracePeriodSeconds") and not (obj["kind"] == "Namespace" and (obj.get("spec") or {}).get("finalizers"))


CLIENT_FIELDS = ("labels", "annotations", "ownerReferences", "finalizers", "managedFields")
SERVER_FIELDS = ("name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
                 "deletionTimestamp", "deletionGracePeriodSeconds")


def merged_meta(new: Object, old: Object) -> Object:
    """The client's metadata where it is the client's to say, the server's elsewhere."""
    meta: Object = {}
    for key in SERVER_FIELDS:
        if key in old:
            meta[key] = old[key]
    meta.pop("resourceVersion", None)
    if new.get("uid"):
        meta["uid"] = new["uid"]  # checked: it must not change
    if "deletionTimestamp" in new and "deletionTimestamp" not in old:
        meta["deletionTimestamp"] = new["deletionTimestamp"]  # checked likewise
    if new.get("generateName"):
        meta["generateName"] = new["generateName"]
    elif "generateName" in meta:
        del meta["generateName"]
    for key in CLIENT_FIELDS:
        if new.get(key) or (key == "managedFields" and new.get(key) == []):  # an empty record resets it
            meta[key] = new[key]
    return meta
