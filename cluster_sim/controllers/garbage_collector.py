"""The garbage collector: what nobody owns any more goes, and what still has dependents may wait for them.

It watches every kind of object. For an object it works out what has become of its owners:

- *solid*: the owner is there. One is enough to live; references to owners that are gone are taken out.
- *dangling*: the owner is gone. With no other kind left, the object is deleted (in the background).
- *waiting*: the owner is being deleted in the foreground and waits for this one, which is deleted first.

An owner deleted with Foreground keeps the finalizer `foregroundDeletion` until no dependent blocks it; with Orphan the
finalizer `orphan` until its name is out of all its dependents. A Deployment's pods go in two steps: Deployment gone →
ReplicaSet has no owner → deleted → pods have no owner → deleted.

Source: kubernetes pkg/controller/garbagecollector/garbagecollector.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster_sim.api import meta, resources
from cluster_sim.api.resources import Resource
from cluster_sim.client import MERGE_PATCH, Controller
from cluster_sim.client.controller import Answer
from cluster_sim.client.controller_host import ControllerHost
from cluster_sim.controllers.custom_kinds import DEFINITIONS, custom_resources
from cluster_sim.controllers.garbage_graph import (
    FOREGROUND,
    ORPHAN,
    OwnerGraph,
    blocks,
    invalid_namespace,
    is_namespaced,
    item,
    monitored,
    owner_place,
    waits_for_dependents,
)
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.refusals import refused
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "garbage.delete": "Garbage collector sees that {owner} is gone and deletes {object}",
    "garbage.first": "Garbage collector deletes {object}: its owner {owner} waits for it",
    "garbage.forget": "Garbage collector takes {owner}, which is gone, out of {object}'s owners",
    "garbage.orphan": "Garbage collector makes {object} an orphan: {owner} is deleted without its dependents",
    "garbage.release": "Garbage collector lets {object} go: nothing it waited for is left",
}, file="cluster_sim/controllers/garbage_collector.py")

ABSENT_REMEMBERED = 500  # owners known to be gone, as upstream


class GarbageCollector(Controller):
    """Dependents and owners of every kind."""

    name = "garbage-collector"
    account = "generic-garbage-collector"
    watches = monitored()

    def __init__(self, process: ControllerHost) -> None:
        super().__init__(process)
        self.absent: dict[str, Any] = self.state.setdefault("absent", {})  # uids of owners that are gone
        self.graph = OwnerGraph((resource, obj) for resource, informer in process.informers.items()
                                if resource in self.watches or "." in resource for obj in informer.list())

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Who must be looked at: dependents of what went, owners that waited for it, and whoever lacks an owner."""
        if old is not None and new is not None and meta.same_owners(old, new) and not meta.is_deleting(new):
            return ()  # most changes are of a status
        self.graph.change(resource, old, new)
        if new is None:
            return self._after_deletion(old or {})
        found = []
        refs, before = meta.owners(new), meta.owners(old or {})
        if refs != before:
            if not all(self._is_solid(ref, new) for ref in refs):
                found.append(item(resource, new))
            found += self._waiting_owners(old) if old else []
        if meta.is_deleting(new) and meta.finalizers(new):
            started = old is None or not meta.is_deleting(old) or meta.finalizers(old) != meta.finalizers(new)
            if started and (FOREGROUND in meta.finalizers(new) or ORPHAN in meta.finalizers(new)):
                found.append(item(resource, new))
                found += self.graph.dependents(meta.uid(new)) if FOREGROUND in meta.finalizers(new) else []
        return found

    def _after_deletion(self, gone: Object) -> list[str]:
        dependents = self.graph.dependents(meta.uid(gone))
        if dependents:
            self._remember_absent(meta.uid(gone))
        return [*dependents, *(self._waiting_owners(gone) if meta.owners(gone) else [])]

    def _waiting_owners(self, dependent: Object) -> list[str]:
        """Items of the object's owners that wait for their dependents."""
        found = []
        for ref in meta.owners(dependent):
            place, owner = self._place(ref, dependent), self._find(ref, dependent)
            if place is not None and owner is not None and waits_for_dependents(owner):
                found.append(item(place[0], owner))
        return found

    def sync(self, key: str, span: int) -> None:
        """What has become of this object's owners, or of its dependents?"""
        obj = self._object(key)
        if obj is None:
            return
        resource = key.partition("|")[0]
        if meta.is_deleting(obj):
            if ORPHAN in meta.finalizers(obj):
                self.orphan_dependents(resource, obj)
            elif FOREGROUND in meta.finalizers(obj):
                self.release_if_unblocked(resource, obj)
            return
        self.tell_of_foreign_owners(obj)
        unsure = [ref for ref in meta.owners(obj) if self._find(ref, obj) is None and ref["uid"] not in self.absent]
        places = [(ref, self._place(ref, obj)) for ref in unsure]
        for ref, place in places:
            if place is not None:  # our copy may be behind: ask
                self.read(self._resource(place[0]), place[2], place[1] or None, then="owner", data={"uid": ref["uid"]})
        if not any(place for _, place in places):
            self.judge(resource, obj, [])

    def tell_of_foreign_owners(self, obj: Object) -> None:
        """An owner in another namespace is none (the object may go!), and one in a namespace cannot own what is in none."""
        for ref in meta.owners(obj):
            place = self._place(ref, obj)
            if self._find(ref, obj) is not None or (place is None and not is_namespaced(ref)):
                continue
            informer = self.process.informers.get(place[0]) if place is not None else None
            if place is None or (informer is not None and any(meta.uid(one) == ref["uid"] for one in informer.list())):
                self.event(obj, "Warning", "OwnerRefInvalidNamespace", invalid_namespace(ref, obj))

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """After asking, judge; after making orphans, let the owner go."""
        obj = self._object(key)
        if obj is None:
            return
        resource, step = key.partition("|")[0], answers[0][0]
        if step == "owner":
            here = []
            for _, data, status, body in answers:
                if status == 404 or (status == 200 and meta.uid(body) != data["uid"]):
                    self._remember_absent(data["uid"])
                else:
                    here.append(data["uid"])
            self.judge(resource, obj, here)
        elif step == "orphaned" and not refused(answers):
            self.remove_finalizer(resource, obj, ORPHAN)

    def judge(self, resource: str, obj: Object, known_here: list[str]) -> None:
        """Delete an object without solid owners; else forget the owners that are gone."""
        solid, dangling, waiting = [], [], []
        for ref in meta.owners(obj):
            owner = self._find(ref, obj)
            if owner is not None and waits_for_dependents(owner):
                waiting.append(ref)
            elif owner is not None or ref["uid"] in known_here or ref["uid"] not in self.absent:
                solid.append(ref)
            else:
                dangling.append(ref)
        if not dangling and not waiting:
            return
        first = (dangling or waiting)[0]
        told: dict[str, Any] = {"subject": meta.name(obj),
                                "args": {"object": _called(obj), "owner": f"{first['kind']} {first['name']}"},
                                "detail": {"rule": "owner references", "solid": len(solid), "dangling": len(dangling),
                                           "waiting": len(waiting)}}
        if solid:
            self.patch(self._resource(resource), obj, _without_owners(obj, [*dangling, *waiting]), then="forgot",
                       content_type=MERGE_PATCH, phrase="garbage.forget", **told)
            return
        policy = "Foreground" if waiting and self.graph.dependents(meta.uid(obj)) else _policy_of(obj)
        self.delete(self._resource(resource), obj, propagation=policy, then="deleted",
                    phrase="garbage.delete" if dangling else "garbage.first", **told)

    def release_if_unblocked(self, resource: str, owner: Object) -> None:
        """Deleted in the foreground: when no dependent blocks it any more, it may go."""
        dependents = [self._object(one) for one in self.graph.dependents(meta.uid(owner))]
        if not any(one is not None and blocks(one, meta.uid(owner)) for one in dependents):
            self.remove_finalizer(resource, owner, FOREGROUND)

    def orphan_dependents(self, resource: str, owner: Object) -> None:
        """Take the owner's name out of all its dependents, then let it go."""
        dependents = self.graph.dependents(meta.uid(owner))
        for key in dependents:
            dependent = self._object(key)
            if dependent is not None:
                patch = _without_owners(dependent, [{"uid": meta.uid(owner)}])
                self.patch(self._resource(key.partition("|")[0]), dependent, patch, content_type=MERGE_PATCH,
                           then="orphaned", subject=meta.name(dependent), phrase="garbage.orphan",
                           args={"object": _called(dependent), "owner": _called(owner)})
        if not dependents:
            self.remove_finalizer(resource, owner, ORPHAN)

    def remove_finalizer(self, resource: str, obj: Object, finalizer: str) -> None:
        """Take one finalizer out; if it was the last the API server removes the object."""
        left = [one for one in meta.finalizers(obj) if one != finalizer]
        patch = {"metadata": {"finalizers": left or None, "resourceVersion": obj["metadata"]["resourceVersion"]}}
        self.patch(self._resource(resource), obj, patch, content_type=MERGE_PATCH, then="released",
                   subject=meta.name(obj), phrase="garbage.release", args={"object": _called(obj)}, level=DETAIL)

    def _object(self, key: str) -> Object | None:
        resource, _, name = key.partition("|")
        informer = self.process.informers.get(resource)
        return informer.get(name) if informer else None

    def _custom(self) -> dict[str, Resource]:
        return custom_resources(self.lister(DEFINITIONS).list())

    def _resource(self, name: str) -> Resource | str:
        """A resource as requests name it."""
        return self._custom()[name] if "." in name else name

    def _place(self, ref: dict[str, Any], dependent: Object) -> tuple[str, str, str] | None:
        return owner_place(ref, dependent, self._custom() if "." in ref["apiVersion"] else {})

    def _find(self, ref: dict[str, Any], dependent: Object) -> Object | None:
        """The owner a reference names, if the local copy has just that one (by uid)."""
        place = self._place(ref, dependent)
        if place is None or place[0] not in self.process.informers:
            return None
        owner = self.lister(place[0]).get(f"{place[1]}/{place[2]}" if place[1] else place[2])
        return owner if owner is not None and meta.uid(owner) == ref["uid"] else None

    def _is_solid(self, ref: dict[str, Any], dependent: Object) -> bool:
        owner = self._find(ref, dependent)
        return owner is not None and not waits_for_dependents(owner)

    def _remember_absent(self, uid: str) -> None:
        self.absent.pop(uid, None)
        self.absent[uid] = True
        if len(self.absent) > ABSENT_REMEMBERED:
            del self.absent[next(iter(self.absent))]


def _without_owners(obj: Object, refs: list[dict[str, Any]]) -> Object:
    """A patch that leaves the other owners; the resourceVersion sees that nobody else changed them meanwhile."""
    gone = [ref["uid"] for ref in refs]
    left = [ref for ref in meta.owners(obj) if ref["uid"] not in gone]
    return {"metadata": {"ownerReferences": left or None, "resourceVersion": obj["metadata"]["resourceVersion"]}}


def _policy_of(obj: Object) -> str:
    """How its own dependents are to be treated: as its finalizers say, else in the background."""
    if ORPHAN in meta.finalizers(obj):
        return "Orphan"
    return "Foreground" if FOREGROUND in meta.finalizers(obj) else "Background"


def _called(obj: Object) -> str:
    kind = resources.by_kind(obj.get("apiVersion", ""), obj.get("kind", ""))
    return f"{kind.kind if kind else obj.get('kind', '')} {meta.name(obj)}"
