"""The owner graph: who depends on whom, over all kinds of objects.

Owners are named in ownerReferences by uid; from that the graph keeps the other direction, owner → dependents. It can be
built again from the informers' copies. The real one also keeps "virtual" nodes for owners it has only heard of; ours
asks the API server about those when it needs to know.

Source: kubernetes pkg/controller/garbagecollector/graph_builder.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta, resources
from cluster_sim.api.resources import Resource
from cluster_sim.controllers.pods import Object

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
IGNORED = ("events",)  # too many, and nobody depends on them


def monitored() -> tuple[str, ...]:
    """Every resource that can be listed, watched and deleted."""
    found = [one.plural for one in resources.RESOURCES
             if {"delete", "list", "watch"} <= {*one.verbs} and one.plural not in IGNORED]
    return tuple(dict.fromkeys(found))


def item(resource: str, obj: Object) -> str:
    """The collector's key of an object: `pods|default/web-1`."""
    return f"{resource}|{meta.key(obj)}"


def waits_for_dependents(obj: Object) -> bool:
    """It is being deleted in the foreground: it goes after its dependents."""
    return meta.is_deleting(obj) and FOREGROUND in meta.finalizers(obj)


def blocks(dependent: Object, owner_uid: str) -> bool:
    """Whether the dependent's reference says blockOwnerDeletion."""
    return any(ref["uid"] == owner_uid and ref.get("blockOwnerDeletion") for ref in meta.owners(dependent))


class OwnerGraph:
    """Owner's uid → items of its dependents."""

    def __init__(self, existing: Iterable[tuple[str, Object]]) -> None:
        self._dependents: dict[str, dict[str, bool]] = {}
        for resource, obj in existing:
            self.change(resource, None, obj)

    def change(self, resource: str, old: Object | None, new: Object | None) -> None:
        """An object came, changed or went."""
        before, after = meta.owners(old or {}), meta.owners(new or {})
        if before == after:
            return
        for ref in before:
            kept = self._dependents.get(ref["uid"], {})
            kept.pop(item(resource, old or {}), None)
            if not kept:
                self._dependents.pop(ref["uid"], None)
        for ref in after:
            self._dependents.setdefault(ref["uid"], {})[item(resource, new or {})] = True

    def dependents(self, uid: str) -> list[str]:
        """The items that name this owner, sorted."""
        return sorted(self._dependents.get(uid, ()))


def is_namespaced(ref: dict[str, Any]) -> bool:
    """Whether what a reference names lives in a namespace."""
    kind = resources.by_kind(ref["apiVersion"], ref["kind"])
    return kind is not None and kind.namespaced


def invalid_namespace(ref: dict[str, Any], dependent: Object) -> str:
    """What the Event about an owner in another namespace says."""
    namespace = meta.namespace(dependent)
    owner = f"[{ref['apiVersion']}/{ref['kind']}, namespace: {namespace}, name: {ref['name']}, uid: {ref['uid']}]"
    return f'ownerRef {owner} does not exist in namespace "{namespace}"'


def owner_place(ref: dict[str, Any], dependent: Object, custom: dict[str, Resource]) -> tuple[str, str, str] | None:
    """(resource, namespace, name) where a reference's owner should be; None if the kind is unknown or cannot own it."""
    kind = resources.by_kind(ref["apiVersion"], ref["kind"])
    name = kind.plural if kind else ""
    if kind is None:
        group = meta.group_version(ref["apiVersion"])[0]
        name, kind = next(((name, one) for name, one in custom.items()
                           if (one.group, one.kind) == (group, ref["kind"])), ("", None))
    if kind is None:
        return None
    namespace = meta.namespace(dependent)
    if kind.namespaced and not namespace:
        return None  # what lives in no namespace cannot belong to what lives in one
    return name, namespace if kind.namespaced else "", ref["name"]
