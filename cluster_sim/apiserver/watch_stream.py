"""Open watches: events as they happen, bookmarks while nothing does, and a clean end.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/watch.go, get.go (time-outs), storage/cacher/cache_watcher.go
(bookmarks: about each minute).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver import representation
from cluster_sim.apiserver.watch_cache import Change, told
from cluster_sim.apiserver.watchers import Watcher
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

BOOKMARKS = 60 * SECOND
MIN_TIMEOUT = 1800  # seconds: --min-request-timeout; each watch lasts once to twice that


def open_stream(server: APIServer, call: Object, row: Object, events: list[list[Any]], timeout: int | None, span: int) -> None:
    """Answer 200, send what there is already, and go on from there."""
    server.state["next"] = number = server.state["next"] + 1
    key = str(number)
    if timeout is None:
        timeout = MIN_TIMEOUT + server.kernel.draw("watch timeout", MIN_TIMEOUT)
    watcher = server.watchers.add(key, row)
    server.kernel.connect(server.part, call["source"])
    server.kernel.send(server.part, call["source"], "response", {"id": call["id"], "status": 200, "body": None, "headers": {}},
                       span, verb="response", subject="200")
    if events:
        _send(server, watcher, events, span)
    server.kernel.timer(server.part, timeout * SECOND, "watch-end", key, background=True)


def publish(server: APIServer, prefix: str, change: Change, span: int) -> None:
    """Tell whoever a change concerns."""
    watchers = server.watchers.concerned(prefix, change)
    if watchers:
        change = told(prefix, change)
    for watcher in watchers:
        event = watcher.event(change)
        if event is not None:
            _send(server, watcher, [event], span)


def _send(server: APIServer, watcher: Watcher, events: list[list[Any]], span: int) -> None:
    row = watcher.row
    if row["shape"]:
        events = representation.events(server, row, events)
    server.kernel.send(server.part, row["source"], "watch", {"id": row["id"], "events": events}, span, verb="watch",
                       subject=events[-1][0])


def start_bookmarks(server: APIServer) -> None:
    """The rhythm of bookmarks."""
    server.kernel.timer(server.part, BOOKMARKS, "bookmarks", background=True)


def bookmarks(server: APIServer, span: int) -> None:
    """Tell watchers who want it how far they are, so that they need not list anew after a break."""
    start_bookmarks(server)
    if not server.state["synced"]:
        return
    for places in server.watchers.index.values():
        for watchers in places.values():
            for watcher in watchers.values():
                if watcher.row["bookmarks"]:
                    _send(server, watcher, [bookmark(watcher.row, server.cache.revision)], span)


def bookmark(row: Object, revision: int, annotations: Object | None = None) -> list[Any]:
    """A BOOKMARK event: an object with nothing but a resourceVersion."""
    metadata: Object = {"resourceVersion": str(revision)}
    if annotations:
        metadata["annotations"] = annotations
    empty = row["empty"]
    return ["BOOKMARK", {"kind": row["kind"], "apiVersion": row["apiVersion"], "metadata": metadata, **empty}]


def end(server: APIServer, key: str, span: int) -> None:
    """A watch's time is over, or its client gone."""
    row = server.watchers.remove(key)
    if row is not None:
        server.kernel.send(server.part, row["source"], "watch", {"id": row["id"], "events": [], "end": True}, span,
                           verb="watch", subject="end")


def end_all(server: APIServer, span: int) -> None:
    """Every stream ends: the cache is no longer current."""
    for key in list(server.watchers.rows):
        end(server, key, span)


def cancel(server: APIServer, payload: Object) -> None:
    """The client closes a watch."""
    source, call = payload.get("source"), payload["id"]
    for key, row in list(server.watchers.rows.items()):
        if row["id"] == call and source in (None, row["source"]):
            server.watchers.remove(key)


def drop_client(server: APIServer, peer: str) -> None:
    """A client's process died, or its connection."""
    for key, row in list(server.watchers.rows.items()):
        if row["source"] == peer:
            server.watchers.remove(key)


def drop_remote(server: APIServer) -> None:
    """All connections but those of this machine are gone."""
    for key, row in list(server.watchers.rows.items()):
        if not row["source"].startswith(f"{server.node}/"):
            server.watchers.remove(key)
