"""An etcd member: answers ranges, transactions and watches of the API server over the network.

A transaction compares one key's mod_revision and then puts or deletes it: all that Kubernetes' storage layer needs
for optimistic concurrency. A watch streams every later change under a prefix. A lease lets keys expire (Events live
an hour). This first cut is a single member: a write is committed where it arrives; what raft adds stands between
`receive` and `_commit`.

Source: etcd server/etcdserver/v3_server.go; Kubernetes' use of it: apiserver pkg/storage/etcd3/store.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.etcd.store import MOD, VALUE, Compacted, Event, Store
from cluster_sim.kernel import SECOND, Component
from cluster_sim.kernel.loop import register_connecting

register_connecting("range", "txn", "watch-etcd")

LEASE_STEP = 60 * SECOND  # Kubernetes shares one lease among the keys of about a minute (lease_manager.go)


class Etcd(Component):
    """One member. The store is on its disk: it survives the death of the process; watches don't."""

    kind = "etcd"

    def reset(self) -> None:
        """The process died: streams are gone, the disk stays."""
        disk = self.state.get("disk", {})
        self.state.clear()
        self.state.update({"disk": disk, "watchers": {}, "leases": {}})

    def rebuild(self) -> None:
        """The store over the disk's data."""
        self.store = Store(self.state["disk"])

    def start(self, cause: int) -> None:
        """Leases that were running go on: their deadlines are on the disk, beside their keys."""
        leases: dict[str, list[str]] = {}
        for key, row in self.store.state["keys"].items():
            if row[4] is not None:
                leases.setdefault(str(row[4]), []).append(key)
        self.state["leases"] = leases
        for expiry in leases:
            self.kernel.timer(self.part, max(0, int(expiry) - self.kernel.now), "expire", expiry, background=True)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """One request of an API server, or the end of a lease."""
        if kind == "txn":
            self._transact(payload, span)
        elif kind == "range":
            self._answer(payload, "ranged", {"id": payload["id"], "revision": self.store.revision,
                                             "kvs": self.store.range(payload["prefix"])}, span)
        elif kind == "watch-etcd":
            self._watch(payload, span)
        elif kind == "expire":
            for key in self.state["leases"].pop(payload, []):
                row = self.store.get(key)
                if row is not None and str(row[4]) == payload:
                    self._commit(self.store.delete(key, self.kernel.now), span)
        elif kind == "compact":
            self.store.compact(payload["revision"])

    def _transact(self, call: dict[str, Any], span: int) -> None:
        key, compare = call["key"], call["compare"]
        row = self.store.get(key)
        if compare is not None and (0 if row is None else row[MOD]) != compare:
            current = None if row is None else [row[VALUE], row[1], row[MOD]]
            self._answer(call, "txned", {"id": call["id"], "ok": False, "revision": self.store.revision,
                                         "current": current}, span)
            return
        if call["op"] == "delete":
            event = self.store.delete(key, self.kernel.now)
        else:
            event = self.store.put(key, call["value"], self.kernel.now, self._lease(key, call.get("ttl")))
        self._commit(event, span)
        self._answer(call, "txned", {"id": call["id"], "ok": True, "revision": self.store.revision, "current": None},
                     span)

    def _commit(self, event: Event | None, span: int) -> None:
        """Tell every watcher, before the writer has its answer."""
        if event is None:
            return
        self.kernel.tell(span, revision=event[0])
        for watcher, (source, prefix, number) in self.state["watchers"].items():
            if event[2].startswith(prefix):
                self.kernel.send(self.part, source, "watched", {"id": number, "watcher": watcher, "events": [event]},
                                 span, verb="watched", subject=event[2], revision=event[0])

    def _watch(self, call: dict[str, Any], span: int) -> None:
        try:
            missed = self.store.since(call["revision"], call["prefix"])
        except Compacted as error:
            self._answer(call, "watched", {"id": call["id"], "events": [], "error": str(error)}, span)
            return
        self.kernel.connect(call["source"], self.part)
        self.state["watchers"][f"{call['source']} {call['id']}"] = [call["source"], call["prefix"], call["id"]]
        if missed:
            self._answer(call, "watched", {"id": call["id"], "events": missed}, span)

    def _answer(self, call: dict[str, Any], kind: str, payload: dict[str, Any], span: int) -> None:
        self.kernel.send(self.part, call["source"], kind, payload, span, verb=kind)

    def _lease(self, key: str, ttl: int | None) -> int | None:
        if ttl is None:
            return None
        expiry = -(-(self.kernel.now + ttl * SECOND) // LEASE_STEP) * LEASE_STEP
        keys = self.state["leases"].get(str(expiry))
        if keys is None:
            self.kernel.timer(self.part, expiry - self.kernel.now, "expire", str(expiry), background=True)
            keys = self.state["leases"][str(expiry)] = []
        keys.append(key)
        return expiry

    def view(self) -> dict[str, Any]:
        """The member, with its revision and the last five writes [[revision, op, key], …]."""
        history = self.store.state["history"][-5:]
        return {**super().view(), "revision": self.store.revision, "keys": len(self.store.state["keys"]),
                "recent": [[event[0], event[1], event[2]] for event in reversed(history)]}

