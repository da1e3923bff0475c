"""watch: first what is there (if the client names no revision), then every change, until the time is over.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/get.go, watch.go; storage/cacher/cacher.go (Watch).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_sim.api import schema, status
from cluster_sim.apiserver import conversion, negotiation, options, representation, watch_stream
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs.read import parsed_selectors, revision_asked
from cluster_sim.apiserver.watchers import Watcher

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

INITIAL_END = {"k8s.io/initial-events-end": "true"}


@lru_cache(maxsize=256)
def _empty(api_version: str, kind: str) -> dict[str, Any]:
    """What Go writes of an empty object besides its kind and metadata, as bookmarks show it."""
    if not schema.knows(api_version, kind):
        return {}
    found = schema.prune({}, api_version, kind)
    return {key: value for key, value in found.items() if key not in ("kind", "apiVersion", "metadata")}


def watch(server: APIServer, info: RequestInfo, call: Object, span: int) -> None:
    """GET with watch=1: opens a stream and says so itself."""
    options.check_list(info, watching=True)
    resource = info.kind
    parsed_selectors(server, info)
    asked = revision_asked(info, watching=True)
    timeout = options.integer(info.first("timeoutSeconds")) if info.first("timeoutSeconds") else None
    shape = representation.accept(call)
    several = conversion.several_versions(resource) or server.custom.owns(resource)
    row: Object = {
        "source": call["source"], "id": call["id"], "prefix": resource.storage_prefix, "namespaced": resource.namespaced,
        "namespace": info.namespace if resource.namespaced else "", "name": info.name,
        "labels": info.first("labelSelector"), "fields": info.first("fieldSelector"),
        "bookmarks": info.flag("allowWatchBookmarks"), "kind": resource.kind, "apiVersion": resource.api_version,
        "group": resource.group, "version": resource.version, "plural": resource.plural, "convert": several,
        "shape": shape or ("convert" if several else ""), "include": info.first("includeObject", "Metadata"),
        "beta": bool(shape) and negotiation.shape(call).version == "v1beta1",
        "empty": _empty(resource.api_version, resource.kind),
    }
    if asked > server.cache.revision:
        row["after"] = asked  # this server lags behind the one that the client knows it from
    watch_stream.open_stream(server, call, row, _first_events(server, info, row, asked), timeout, span)


def _first_events(server: APIServer, info: RequestInfo, row: Object, asked: int) -> list[list[Any]]:
    """What the watch begins with: objects there are, missed changes, or the news that some are forgotten."""
    watcher = Watcher("", row)
    initial = info.flag("sendInitialEvents")
    if not asked or initial:
        events = [["ADDED", obj] for obj in server.cache.list(row["prefix"], row["namespace"]) if watcher.wants(obj)]
        if "sendInitialEvents" in info.query and not initial:
            events = []
        if initial and row["bookmarks"]:
            events.append(watch_stream.bookmark(row, server.cache.revision, INITIAL_END))
        return events
    changes = server.cache.since(row["prefix"], asked)
    if changes is None:
        oldest = server.cache.of(row["prefix"])["since"] + 1
        return [["ERROR", status.too_old_version(asked, oldest)]]
    seen = [watcher.event(change) for change in changes]
    return [event for event in seen if event is not None]


