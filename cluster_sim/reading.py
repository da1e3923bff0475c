"""The reading half of the public face: objects, reality, causes and facts. Looking changes nothing.

Objects come from etcd, the only truth about what is wanted and believed; `parts` shows what really runs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

from cluster_sim import faults, memory, operations, routing
from cluster_sim.api import resources, selectors
from cluster_sim.controllers import node_health
from cluster_sim.etcd.store import MOD, VALUE, Compacted
from cluster_sim.kernel import SECOND, Span, frozen
from cluster_sim.kernel.loop import in_background
from cluster_sim.node import container_log, tally
from cluster_sim.responses import Changes

if TYPE_CHECKING:
    from cluster_sim.facts import Facts
    from cluster_sim.kernel import Kernel


ON_DISK = ("manifests", "bootstrap", "certificate")  # of a machine: files of its kubelet


class Reading:
    """What can be read of a cluster."""

    kernel: Kernel
    _facts: Facts
    _log: Any
    _active: dict[str, Any]
    _parts_seen: dict[str, tuple[int, Any]]
    _parts_version: int

    if TYPE_CHECKING:
        def _store(self) -> Any: ...

    @property
    def now(self) -> float:
        """Virtual seconds since the scene opened."""
        return self.kernel.now / SECOND

    @property
    def revision(self) -> int:
        """etcd's revision."""
        revision: int = self._store().revision
        return revision

    def next_due(self, of: Container[int] | None = None, background: bool = True) -> float | None:
        """The virtual second of the next event; None when nothing is to come.

        Of those only that carry on one of the spans `of`; without `background` no heartbeats, resyncs or probes.
        """
        if of is None and background:
            due = self.kernel.next_due()
        else:
            due = min((event[0] for event in self.kernel.queue if event[1] not in self.kernel.cancelled
                       and (background or not _is_background(event[5])) and (of is None or event[5] in of)), default=None)
        return None if due is None else due / SECOND

    def objects(self, resource: str, namespace: str | None = None, selector: str | None = None) -> list[dict[str, Any]]:
        """Objects of a resource (`pods`, `deployments`), in key order; `selector` is a label selector."""
        wanted = selectors.parse_label_selector(selector) if selector else None
        store, found = self._store(), []
        for _, value, _, revision, _ in store.range(_prefix(resource, namespace)):
            if wanted is None or selectors.matches_requirements(wanted, value["metadata"].get("labels") or {}):
                found.append(_readable(value, revision))
        return found

    def get(self, resource: str, name: str, namespace: str = "default") -> dict[str, Any] | None:
        """One object, or None."""
        kind = resources.by_plural(resource)
        row = self._store().get(_prefix(resource, namespace if kind and kind.namespaced else None) + name)
        return None if row is None else _readable(row[VALUE], row[MOD])

    def written(self, revision: int) -> tuple[str, dict[str, Any] | None, dict[str, Any] | None] | None:
        """What etcd wrote at `revision`: (key, the object before, after; None: there was none). None: it has forgotten."""
        try:
            events = self._store().since(revision - 1)
        except Compacted:
            return None
        if not events or events[0][0] != revision:
            return None
        _, _, key, after, before, _, _, modified, _ = events[0]
        return (key, None if before is None else _readable(before, modified),
                None if after is None else _readable(after, revision))

    def trace(self, since: int = 0) -> list[Span]:
        """Visible spans (story and detail) with an id above `since`, in order."""
        return self.kernel.trace.since(since)

    def chain(self, span_id: int) -> list[Span]:
        """Everything that the root cause of a span has led to, in order: back to a person or a timer, and forward."""
        return self.kernel.trace.chain(span_id)

    def background(self) -> dict[str, int]:
        """Messages of background chains so far (heartbeats, leases, idle watches), by route "SOURCE TARGET"."""
        return dict(self.kernel.trace.routes)

    def recall(self, log: list[dict[str, Any]]) -> None:
        """After `restore`: take the commands from before the snapshot, so that `log` and what reads it know them."""
        earlier = [record for record in log if record["kind"] != "head" and record["n"] <= self._log.first]
        if [record["n"] for record in earlier] == list(range(1, self._log.first + 1)):
            self._log.records[:0] = earlier
            self._log.first = 0

    def faults(self) -> dict[str, Any]:
        """`available`: name → {words, targets, options}; `active`: fault id → {name, target, options}."""
        available = {name: {"words": fault.words, "targets": fault.targets(self.kernel), "options": dict(fault.options)}
                     for name, fault in faults.FAULTS.items()}
        return {"available": available, "active": self.broken()}

    def broken(self) -> dict[str, Any]:
        """What is out of order: fault id → {name, target, options}. As `faults()["active"]`, for who asks often."""
        return dict(frozen.thaw(self._active))

    def operations(self) -> dict[str, Any]:
        """`available`: name → {words, targets, options, undo}; `active`: operation id → {about, steps, step}."""
        active = {view["operation"]: {"about": view["about"], "steps": view["steps"], "step": view["step"]}
                  for part, component in self.kernel.components.items() if part.endswith("/kubeadm")
                  for view in (component.view(),) if view["operation"]}
        return {"available": operations.available(self.kernel), "active": active}

    def facts(self, cursor: int | None = None) -> tuple[int, list[dict[str, Any]]]:
        """(new cursor, facts after `cursor`): every change of a named number and every act, in order, with time."""
        return self._facts.since(cursor or 0)

    def traffic(self) -> dict[str, dict[str, Any]]:
        """What clients in the cluster count of their requests: {"clients": {client: {target: counts}}, "targets": {…}}.

        Clients are `namespace/pod`, targets `namespace/service`. Counts: sent, ok, lost, failed (by reason), sameNode,
        crossNode, sameZone, crossZone, endpoints (answers by pod), p50 and p99 (seconds).
        """
        clients: dict[str, Any] = {}
        targets: dict[str, Any] = {}
        for component in self.kernel.components.values():
            for name, counts in component.state["tallies"].items() if component.kind == "network" else ():
                client, target = name.split(" ")
                clients.setdefault(client, {})[target] = tally.told(counts)
                targets[target] = tally.add(targets.get(target) or tally.new(), counts)
        return {"clients": clients, "targets": {target: tally.told(counts) for target, counts in targets.items()}}

    def memory(self, under: str = "", text: str = "", most: int = 60, without: tuple[str, ...] = ()) -> dict[str, Any]:
        """What the control plane remembers: {"keys", "logs", "streams"}, see `cluster_sim.memory`."""
        return {"keys": memory.keys(self._store(), self.kernel.now, under, text, most, without),
                "logs": memory.logs(self.kernel), "streams": memory.streams(self.kernel)}

    def routing(self, service: str) -> dict[str, Any]:
        """Where traffic to a Service (`namespace/name`) goes from each machine, see `cluster_sim.routing`."""
        return {"machines": routing.machines(self.kernel, self._store(), service), "latest": routing.latest(self.kernel, service)}

    def patience(self) -> tuple[float, float]:
        """(seconds of silence after which a node counts as lost, seconds between two looks at that)."""
        return node_health.GRACE / SECOND, node_health.PERIOD / SECOND

    def logs(self, uid: str, container: str, tail: int = 50, previous: bool = False) -> str | None:
        """The last lines a pod's container has really printed, as they lie on its node; None: there is no such container."""
        for component in self.kernel.components.values():
            rows = [*component.state["containers"].values()] if component.kind == "container-runtime" else []
            found = container_log.choose(rows, uid, container, previous)
            if found is not None:
                options = {"tailLines": tail, "timestamps": True}
                return container_log.text(found, options, self.kernel.now, self.kernel.epoch)
        return None

    def parts(self) -> dict[str, dict[str, Any]]:
        """Reality: part id → {kind, node, state, …}, for every process of every machine."""
        return {part: component.view() for part, component in self.kernel.components.items()}

    def machines(self) -> dict[str, dict[str, Any]]:
        """The machines: name → {cpu, memory, zone, role, node, power}."""
        return {name: {**{key: value for key, value in machine.items() if key not in ON_DISK},
                       "power": f"{name}/" not in self.kernel.stopped}
                for name, machine in self.kernel.machines.items()}

    def changes(self, cursor: tuple[int, int, int] | None = None) -> Changes:
        """What changed since `cursor`; None or too old a cursor: everything. Objects are shared: don't change them."""
        version = self._look_at_parts()
        store = self._store()
        new = (store.revision, self.kernel.spans + 1, version)
        if cursor is not None and cursor[0] > store.revision:
            cursor = None  # etcd was restored from a backup: what was seen may never have been
        try:
            events: Iterable[list[Any]] = store.since(cursor[0]) if cursor else ()
        except Compacted:
            cursor = None
        if cursor is None:
            objects = {key: _with_revision(value, revision) for key, value, _, revision, _ in store.range("/registry/")}
            parts = {part: view for part, (_, view) in self._parts_seen.items() if view is not None}
            return Changes(new, True, objects, parts, self.trace())
        latest = {event[2]: None if event[3] is None else _with_revision(event[3], event[0]) for event in events}
        parts = {part: view for part, (seen, view) in self._parts_seen.items() if seen > cursor[2]}
        return Changes(new, False, latest, parts, self.trace(cursor[1]))

    def _look_at_parts(self) -> int:
        """Compare reality with the last look; what differs gets the next version."""
        fresh, version = self.parts(), self._parts_version + 1
        changed = False
        for part in [*self._parts_seen, *fresh]:
            view = fresh.get(part)
            if part not in self._parts_seen or self._parts_seen[part][1] != view:
                self._parts_seen[part] = (version, view)
                changed = True
        self._parts_version = version if changed else self._parts_version
        return self._parts_version


def _is_background(span: int) -> bool:
    """Whether an event in the queue is a declared timer (-2) or belongs to what one began."""
    return span == -2 or (span > 0 and in_background(span))


def _prefix(resource: str, namespace: str | None) -> str:
    kind = resources.by_plural(resource)
    if kind is None:
        raise ValueError(f"There is no resource {resource!r}; use the plural, as in 'pods'.")
    return f"/registry/{kind.storage_prefix}/{namespace}/" if namespace else f"/registry/{kind.storage_prefix}/"


def _with_revision(value: dict[str, Any], revision: int) -> dict[str, Any]:
    return {**value, "metadata": {**value["metadata"], "resourceVersion": str(revision)}}


def _readable(value: dict[str, Any], revision: int) -> dict[str, Any]:
    """A copy the caller may change, with its resourceVersion."""
    copy: dict[str, Any] = frozen.thaw(_with_revision(value, revision))
    return copy
