"""delete: mark an object for deletion, or take it out of the store.

A pod is deleted gracefully: first it is marked (deletionTimestamp, grace period), its kubelet stops it, and only a
delete with grace 0 removes it. Anything with finalizers is marked, too, and goes when the last is taken off.
propagationPolicy becomes a finalizer here (`orphan`, `foregroundDeletion`), which the garbage collector obeys.

Upstream: k8s.io/apiserver/pkg/registry/rest/delete.go, registry/generic/registry/store.go (Delete,
updateForGracefulDeletionAndFinalizers), kubernetes/pkg/registry/core/pod/strategy.go (CheckGracefulDelete).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.resources import Resource
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options, phrases, strategies
from cluster_sim.apiserver.object_meta import revision_of, storage_key, without_revision
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan, put, remove
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.watch_cache import REGISTRY
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.timestamps import parse, rfc3339

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

PRESERVED = ("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or "
             "set propagationPolicy=Orphan to suppress this warning")
ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"


def delete(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """DELETE of an object."""
    given = options.delete_options(info, decoding.parse(info, call["body"], "DeleteOptions"))
    admission.check_delete(server, info)
    old = server.cache.get(*storage_key(info.kind, info.namespace, info.name))
    if old is None:
        raise ApiError(status.not_found(info.plural, info.name, info.group))
    admission.removal(server, info, old)
    return delete_object(server, info, given, old)


def delete_object(server: APIServer, info: RequestInfo, given: Object, old: Object) -> Outcome:
    """Delete one object as the options say."""
    resource = info.kind
    _check_preconditions(resource, given, old)
    if resource.group_resource == "namespaces":
        outcome = _namespace(server, info, given, old)
        if outcome is not None:
            return outcome
    if resource.group_resource == "customresourcedefinitions.apiextensions.k8s.io":
        old = server.custom.finalizer_before_delete(old)
    strategy = strategies.of(resource)
    unsaid = given.get("propagationPolicy") is None and given.get("orphanDependents") is None
    if unsaid and resource.group_resource == "jobs.batch":
        info.warnings.append(PRESERVED)
    new, pending = _graceful(server, given, old) if resource.group_resource == "pods" else (None, False)
    if pending:
        return Answer(200, old)
    finalizers = _finalizers(strategy, given, old)
    held = finalizers if finalizers is not None else old["metadata"].get("finalizers", [])
    if new is None and held:
        new = _mark(server, old)
    if new is not None and finalizers is not None:
        meta = {key: value for key, value in new["metadata"].items() if key != "finalizers"}
        new = {**new, "metadata": {**meta, **({"finalizers": finalizers} if finalizers else {})}}
    return _write(server, info, given, old, new, bool(held), strategy)


def _write(server: APIServer, info: RequestInfo, given: Object, old: Object, new: Object | None, held: bool,
           strategy: Strategy) -> Outcome:
    """`new` is what the object becomes before it goes (or while it stays); None: it goes at once."""
    dry = options.dry_run(info) or bool(given.get("dryRun"))
    key = f"{REGISTRY}{'/'.join(storage_key(info.kind, info.namespace, info.name))}"
    args: Object = {"what": phrases.what(info), "user": phrases.who(info.user)}
    level = phrases.level(info)
    stays = new is not None and (held or new["metadata"].get("deletionGracePeriodSeconds", 0) > 0)
    if stays:
        assert new is not None
        if new == old:
            return Answer(200, old)
        if dry:
            return Answer(200, new)
        phrase = "apiserver.delete-later"
        if held and not new["metadata"].get("deletionGracePeriodSeconds"):
            phrase, args["finalizers"] = "apiserver.delete-held", ", ".join(new["metadata"].get("finalizers", []))
        return Plan([put(key, without_revision(new), revision_of(old))], 200, phrase=phrase, args=args, level=level)
    last = new if new is not None else old
    body = last if strategy.returns_deleted else gone(info.kind, last)
    if dry:
        return Answer(200, body)
    writes = [remove(key, revision_of(old))]
    if new is not None and new != old:
        # First marked, then removed: watchers see both, as they do in reality.
        writes = [put(key, without_revision(new), revision_of(old)), remove(key, None)]
    return Plan(writes, 200, body, phrase="apiserver.delete", args=args, level=level)


def gone(resource: Resource, obj: Object) -> Object:
    """The Status that tells what was deleted."""
    meta = obj["metadata"]
    return status.success({"name": meta["name"], "group": resource.group, "kind": resource.plural, "uid": meta["uid"]})


def _check_preconditions(resource: Resource, given: Object, old: Object) -> None:
    wanted, meta = given.get("preconditions") or {}, old["metadata"]
    if wanted.get("uid") and wanted["uid"] != meta["uid"]:
        raise ApiError(status.conflict(
            resource.kind, meta["name"], f"the UID in the precondition ({wanted['uid']}) does not match the UID in record "
            f"({meta['uid']}). The object might have been deleted and then recreated", resource.group))
    if wanted.get("resourceVersion") and wanted["resourceVersion"] != meta["resourceVersion"]:
        raise ApiError(status.conflict(
            resource.kind, meta["name"], f"the ResourceVersion in the precondition ({wanted['resourceVersion']}) does not "
            f"match the ResourceVersion in record ({meta['resourceVersion']}). The object might have been modified",
            resource.group))


def _graceful(server: APIServer, given: Object, old: Object) -> tuple[Object | None, bool]:
    """(the pod with its deletion time, whether nothing is to be done because an earlier delete is under way)."""
    meta = old["metadata"]
    asked = given.get("gracePeriodSeconds")
    if asked is not None and asked < 0:
        asked = 1
    if meta.get("deletionTimestamp"):
        have = meta.get("deletionGracePeriodSeconds")
        if have is None:
            return None, False
        if have == 0 and not meta.get("finalizers"):
            return None, False  # marked, but the removal that follows was lost with the server (upstream it hangs)
        if asked is None or asked >= have:
            return None, True
        moment = parse(meta["deletionTimestamp"]) + (asked - have) * SECOND
        return {**old, "metadata": {**meta, "deletionTimestamp": rfc3339(moment), "deletionGracePeriodSeconds": asked}}, False
    spec = old.get("spec") or {}
    period = asked if asked is not None else spec.get("terminationGracePeriodSeconds", 0)
    if not spec.get("nodeName") or (old.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        period = 0
    moment = server.kernel.now + (1 if period < 0 else period) * SECOND
    return _deleting(old, server.kernel.timestamp(moment), 1 if period < 0 else period), False


def _deleting(old: Object, moment: str, grace: int) -> Object:
    meta = {**old["metadata"], "deletionTimestamp": moment, "deletionGracePeriodSeconds": grace}
    if meta.get("generation"):
        meta["generation"] += 1
    return {**old, "metadata": meta}


def _mark(server: APIServer, old: Object) -> Object:
    """The object marked for deletion, to be held by its finalizers."""
    if old["metadata"].get("deletionTimestamp"):
        if old["metadata"].get("deletionGracePeriodSeconds") == 0:
            return old
        return {**old, "metadata": {**old["metadata"], "deletionGracePeriodSeconds": 0}}
    return _deleting(old, server.kernel.timestamp(), 0)


def _finalizers(strategy: Strategy, given: Object, old: Object) -> list[str] | None:
    """The finalizers that the propagation policy asks for; None: those there are."""
    have: list[str] = old["metadata"].get("finalizers", [])
    policy, orphan = given.get("propagationPolicy"), given.get("orphanDependents")
    if orphan is not None:
        wanted = ORPHAN if orphan else ""
    elif policy is not None:
        wanted = {"Orphan": ORPHAN, "Foreground": FOREGROUND}.get(policy, "")
    else:
        wanted = next((name for name in have if name in (ORPHAN, FOREGROUND)), ORPHAN if strategy.orphan else "")
    new = [name for name in have if name not in (ORPHAN, FOREGROUND)] + ([wanted] if wanted else [])
    return None if sorted(new) == sorted(have) else new


def _namespace(server: APIServer, info: RequestInfo, given: Object, old: Object) -> Outcome | None:
    """A namespace terminates first: its controller empties it, then lets it go. None: it may be removed."""
    if not old["metadata"].get("deletionTimestamp"):
        new = {**old, "metadata": {**old["metadata"], "deletionTimestamp": server.kernel.timestamp()},
               "status": {**(old.get("status") or {}), "phase": "Terminating"}}
        return _write_marked(info, given, old, new)
    if (old.get("spec") or {}).get("finalizers"):
        return Answer(200, old)
    return None


def _write_marked(info: RequestInfo, given: Object, old: Object, new: Object) -> Outcome:
    if options.dry_run(info) or given.get("dryRun"):
        return Answer(200, new)
    key = f"{REGISTRY}{'/'.join(storage_key(info.kind, info.namespace, info.name))}"
    args = {"what": phrases.what(info), "user": phrases.who(info.user)}
    return Plan([put(key, without_revision(new), revision_of(old))], 200, phrase="apiserver.delete-later", args=args,
                level=phrases.level(info))
