"""deletecollection: delete everything a list would show, one after the other.

The names still to do travel with the call, so that the work can be stopped and continued between any two of them.

Upstream: k8s.io/apiserver/pkg/registry/generic/registry/store.go (DeleteCollection; one worker).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import admission, decoding, options
from cluster_sim.apiserver.object_meta import storage_key
from cluster_sim.apiserver.outcome import Answer, Outcome, Plan
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import delete, read

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def deletecollection(server: APIServer, info: RequestInfo, call: Object, span: int) -> Outcome:
    """DELETE of a collection; or, on a retry, of what is left of it."""
    if "targets" not in call:
        options.check_list(info, watching=False)
        listed, metadata = read.selected(server, info), dict[str, Any]()
        limit = options.integer(info.first("limit")) if info.first("limit") else 0
        if 0 < limit < len(listed):  # only the first page goes
            metadata["continue"] = read.continue_after(server.cache.revision, listed[limit - 1])
            listed = listed[:limit]
        targets = [[obj["metadata"].get("namespace", ""), obj["metadata"]["name"]] for obj in listed]
        call = {**call, "targets": targets, "answer": read.list_body(server, info, call, listed, metadata)}
    return _next(server, info, call)


def go_on(server: APIServer, row: Object, span: int) -> None:
    """One object is done: on to the next."""
    call = {**row["call"], "targets": row["call"]["targets"][1:], "tries": 0}
    server.serve(call, span, again=True)


def _next(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    given = options.delete_options(info, decoding.parse(info, call["body"], "DeleteOptions"))
    targets = call["targets"]
    while targets:
        namespace, name = targets[0]
        one = replace(info, namespace=namespace, name=name, verb="delete")
        old = server.cache.get(*storage_key(info.kind, namespace, name))
        if old is not None:
            admission.removal(server, one, old)
            try:
                outcome = delete.delete_object(server, one, given, old)
            except ApiError:
                outcome = Answer(200, None)  # changed under our hands: not the one that was listed
            if isinstance(outcome, Plan):
                outcome.then, outcome.body = "deletecollection", {}
                outcome.call = {**call, "targets": targets}
                return outcome
        targets = targets[1:]
    return Answer(200, call["answer"])
