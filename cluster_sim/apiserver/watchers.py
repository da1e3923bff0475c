"""Who watches what, and which of them a change concerns.

A cluster of 5,000 nodes has 5,000 kubelets watching pods, each only those of its own node; asking every one of them
about every change would be the whole cost of the cluster. Watchers of pods on one node, of one namespace or of one
name are therefore kept under that node, namespace or name, and a change looks them up.

Upstream: k8s.io/apiserver/pkg/storage/cacher/cacher.go (indexedWatchers, the node-name trigger), cache_watcher.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import selectors
from cluster_sim.apiserver.watch_cache import Change

Object = dict[str, Any]
Row = dict[str, Any]


class Watcher:
    """One watch: a row of state (`source`, `id`, `prefix`, `namespace`, `name`, selectors as text, …) and its parsed form."""

    __slots__ = ("phases", "plain", "simple", "after", "fields", "labels", "node", "number", "row")

    def __init__(self, number: str, row: Row) -> None:
        self.number, self.row = number, row
        self.after = row.get("after", 0)  # it knows more than this server's cache did: nothing older is news to it
        self.labels = selectors.parse_label_selector(row["labels"]) if row["labels"] else []
        self.fields = selectors.parse_field_selector(row["fields"]) if row["fields"] else []
        self.plain = not (self.labels or self.fields or row["namespace"] or row["name"])  # it takes everything in
        # What every kubelet asks (its own node's pods) and what the scheduler asks (pods that have not ended) is looked
        # up without ado.
        pods = row["prefix"] == "pods"
        kubelet = pods and len(self.fields) == 1 and self.fields[0][:2] == ("spec.nodeName", "=")
        self.node = self.fields[0][2][0] if kubelet else None
        phases = pods and bool(self.fields) and all(one[:2] == ("status.phase", "!=") for one in self.fields)
        self.phases = [one[2][0] for one in self.fields] if phases else None
        self.simple = (kubelet or phases) and not (self.labels or row["namespace"] or row["name"])

    def wants(self, obj: Object) -> bool:
        """Whether its selectors take an object in."""
        if self.plain:
            return True
        if self.simple:
            if self.phases is not None:
                return ((obj.get("status") or {}).get("phase") or "") not in self.phases
            return bool(obj["spec"].get("nodeName", "") == self.node)
        row, meta = self.row, obj["metadata"]
        if self.node is not None and obj["spec"].get("nodeName", "") != self.node:
            return False
        if row["namespace"] and meta.get("namespace") != row["namespace"]:
            return False
        if row["name"] and meta.get("name") != row["name"]:
            return False
        return (not self.labels or selectors.matches_requirements(self.labels, meta.get("labels"))) and (
            self.node is not None or not self.fields or selectors.matches_fields(self.fields, obj))

    def event(self, change: Change) -> list[Any] | None:
        """[TYPE, object] as this watcher sees a change: entering its selection is ADDED, leaving it DELETED."""
        if change[0] <= self.after:
            return None
        kind, obj, before = change[1], change[3], change[4]
        now = kind != "DELETED" and self.wants(obj)
        was = before is not None and self.wants(before)
        if now:
            return ["MODIFIED" if was else "ADDED", obj]
        if was:
            if kind != "DELETED":
                obj = {**before, "metadata": {**before["metadata"], "resourceVersion": str(change[0])}}
            return ["DELETED", obj]
        return None


class Watchers:
    """All watches over plain `rows`, looked up by what they can see."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows = rows
        self.index: dict[str, dict[str, dict[str, Watcher]]] = {}  # prefix → place → number → watcher
        self.kinds: dict[str, dict[str, bool]] = {}  # prefix → "ns", "name", "node": which sorts of places it ever had
        for number, row in rows.items():
            self._enter(Watcher(number, row))

    def add(self, number: str, row: Row) -> Watcher:
        """A new watch."""
        self.rows[number] = row
        watcher = Watcher(number, row)
        self._enter(watcher)
        return watcher

    def remove(self, number: str) -> Row | None:
        """A watch has ended; → its row, None if there is none."""
        row = self.rows.pop(number, None)
        if row is not None:
            places = self.index[row["prefix"]]
            place = _place(row)
            del places[place][number]
            if not places[place]:
                del places[place]
        return row

    def concerned(self, prefix: str, change: Change) -> list[Watcher]:
        """Watchers that might see a change, oldest first within each place."""
        places = self.index.get(prefix)
        if not places:
            return []
        found = [*places[""].values()] if "" in places else []
        kinds = self.kinds[prefix]
        key = change[2]
        wanted = []
        if "ns" in kinds:
            namespace, slash, _ = key.partition("/")
            if slash:
                wanted.append(f"ns {namespace}")
        if "name" in kinds:
            wanted.append(f"name {key}")
        if "node" in kinds:
            node, before = _node(change[3]), None if change[4] is None else _node(change[4])
            wanted.append(f"node {node}")
            if before is not node and before != node:
                wanted.append(f"node {before}")
        for place in wanted:
            if place in places:
                found += places[place].values()
        return found

    def _enter(self, watcher: Watcher) -> None:
        prefix, place = watcher.row["prefix"], _place(watcher.row)
        self.index.setdefault(prefix, {}).setdefault(place, {})[watcher.number] = watcher
        self.kinds.setdefault(prefix, {})[place.partition(" ")[0]] = True


def _node(obj: Object) -> str | None:
    spec = obj.get("spec")
    return spec.get("nodeName", "") if spec else ""


def _place(row: Row) -> str:
    """Under what a watch is kept; "" is everything of its resource."""
    if row["fields"]:
        terms: dict[str, str] = {}
        for field, operator, values in selectors.parse_field_selector(row["fields"]):
            if operator == "=":
                terms[field] = values[0]
        if row["prefix"] == "pods" and "spec.nodeName" in terms:
            return f"node {terms['spec.nodeName']}"
        namespace = row["namespace"] or terms.get("metadata.namespace", "")
        if "metadata.name" in terms and (namespace or not row["namespaced"]):
            return f"name {namespace}/{terms['metadata.name']}" if namespace else f"name {terms['metadata.name']}"
    if row["name"]:
        return f"name {row['namespace']}/{row['name']}" if row["namespace"] else f"name {row['name']}"
    return f"ns {row['namespace']}" if row["namespace"] else ""
