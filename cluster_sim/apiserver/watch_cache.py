"""The watch cache: every stored object as of the last revision heard from etcd, and the latest changes of each kind.

All reads and all watches are served from here, so etcd carries one stream however many clients watch. Each object
gets its `metadata.resourceVersion`, the revision of its last write, exactly once: here, when it comes in.
The real server keeps one cache and one etcd watch per resource and may send reads on to etcd to be sure they are
current; ours keeps all resources in one stream, so a read is current up to what etcd had sent when it arrived.

Upstream: k8s.io/apiserver/pkg/storage/cacher (cacher.go, watch_cache.go).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cluster_sim.api import resources
from cluster_sim.api.sharing import ByIdentity

Object = dict[str, Any]
# One change: [revision, "ADDED" | "MODIFIED" | "DELETED", key, object, object before or None]
Change = list[Any]
Changes = list[Change]
Event = list[Any]  # of etcd: see etcd/store.py

# Written in large numbers and hardly ever read: kept as they are stored, with their revisions beside them ("revisions":
# key → revision), and made whole when somebody asks.
RARELY_READ = {"events": True}
HISTORY = 1_000  # changes kept of each resource (the real window grows from 100 to 102,400)
REGISTRY = "/registry/"
_SINGLE = {resource.storage_prefix: True for resource in resources.RESOURCES if "/" not in resource.storage_prefix}
_SINGLE["masterleases"] = True  # keys of the API servers' own (endpoint_reconciler.py)


@lru_cache(maxsize=65536)
def split(etcd_key: str) -> tuple[str, str]:
    """(storage prefix, "ns/name" or "name") of an etcd key: grouped prefixes have two words."""
    _, _, first, rest = etcd_key.split("/", 3)
    if first in _SINGLE:
        return first, rest
    second, _, rest = rest.partition("/")
    return f"{first}/{second}", rest


_known = ByIdentity(16_384)


def shared_with_revision(value: Object, revision: int) -> Object:
    """`with_revision` where several API servers follow one store: all of them hold the same object, as all members of
    etcd hold the same value. It is the memory, and the snapshot, of one."""
    known: Object | None = _known.find(value, None, revision)
    return _known.keep(with_revision(value, revision), value, None, revision) if known is None else known  # type: ignore[no-any-return]


def with_revision(value: Object, revision: int) -> Object:
    """The stored object with its resourceVersion."""
    return {**value, "metadata": {**value["metadata"], "resourceVersion": str(revision)}}


def told(prefix: str, change: Change) -> Change:
    """A change as watchers are told of it."""
    if prefix not in RARELY_READ or change[1] == "DELETED":
        return change
    return [*change[:3], with_revision(change[3], change[0]), change[4]]


class WatchCache:
    """Objects and recent changes over plain `state`; the index by namespace is built from it."""

    def __init__(self, state: dict[str, Any], share: bool = False) -> None:
        self.state = state
        self.made = shared_with_revision if share else with_revision
        state.setdefault("revision", 0)
        state.setdefault("resources", {})
        # Pods' metadata as etcd has it: a change that leaves it as it was shares it (not state, so only of what was heard).
        self.stored: dict[str, Object] = {}
        self.namespaces: dict[str, dict[str, dict[str, bool]]] = {}
        for prefix, kept in state["resources"].items():
            for key in kept["objects"]:
                self._enter(prefix, key)
            if prefix in RARELY_READ and "revisions" not in kept:  # of a snapshot from before they were kept like that
                kept["revisions"] = {key: int(obj["metadata"]["resourceVersion"]) for key, obj in kept["objects"].items()}

    @property
    def revision(self) -> int:
        """The last revision heard of."""
        revision: int = self.state["revision"]
        return revision

    def fill(self, revision: int, rows: list[list[Any]]) -> list[Change]:
        """Take everything in anew, after a start; → what differs from what was known before (nothing at first)."""
        self.state["revision"] = revision
        self.state["resources"] = {}
        self.namespaces = {}
        for etcd_key, value, _, modified, _ in rows:
            prefix, key = split(etcd_key)
            kept = self.of(prefix)
            if prefix in RARELY_READ:
                kept["objects"][key], kept["revisions"][key] = value, modified
            else:
                kept["objects"][key] = self.made(value, modified)
            self._enter(prefix, key)
        return []

    def of(self, prefix: str) -> dict[str, Any]:
        """{objects, history, since}: what is kept of one resource. Changes up to revision `since` are forgotten."""
        kept = self.state["resources"].get(prefix)
        if kept is None:
            kept = self.state["resources"][prefix] = {"objects": {}, "history": [], "since": self.state["revision"]}
            if prefix in RARELY_READ:
                kept["revisions"] = {}
        return kept  # type: ignore[no-any-return]

    def get(self, prefix: str, key: str) -> Object | None:
        """The object of "ns/name" (or "name")."""
        kept = self.state["resources"].get(prefix)
        if kept is None:
            return None
        found: Object | None = kept["objects"].get(key)
        return found if found is None or prefix not in RARELY_READ else with_revision(found, kept["revisions"][key])

    def list(self, prefix: str, namespace: str = "") -> list[Object]:
        """The objects of a resource (in a namespace), in key order, as etcd would give them."""
        kept = self.state["resources"].get(prefix)
        if kept is None:
            return []
        objects = kept["objects"]
        keys = self.namespaces.get(prefix, {}).get(namespace, {}) if namespace else objects
        if prefix in RARELY_READ:
            return [with_revision(objects[key], kept["revisions"][key]) for key in sorted(keys)]
        return [objects[key] for key in sorted(keys)]

    def apply(self, event: Event) -> tuple[str, Change]:
        """Take in one event of etcd's watch; → (storage prefix, the change it makes)."""
        revision, operation, etcd_key, value = event[0], event[1], event[2], event[3]
        prefix, key = split(etcd_key)
        self.state["revision"] = revision
        kept = self.of(prefix)
        objects = kept["objects"]
        before = objects.get(key)
        if operation == "put":
            if prefix in RARELY_READ:
                obj = objects[key] = value
                kept["revisions"][key] = revision
            else:
                obj = objects[key] = self.made(value, revision)
                if prefix == "pods":
                    self.stored[key] = value["metadata"]
            if before is None:
                self._enter(prefix, key)
            change = [revision, "ADDED" if before is None else "MODIFIED", key, obj, before]
        else:
            objects.pop(key, None)
            if prefix == "pods":
                self.stored.pop(key, None)
            if prefix in RARELY_READ:
                kept["revisions"].pop(key, None)
            self._leave(prefix, key)
            before = before if before is not None else event[4]
            change = [revision, "DELETED", key, with_revision(before, revision), before]
        history = kept["history"]
        history.append(change)
        if len(history) > 2 * HISTORY:
            kept["since"] = history[-HISTORY - 1][0]
            kept["history"] = history[-HISTORY:]
        return prefix, change

    def since(self, prefix: str, revision: int) -> Changes | None:
        """The changes after a revision; None when some of them are forgotten."""
        kept = self.of(prefix)
        if revision < kept["since"]:
            return None
        return [told(prefix, change) for change in kept["history"] if change[0] > revision]

    def _enter(self, prefix: str, key: str) -> None:
        namespace, slash, _ = key.partition("/")
        if slash:
            self.namespaces.setdefault(prefix, {}).setdefault(namespace, {})[key] = True

    def _leave(self, prefix: str, key: str) -> None:
        namespace, slash, _ = key.partition("/")
        keys = self.namespaces.get(prefix, {}).get(namespace) if slash else None
        if keys is not None:
            keys.pop(key, None)
            if not keys:
                del self.namespaces[prefix][namespace]
