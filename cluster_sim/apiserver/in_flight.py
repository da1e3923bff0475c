"""Writes under way: a plan as plain data, one transaction of etcd after the other, then the answer.

    calls[number] = {call, span, writes, at, status, body, view, phrase, args, level, headers, convert,
                     then, time, tries}

`number` is the id of the transaction. If its compare fails, the whole request is served again on the fresh object:
a conflict is only told to those who named a resourceVersion. etcd sends the change before the answer to whoever made
it, so the cache already holds the committed object when the transaction's answer comes.

Upstream: k8s.io/apiserver/pkg/storage/etcd3/store.go (GuaranteedUpdate, Create, conditionalDelete).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import endpoint_reconciler, representation
from cluster_sim.apiserver.outcome import Plan
from cluster_sim.apiserver.watch_cache import split, with_revision
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

TIMEOUT = 60 * SECOND  # --request-timeout
SWEEP = 10 * SECOND
LATE = "request did not complete within requested timeout - context deadline exceeded"
MAX_TRIES = 50  # the real one tries until the time-out


def begin(server: APIServer, call: Object, plan: Plan, span: int) -> None:
    """Start on a plan's writes; one without any is answered at once."""
    call = plan.call or call
    row = {
        "call": call,
        "span": span,
        "writes": plan.writes,
        "at": 0,
        "status": plan.status,
        "body": plan.body,
        "view": plan.view,
        "phrase": plan.phrase,
        "args": plan.args,
        "level": plan.level,
        "then": plan.then,
        "headers": plan.headers,
        "convert": plan.convert,
        "time": server.kernel.now,
        "tries": call.get("tries", 0),
    }
    if plan.writes:
        _send(server, row)
    else:
        _finish(server, row, None, span)


def _send(server: APIServer, row: Object) -> None:
    state = server.state
    state["next"] = number = state["next"] + 1
    state["calls"][str(number)] = row
    if not state["sweeping"]:
        keep_sweeping(server)
    write = row["writes"][row["at"]]
    last = row["at"] == len(row["writes"]) - 1
    payload = {"source": server.part, "id": number, **write}
    row["message"] = server.kernel.send(
        server.part, server.store, "txn", payload, row["span"], verb=write["op"], subject=write["key"],
        phrase=row["phrase"] if last else "", args=row["args"] if last else None, level=row["level"] if last else 1)


def keep_sweeping(server: APIServer) -> None:
    """Something waits: look now and then whether it has waited too long."""
    if not server.state["sweeping"]:
        server.state["sweeping"] = True
        server.kernel.timer(server.part, SWEEP, "sweep", background=True)


def committed(server: APIServer, answer: Object, span: int) -> None:
    """etcd has answered a transaction."""
    row = server.state["calls"].pop(str(answer["id"]), None)
    if row is None:
        endpoint_reconciler.renewed(server, answer, span)
        return
    write = row["writes"][row["at"]]
    if "error" in answer:  # nobody knows whether it was written: the client must look
        server.refuse(row["call"], ApiError(status.unknown(answer["error"])), span)
        return
    if not answer["ok"]:
        _retry(server, row, write, span)
        return
    server.kernel.tell(row["message"], revision=answer["revision"])
    if row["at"] + 1 < len(row["writes"]):
        row["at"] += 1
        _send(server, row)
        return
    obj = None
    if write["op"] == "put":
        obj = server.cache.get(*split(write["key"]))
        if obj is None or obj["metadata"]["resourceVersion"] != str(answer["revision"]):
            obj = with_revision(write["value"], answer["revision"])
    _finish(server, row, obj, span)


def _retry(server: APIServer, row: Object, write: Object, span: int) -> None:
    call = row["call"]
    if row["tries"] >= MAX_TRIES:
        server.refuse(call, ApiError(status.timeout(LATE)), span)
        return
    # Writes before the last (a quota's usage, a budget's) stand: the next try must not count them twice.
    counted = call.get("counted", False) or row["at"] > 0
    server.serve({**call, "tries": row["tries"] + 1, "counted": counted}, span, again=True)


def _finish(server: APIServer, row: Object, obj: Object | None, span: int) -> None:
    call = row["call"]
    if row["then"] == "deletecollection":
        from cluster_sim.apiserver.verbs import deletecollection
        deletecollection.go_on(server, row, span)
        return
    body = row["body"] if row["body"] is not None else obj
    if row["view"]:
        body = representation.view(row["view"], obj if obj is not None else row["body"])
    accept = representation.accept(call)
    if accept or row["convert"]:
        body = representation.present(server, call, body, accept)
    server.respond(call, row["status"], body, span, row["headers"])


def lost(server: APIServer, number: int, span: int, why: str) -> None:
    """The connection to etcd failed: the write did not happen, or nobody knows."""
    row = server.state["calls"].pop(str(number), None)
    if row is not None:
        server.refuse(row["call"], ApiError(status.unknown(why)), span)


def sweep(server: APIServer, span: int) -> None:
    """Requests may not wait for ever."""
    state = server.state
    late = [number for number, row in state["calls"].items() if server.kernel.now - row["time"] >= TIMEOUT]
    for number in late:
        row = state["calls"].pop(number)
        server.refuse(row["call"], ApiError(status.timeout(LATE)), span)
    for number in [number for number, row in state["confirming"].items() if server.kernel.now - row[1] >= TIMEOUT]:
        server.refuse(state["confirming"].pop(number)[0], ApiError(status.timeout(LATE)), span)
    state["sweeping"] = False
    if state["calls"] or state["confirming"]:
        keep_sweeping(server)
