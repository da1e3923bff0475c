"""The process: requests in, answers and watch events out, one stream from etcd.

Each request is planned against the watch cache. What needs no write is answered at once; a write goes to etcd with a
compare of the revision it was planned on, and when somebody else was faster it is planned again on the fresh object
(the real server's GuaranteedUpdate). What waits is plain data in the state: `in_flight` says how.
Started on an empty store it first creates what every cluster begins with (`bootstrap`).

Upstream: k8s.io/apiserver/pkg/server, k8s.io/apiserver/pkg/registry/generic/registry/store.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api.status import ApiError, internal, too_many_requests
from cluster_sim.apiserver import (
    aggregation,
    bootstrap,
    custom_names,
    endpoint_reconciler,
    etcd_client,
    in_flight,
    kubelet_proxy,
    routes,
    watch_stream,
)
from cluster_sim.apiserver.allocation import Allocator
from cluster_sim.apiserver.custom import CustomResources
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.rbac.authorizer import Authorizer
from cluster_sim.apiserver.verbs.short import ADMITTING, ShortWays
from cluster_sim.apiserver.watch_cache import WatchCache
from cluster_sim.apiserver.watchers import Watchers
from cluster_sim.kernel import DETAIL, STORY, Component
from cluster_sim.kernel.loop import register_connecting

register_connecting("request", "range", "txn", "watch-etcd", "compact")

Object = dict[str, Any]

HEALTH = ("/healthz", "/livez", "/readyz")  # answered whatever the state of the store


class APIServer(Component):
    """Part `NODE/kube-apiserver`. `store` is the etcd member it talks to; whoever assembles the cluster sets it."""

    kind = "kube-apiserver"
    store = ""

    def reset(self) -> None:
        """The process died: cache, watches and calls under way are gone."""
        number = self.state.get("next", 0)
        self.state.clear()
        self.state.update({"next": number, "synced": False, "ready": False, "cache": {}, "watches": {}, "calls": {},
                           "sweeping": False, "reserved": {}, "boot": [], "proxied": {}, "reconciling": None,
                           **etcd_client.fresh_state()})

    def rebuild(self) -> None:
        """Everything that is made from the state."""
        masters = sum(machine.get("role") == "control-plane" for machine in self.kernel.machines.values())
        self.cache = WatchCache(self.state["cache"], share=masters > 1)
        self.watchers = Watchers(self.state["watches"])
        self.custom = CustomResources(self.cache)
        self.allocator = Allocator(self.cache, self.state["reserved"])
        self.authorizer = Authorizer(self.cache)
        self.short = ShortWays()

    def start(self, cause: int) -> None:
        """Read the store, then follow it."""
        etcd_client.start(self, cause)
        etcd_client.start_compaction(self)
        watch_stream.start_bookmarks(self)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """One message or timer."""
        if kind == "request":
            self.serve(payload, span)
        elif kind == "txned":
            in_flight.committed(self, payload, span)
        elif kind == "watched":
            etcd_client.watched(self, payload, span)
        elif kind == "ranged":
            etcd_client.ranged(self, payload, span)
        elif kind == "cancel":
            watch_stream.cancel(self, payload)
        elif kind == "connect":
            self._accept(payload, span)
        elif kind == "closed":
            self._closed(payload["peer"], span)
        elif kind == "refused":
            self._refused(payload, span)
        elif kind == "watch-end":
            watch_stream.end(self, payload, span)
        elif kind == "bookmarks":
            watch_stream.bookmarks(self, span)
        elif kind == "answer-late":
            self.respond(payload["call"], payload["status"], payload["body"], span)
        elif kind == "kubelet-answer":
            kubelet_proxy.answered(self, payload, span)
        elif kind == "kubelet-late":
            kubelet_proxy.lost(self, payload, span, "i/o timeout")
        elif kind == "aggregated-answer":
            aggregation.answered(self, payload, span)
        elif kind == "aggregated-late":
            aggregation.lost(self, payload, span)
        elif kind == "sweep":
            in_flight.sweep(self, span)
        elif kind == "relist":
            etcd_client.again(self, span)
        elif kind == "confirm":
            etcd_client.confirm(self, payload[0], span, payload[1])
        elif kind == "reconcile":
            endpoint_reconciler.due(self, span)
        elif kind == "compact":
            etcd_client.compact(self, span)

    def _accept(self, payload: Object, span: int) -> None:
        """A load balancer opens a connection, for a client (whose earlier one is gone then) or to see that it can."""
        if payload["client"]:
            watch_stream.drop_client(self, payload["client"])
        self.kernel.connect(self.part, payload["source"])
        self.kernel.send(self.part, payload["source"], "connected", {"id": payload["id"], "server": self.part}, span,
                         verb="connected")

    # Requests

    def serve(self, call: Object, span: int, again: bool = False) -> None:
        """Answer a request, or begin the writes it needs; `again`: it was planned before and lost a race."""
        if not self.state["synced"] and not call["path"].startswith(HEALTH):
            body = too_many_requests("storage is (re)initializing", 1)
            self.respond(call, 429, body, span, {"Retry-After": "1"})
            return
        if etcd_client.must_confirm(self, call):
            etcd_client.confirm(self, call, span)
            return
        try:
            outcome = routes.serve(self, call, span, again)
        except ApiError as error:
            if etcd_client.may_be_stale(self, call, error):
                etcd_client.confirm(self, call, span)
            else:
                self.refuse(call, error, span)
            return
        except RecursionError:
            self.refuse(call, ApiError(internal("the object is nested too deeply")), span)
            return
        if outcome is None:  # a watch: it answers for itself
            return
        if isinstance(outcome, Answer):
            self.respond(call, outcome.status, outcome.body, span, outcome.headers)
        else:
            in_flight.begin(self, call, outcome, span)

    def respond(self, call: Object, status: int, body: Any, span: int, headers: dict[str, str] | None = None,
                phrase: str = "", args: Object | None = None, level: int = DETAIL) -> None:
        """Send an answer; the server's own requests (no source) have none."""
        if call["source"]:
            payload = {"id": call["id"], "status": status, "body": body, "headers": headers or {}}
            self.kernel.send(self.part, call["source"], "response", payload, span, verb="response", subject=str(status),
                             phrase=phrase, args=args, level=level)
        else:
            bootstrap.done(self, call, status, body, span)

    def refuse(self, call: Object, error: ApiError, span: int) -> None:
        """Answer with an error's Status."""
        status = error.status
        level = STORY if call["verb"] != "GET" and call["source"].startswith("user/") else DETAIL
        headers = {}
        retry = (status.get("details") or {}).get("retryAfterSeconds")
        if retry:
            headers["Retry-After"] = str(retry)
        body = status if "raw" not in status else status["raw"]
        self.respond(call, error.code, body, span, headers, "apiserver.refuse", {"message": status.get("message", "")}, level)

    # etcd

    def observe(self, prefix: str, change: list[Any], span: int) -> None:
        """Keep what is derived from objects up with them."""
        if prefix in ADMITTING:
            self.short.forget()
        if prefix == "services/specs":
            self.allocator.observe(change)
        elif prefix == "apiextensions.k8s.io/customresourcedefinitions":
            self.custom.observe(change)
            if change[1] != "DELETED":
                custom_names.settle(self, change[3], span)
        elif prefix in ("roles", "rolebindings", "clusterroles", "clusterrolebindings"):
            self.authorizer.forget()
        elif prefix in aggregation.WATCHED:
            aggregation.observe(self, prefix, change, span)

    def _closed(self, peer: str, span: int) -> None:
        if peer == self.store:
            etcd_client.lost(self, span)
        elif "/" not in peer:  # the load balancer died, and with it the connections of everybody elsewhere
            watch_stream.drop_remote(self)
        else:
            watch_stream.drop_client(self, peer)

    def _refused(self, payload: Object, span: int) -> None:
        kind = payload.get("kind")
        if kind == "txn":
            in_flight.lost(self, payload["id"], span, etcd_client.DIAL)
        elif kind == "kubelet":
            kubelet_proxy.lost(self, payload["id"], span)
        elif kind == "aggregated":
            aggregation.lost(self, payload["id"], span)
        elif str(payload["id"]) in self.state["confirming"]:
            etcd_client.refused(self, payload["id"], span)
        else:
            etcd_client.refused_stream(self, payload, span)

    def view(self) -> Object:
        """For the stage: whether it serves, how many watches and writes it carries, and the revision it knows."""
        return {**super().view(), "ready": bool(self.state["ready"]), "watches": len(self.state["watches"]),
                "inflight": len(self.state["calls"]), "revision": self.cache.revision}
