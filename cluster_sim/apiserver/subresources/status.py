"""status: the half of an object that says what is, written by whoever observes it.

A write here changes nothing but the status (and a few fields of the metadata); a write to the object itself leaves
the status alone.

Upstream: each kind's StatusREST and statusStrategy under kubernetes/pkg/registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import patches, schema, status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options, phrases, strategies
from cluster_sim.apiserver.outcome import Answer, Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.validation import object_meta
from cluster_sim.apiserver.verbs import patch, update
from cluster_sim.kernel import DETAIL

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def serve(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """GET, PUT or PATCH of a status."""
    old = patch.existing(server, info)
    if info.verb == "get":
        return Answer(200, old)
    if info.verb == "patch":
        kind = patch.media_type(server, info, call)
        options.check_patch(info, kind in patch.APPLY)
        if kind in patch.APPLY:
            from cluster_sim.apiserver.apply import verb
            return verb.apply(server, info, call)
        new = _patched(server, info, call, old, kind)
    else:
        options.check_write(info, "UpdateOptions")
        new = decoding.decode(server, info, _without_spec(call["body"], old))
    update.check_name(new, info)
    return replace(server, info, old, new)


def replace(server: APIServer, info: RequestInfo, old: Object, new: Object) -> Outcome:
    """Store the new status."""
    strategy = server.custom.strategy(info.kind) if server.custom.owns(info.kind) else strategies.of(info.kind)
    update.check_version(server, info, old, new, strategy.unconditional)
    sent = new
    given = new.get("metadata") or {}
    if given is old["metadata"] and "deletionTimestamp" not in given:
        meta = {**given}
        meta.pop("resourceVersion", None)
    else:
        meta = update.merged_meta(given, old["metadata"])
    new = {**old, "metadata": meta}
    if "status" in sent:
        new["status"] = sent["status"]
    elif "status" in new:
        del new["status"]
    # Of the metadata, labels and annotations go along; owners do not.
    new = strategy.prepare_status(new, old, server)
    errors = object_meta.check_update(new, old) + strategy.validate_status(new, old)
    if errors:
        raise ApiError(status.invalid(info.kind.group_kind, info.name, errors))
    admission.check_subresource(server, info, new, old)
    phrase, args = "apiserver.status", {}
    if info.plural == "pods":
        phrase, args = "apiserver.pod-status", {"status": phrases.pod_word(old, new)}
    outcome = update.write(server, info, old, new, phrase, args=args)
    # A line of the story is what a kubelet reports; controllers' own bookkeeping is not.
    quiet = _heartbeat(old, new) if info.plural == "nodes" else info.plural != "pods"
    if quiet and not isinstance(outcome, Answer):
        outcome.level = DETAIL
    return outcome


def _heartbeat(old: Object, new: Object) -> bool:
    """Whether a node's report says nothing new."""
    before, after = (old.get("status") or {}).get("conditions") or [], (new.get("status") or {}).get("conditions") or []
    return [(c.get("type"), c.get("status")) for c in before] == [(c.get("type"), c.get("status")) for c in after]


def _patched(server: APIServer, info: RequestInfo, call: Object, old: Object, kind: str) -> Object:
    body = call["body"]
    if isinstance(body, dict) and decoding.trusted(info) and kind != patch.JSON_PATCH:
        # The hot path of kubelets: only what a status patch may change is looked at.
        part = {"kind": old["kind"], "apiVersion": old["apiVersion"], "metadata": old["metadata"],
                "status": old.get("status") or {}}
        if "metadata" in body and body["metadata"] == {"uid": old["metadata"]["uid"]}:  # only meant to be sure
            body = {key: value for key, value in body.items() if key != "metadata"}
        if kind == patch.MERGE:
            merged: Object = patches.merge_patch(part, body)
        else:
            merged = patches.strategic_merge_patch(part, body, info.kind.api_version, info.kind.kind)
        return merged
    return patch.patched(server, info, call, old, kind)


def _without_spec(body: Any, old: Object) -> Any:
    """The body without its spec: what the client sends of it does not matter, so nobody reads it."""
    if isinstance(body, dict) and "spec" in body and schema.knows(old["apiVersion"], old["kind"]):
        return {key: value for key, value in body.items() if key != "spec"}
    return body
