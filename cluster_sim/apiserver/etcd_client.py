"""The API server's side of etcd: one stream of changes, reads that must be current, and what it does without them.

Like the real one it hides as much as it can. When etcd's process dies, the stream is opened again from where it broke,
for as long as it takes; clients' watches only fall silent. When etcd says that it has no leader, the cache is kept for
30 s more; then every watch ends, and lists hear 429 until the store was read anew. Reads that named no revision must
be current: with several members the cache may lag behind another member's writes, so etcd is asked first, and the
read is served once everything up to its answer has come. A lone member that has sent its changes has nothing to add.

    state: stream      number of the watch (0: none)          listing     number of the range that fills the cache
           members     voters of etcd, as it last said        leaderless  since when etcd said so (None: it has one)
           confirming  reads that wait: number → [call, since when]
           revisions   where the store was at the last compactions' time

Errors are those a client of the real one sees: what etcd or its connection said, as a 500 without a reason. Reads are
tried again by the client library until the request's time is over (504); writes are not, for they may have happened.

Upstream: etcd client/v3 (retry_interceptor.go, watch.go); k8s.io/apiserver/pkg/storage/etcd3 (compact.go, watcher.go);
storage/cacher (cacher.go, ready.go); client-go tools/cache/reflector.go (MaxInternalErrorRetryDuration).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver import bootstrap, custom_names, in_flight, watch_stream
from cluster_sim.apiserver.watch_cache import REGISTRY
from cluster_sim.etcd import errors
from cluster_sim.kernel import MS, SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

RETRY = SECOND  # before the stream is opened again
HIDDEN = 30 * SECOND  # how long clients are not told that etcd has no leader
COMPACTION = 300 * SECOND  # --etcd-compaction-interval
READ_RETRY = 25 * MS  # the client library's first pause; against a closed port it tries a hundred times
REFUSED_RETRY, REFUSED_LIMIT = 250 * MS, 2500 * MS
# gRPC's words
DIAL = ('rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp '
        '127.0.0.1:2379: connect: connection refused"')
BROKEN = "rpc error: code = Unavailable desc = error reading from server: EOF"
RETRIABLE = (errors.LEADER_CHANGED, errors.NO_LEADER, errors.TIMEOUT, errors.TIMEOUT_LEADER, errors.TIMEOUT_CONNECTION)


def fresh_state() -> Object:
    """What a new process knows of etcd."""
    return {"stream": 0, "listing": 0, "members": 1, "leaderless": None, "confirming": {}, "revisions": []}


def start(server: APIServer, cause: int) -> None:
    """Read the store, then follow it."""
    server.state["listing"] = _ask(server, "range", {"prefix": REGISTRY}, cause, phrase="apiserver.start")


def ranged(server: APIServer, payload: Object, span: int) -> None:
    """etcd has answered a read."""
    if str(payload["id"]) in server.state["confirming"]:
        _confirmed(server, payload, span)
    elif payload["id"] == server.state["listing"]:
        server.state["listing"] = 0
        if "error" in payload:
            server.kernel.timer(server.part, RETRY, "relist", background=True)
        else:
            _fill(server, payload, span)


def _fill(server: APIServer, payload: Object, span: int) -> None:
    server.cache.fill(payload["revision"], payload["kvs"])
    server.rebuild()
    server.state["synced"] = True
    server.state["members"] = payload["members"]
    _follow(server, span)
    bootstrap.begin(server, span)
    custom_names.settle_all(server, span)


def _follow(server: APIServer, span: int) -> None:
    revision = server.cache.revision
    server.state["stream"] = _ask(server, "watch-etcd", {"prefix": REGISTRY, "revision": revision}, span)


def watched(server: APIServer, payload: Object, span: int) -> None:
    """Changes came, or the end of the stream."""
    if payload["id"] != server.state["stream"]:
        return
    if "error" in payload:
        server.state["stream"] = 0
        if payload["error"] == errors.NO_LEADER:
            if server.state["leaderless"] is None:
                server.state["leaderless"] = server.kernel.now
            server.kernel.timer(server.part, RETRY, "relist", background=True)
        else:
            _begin_anew(server, span)
        return
    server.state["leaderless"] = None
    if "members" in payload:
        server.state["members"] = payload["members"]
    for event in payload["events"]:
        prefix, change = server.cache.apply(event)
        server.observe(prefix, change, span)
        watch_stream.publish(server, prefix, change, span)


def again(server: APIServer, span: int) -> None:
    """Time to try the stream, or the range, again."""
    state = server.state
    if not state["synced"]:
        if not state["listing"]:
            start(server, span)
    elif not state["stream"]:
        if state["leaderless"] is not None and server.kernel.now - state["leaderless"] >= HIDDEN:
            state["leaderless"] = None
            _begin_anew(server, span)
        else:
            _follow(server, span)


def _begin_anew(server: APIServer, span: int) -> None:
    """What is known has grown old for good: watches end, and everything is read anew."""
    server.state["synced"] = False
    watch_stream.end_all(server, span)
    server.kernel.timer(server.part, RETRY, "relist", background=True)


def lost(server: APIServer, span: int) -> None:
    """The connection broke: nobody knows what became of the writes under way; the stream is opened again."""
    state = server.state
    state["listing"] = state["stream"] = 0
    for number in list(state["calls"]):
        in_flight.lost(server, int(number), span, BROKEN)
    for number in list(state["confirming"]):
        refused(server, int(number), span)
    server.kernel.timer(server.part, RETRY, "relist", background=True)


def refused_stream(server: APIServer, payload: Object, span: int) -> None:
    """Nobody listens there: try again later."""
    state = server.state
    if payload["id"] in (state["stream"], state["listing"]):
        state["stream"] = state["listing"] = 0
        server.kernel.timer(server.part, RETRY, "relist", background=True)


# Reads that must be current


def must_confirm(server: APIServer, call: Object) -> bool:
    """Whether a request reads "the latest" and the cache may not have it."""
    state, path = server.state, call["path"]
    if (state["members"] == 1 and state["stream"]) or call["verb"] != "GET" or call.get("confirmed"):
        return False
    if "resourceVersion=" in path or "continue=" in path or ("watch=" in path and "sendInitialEvents" not in path):
        return False
    return (path.startswith("/api/") and path.count("/") > 2) or (path.startswith("/apis/") and path.count("/") > 3)


def may_be_stale(server: APIServer, call: Object, error: ApiError) -> bool:
    """Whether a write was refused for what the cache says, and that may be old: it is looked at again, freshly."""
    return (server.state["members"] > 1 and call["verb"] != "GET" and not call.get("confirmed") and bool(call["source"])
            and error.code in (404, 409, 422))


def confirm(server: APIServer, call: Object, span: int, since: int | None = None) -> None:
    """Ask etcd for its revision; the request goes on when everything up to it has come."""
    number = _ask(server, "range", {"prefix": REGISTRY, "count_only": True}, span)
    server.state["confirming"][str(number)] = [call, server.kernel.now if since is None else since]
    in_flight.keep_sweeping(server)


def _confirmed(server: APIServer, payload: Object, span: int) -> None:
    call, since = server.state["confirming"].pop(str(payload["id"]))
    if "error" not in payload and server.cache.revision < payload["revision"]:
        _later(server, call, since, READ_RETRY, span)  # the stream is broken, or only just open again
    elif "error" not in payload:
        server.serve({**call, "confirmed": True}, span)
    elif payload["error"] in RETRIABLE and call["verb"] == "GET":
        _later(server, call, since, READ_RETRY, span)
    else:
        server.refuse(call, ApiError(status.unknown(payload["error"])), span)


def refused(server: APIServer, number: int, span: int) -> None:
    """Nobody listens at etcd's port: the client library tries for a while."""
    row = server.state["confirming"].pop(str(number), None)
    if row is None:
        return
    call, since = row
    if call["verb"] != "GET" or server.kernel.now - since >= REFUSED_LIMIT:
        server.refuse(call, ApiError(status.unknown(DIAL)), span)
    else:
        _later(server, call, since, REFUSED_RETRY, span)


def _later(server: APIServer, call: Object, since: int, pause: int, span: int) -> None:
    if server.kernel.now + pause - since >= in_flight.TIMEOUT:
        server.refuse(call, ApiError(status.timeout(in_flight.LATE)), span)
    else:
        server.kernel.timer(server.part, pause, "confirm", [call, since], cause=span)


# Compaction


def start_compaction(server: APIServer) -> None:
    """History older than one to two intervals is forgotten; with several API servers the first asks and the rest hear no."""
    server.kernel.timer(server.part, COMPACTION, "compact", background=True)


def compact(server: APIServer, span: int) -> None:
    """Have etcd forget what was before the last interval."""
    start_compaction(server)
    state = server.state
    if state["revisions"] and state["stream"]:
        _ask(server, "compact", {"revision": state["revisions"][0]}, span)
    state["revisions"] = [server.cache.revision]


def _ask(server: APIServer, kind: str, payload: Object, cause: int, phrase: str = "") -> int:
    server.state["next"] = number = server.state["next"] + 1
    server.kernel.connect(server.part, server.store)
    server.kernel.send(server.part, server.store, kind, {"source": server.part, "id": number, **payload}, cause, verb=kind,
                       phrase=phrase)
    return int(number)
