"""The stage's own picture of a cluster: the objects it draws, the parts that run, the latest writes.

It follows `cluster.changes()`, so a frame costs what changed and not what exists. Objects are shared with the cluster
and never changed here. After an undo or a fork there is another cluster: the mirror starts again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lessons.stage.names import ending

# kind in etcd's keys → where the mirror keeps it
KINDS = {
    "pods": "pods", "minions": "nodes", "replicasets": "replicasets", "deployments": "deployments",
    "statefulsets": "statefulsets", "daemonsets": "daemonsets", "jobs": "jobs", "cronjobs": "cronjobs",
    "horizontalpodautoscalers": "autoscalers", "poddisruptionbudgets": "budgets", "persistentvolumeclaims": "claims",
}
NEWS = "/registry/leases/kube-node-lease/"
QUIET_KINDS = ("leases", "events", "masterleases", "ranges")  # writes that are no news of the cluster
WRITES_SHOWN = 3
NAMES_KEPT = 2_000
REFUSED = "FailedCreate"  # a controller's Event: the API server did not let it make a pod
REFUSALS_KEPT = 200


class Mirror:
    """What the stage knows of one cluster. `follow` brings it up to date."""

    def __init__(self) -> None:
        self.cluster: Any = None
        self.cursor: Any = None
        self.pods: dict[str, Any] = {}
        self.nodes: dict[str, Any] = {}
        self.replicasets: dict[str, Any] = {}
        self.deployments: dict[str, Any] = {}
        self.statefulsets: dict[str, Any] = {}
        self.daemonsets: dict[str, Any] = {}
        self.jobs: dict[str, Any] = {}
        self.cronjobs: dict[str, Any] = {}
        self.autoscalers: dict[str, Any] = {}
        self.budgets: dict[str, Any] = {}  # PodDisruptionBudgets
        self.claims: dict[str, Any] = {}
        self.refusals: dict[str, str] = {}  # uid of who wanted a pod → what the API server answered last
        self.news: dict[str, str] = {}  # node → when its kubelet last renewed its Lease
        self.parts: dict[str, Mapping[str, Any]] = {}
        self.rafts: dict[str, Mapping[str, Any]] = {}  # etcd member → what it last told of its log
        self.writes: list[tuple[int, str, str]] = []  # (revision, key, what), newest first
        self.names: dict[str, str] = {}  # every pod name seen → its short form, for texts about pods that are gone
        self.worked_out: dict[str, tuple[Any, Any]] = {}  # pod uid → (object, pods.Facts)
        self.rooms: dict[str, tuple[Any, Any]] = {}  # node → (what its room was drawn from, the elements)
        self.placed: tuple[str, str] | None = None  # the last (pod, node) the scheduler bound
        self.revision = 0
        self.epoch = 0.0
        self.machines: Mapping[str, Any] = {}
        self.cuts: frozenset[str] = frozenset()
        self.really: dict[str, str] = {}  # pod uid → what it is, where its word says otherwise (see `belief`)
        self.patience: tuple[float, float] = (0.0, 0.0)  # see `Cluster.patience`

    def follow(self, cluster: Any) -> list[Any]:
        """Take in what changed; → the new visible spans. Another cluster than before begins a new picture."""
        if cluster is not self.cluster:
            self.__init__()  # type: ignore[misc]  # every field at its beginning
            self.cluster = cluster
            self.epoch = cluster.log(0)[0]["epoch"] / 1e6
            self.patience = cluster.patience()
        changes = cluster.changes(self.cursor)
        self.cursor = changes.cursor
        if changes.full:
            for store in (*(getattr(self, name) for name in KINDS.values()), self.refusals, self.news, self.parts):
                store.clear()
        for key, value in sorted(changes.objects.items(), key=_in_order_of_revision):
            self._take(key, value, first=changes.full)
        for part, view in changes.parts.items():
            if view is None:
                self.parts.pop(part, None)
            else:
                self.parts[part] = view
        self._look_at_etcd()
        self.machines = cluster.machines()
        self.cuts = frozenset(_parted(cluster.broken().values(), self.machines))
        return list(changes.spans)

    def node_pods(self, node: str) -> list[Any]:
        """The pods bound to a node."""
        return [pod for pod in self.pods.values() if pod["spec"].get("nodeName") == node]

    def seconds(self, timestamp: str | None) -> float | None:
        """A timestamp of an object as virtual seconds since the scene opened."""
        if not timestamp:
            return None
        return datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp() - self.epoch

    def _take(self, key: str, value: Any, first: bool) -> None:
        kind, _, name = key.removeprefix("/registry/").partition("/")
        store = KINDS.get(kind)
        known: dict[str, Any] = getattr(self, store) if store else {}
        before = known.get(name)
        if key.startswith(NEWS):
            if value is not None:
                self.news[name.rpartition("/")[2]] = value["spec"].get("renewTime", "")
            return
        if kind == "events" and value is not None and value.get("reason") == REFUSED:
            self._refused(value)
        if kind == "pods" and value is not None:
            self._remember(value)
            self._notice_binding(before, value, first)
        if store and value is None:
            known.pop(name, None)
            if before is not None:
                self.worked_out.pop(before["metadata"]["uid"], None)
        elif store:
            known[name] = value
        if kind not in QUIET_KINDS and not _is_heartbeat(kind, before, value):
            self._write(key, before, value, first)

    def _remember(self, pod: Any) -> None:
        self.names[pod["metadata"]["name"]] = ending(pod)
        if len(self.names) > NAMES_KEPT:
            del self.names[next(iter(self.names))]

    def _refused(self, event: Any) -> None:
        self.refusals[event["involvedObject"]["uid"]] = str(event.get("message", ""))
        if len(self.refusals) > REFUSALS_KEPT:
            del self.refusals[next(iter(self.refusals))]

    def _notice_binding(self, before: Any, pod: Any, first: bool) -> None:
        node = pod["spec"].get("nodeName")
        bound = node and (first or before is None or not before["spec"].get("nodeName"))
        if bound and not any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences", ())):
            self.placed = (ending(pod), node)

    def _write(self, key: str, before: Any, value: Any, first: bool) -> None:
        revision = int(value["metadata"]["resourceVersion"]) if value is not None else 0
        what = "deleted" if value is None else "written" if first else _what(before, value)
        self.writes = [(revision, key, what), *self.writes][:WRITES_SHOWN]

    def _look_at_etcd(self) -> None:
        views = [view for part, view in self.parts.items() if part.endswith("/etcd")]
        self.rafts.update({part: view["raft"] for part, view in self.parts.items() if part.endswith("/etcd") and "raft" in view})
        self.revision = max((int(view.get("revision", 0)) for view in views), default=0)
        deleted = {row[2]: row[0] for view in views for row in view.get("recent", ()) if row[1] == "delete"}
        self.writes = [(revision or deleted.get(key, self.revision), key, what) for revision, key, what in self.writes]


def _parted(active: Iterable[Any], machines: Mapping[str, Any]) -> list[str]:
    """The machines that a fault cuts off: named one by one, or by their zone."""
    named = {word.strip() for fault in active if fault["name"] in ("cut", "partition") for word in fault["target"].split(",")}
    return [name for name, machine in machines.items() if name in named or machine.get("zone") in named]


def _in_order_of_revision(item: tuple[str, Any]) -> int:
    value = item[1]
    return 1 << 60 if value is None else int(value["metadata"]["resourceVersion"])


def _is_heartbeat(kind: str, before: Any, value: Any) -> bool:
    """A node that says only that it lives: nothing but times differ."""
    if kind != "minions" or before is None or value is None:
        return False
    return before["spec"] == value["spec"] and _states(before) == _states(value)


def _states(node: Any) -> list[tuple[str, str]]:
    return [(item["type"], item["status"]) for item in node.get("status", {}).get("conditions", ())]


def _what(before: Any, value: Any) -> str:
    """The change in a word."""
    if before is None:
        return "new"
    if value["metadata"].get("deletionTimestamp") and not before["metadata"].get("deletionTimestamp"):
        return "must go"
    node = value.get("spec", {}).get("nodeName")
    if node and not before.get("spec", {}).get("nodeName"):
        return str(node)
    if value.get("status") != before.get("status"):
        return "status"
    return "spec" if value.get("spec") != before.get("spec") else "metadata"
