"""Whose pod is it? Adopting orphans that match a selector, releasing what no longer does.

A pod belongs to the controller named in its ownerReferences. An owner takes in matching pods that belong to nobody,
and lets go of its own ones whose labels have changed. Pods of another owner are never touched. The real code asks
the API server once more whether the owner still exists before it adopts; here the owner's uid in the patch must do.

Source: kubernetes pkg/controller/controller_ref_manager.go.
"""

from __future__ import annotations

from cluster_sim.api import meta, selectors
from cluster_sim.client import STRATEGIC_MERGE_PATCH, Controller
from cluster_sim.client.informer import Informer, Object
from cluster_sim.controllers import pods
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "adoption.adopt": "{controller} controller adopts {object}: it matches and has no owner",
    "adoption.release": "{controller} controller releases {object}: its labels no longer match",
}, file="cluster_sim/controllers/adoption.py")

INDEX = "controller"


def index_by_controller(informer: Informer) -> None:
    """Have an informer find objects by the uid of their controller, and the orphans of a namespace."""
    if not informer.has_index(INDEX):
        informer.add_index(INDEX, lambda obj: owner_key(obj))


def owner_key(obj: Object) -> str:
    """The uid of its controller, or `orphans of NAMESPACE`."""
    owner = meta.controller_of(obj)
    return str(owner["uid"]) if owner else orphans_of(meta.namespace(obj))


def orphans_of(namespace: str) -> str:
    """The index's name for what has no controller in a namespace."""
    return f"orphans of {namespace}"


def selector_of(owner: Object) -> Object | None:
    """What an owner selects; a ReplicationController writes it as plain labels."""
    selector: Object | None = owner["spec"].get("selector")
    return {"matchLabels": selector or {}} if owner.get("kind") == "ReplicationController" else selector


def owned(informer: Informer, owner: Object) -> list[Object]:
    """What `owner` controls, by name (an index's order does not survive a restart)."""
    return sorted(informer.by(INDEX, meta.uid(owner)), key=meta.name)


def claim(controller: Controller, resource: str, owner: Object, mine: list[Object]) -> bool:
    """Adopt matching orphans, release what is among `mine` but matches no longer; → whether anything was written."""
    if meta.is_deleting(owner):
        return False
    selector, informer = selector_of(owner), controller.lister(resource)
    orphans = informer.by(INDEX, orphans_of(meta.namespace(owner)))
    adopted = sorted((obj for obj in orphans if not meta.is_deleting(obj) and not _is_finished(obj)
                      and selectors.matches(selector, meta.labels(obj))), key=meta.name)
    released = [obj for obj in mine if not selectors.matches(selector, meta.labels(obj))]
    for obj in adopted:
        adopt(controller, resource, owner, obj)
    for obj in released:
        release(controller, resource, owner, obj)
    return bool(adopted or released)


def _is_finished(obj: Object) -> bool:
    """A pod that has run to its end is nobody's to take."""
    return obj.get("kind") == "Pod" and pods.is_terminal(obj)


def adopt(controller: Controller, resource: str, owner: Object, obj: Object) -> None:
    """Write the owner into an orphan."""
    patch = {"metadata": {"ownerReferences": [meta.owner_reference(owner)], "uid": meta.uid(obj)}}
    _patch(controller, resource, obj, patch, "adopt", owner)


def release(controller: Controller, resource: str, owner: Object, obj: Object) -> None:
    """Take the owner out of an object."""
    reference = {"$patch": "delete", "uid": meta.uid(owner)}
    _patch(controller, resource, obj, {"metadata": {"ownerReferences": [reference], "uid": meta.uid(obj)}}, "release",
           owner)


def _patch(controller: Controller, resource: str, obj: Object, patch: Object, act: str, owner: Object) -> None:
    controller.patch(resource, obj, patch, content_type=STRATEGIC_MERGE_PATCH, then=act, subject=meta.name(obj),
                     phrase=f"adoption.{act}", args={"controller": owner["kind"], "object": meta.name(obj)},
                     detail={"rule": "ownerReferences and selector", "owner": meta.name(owner)})


def concerned(owners: Informer, old: Object | None, new: Object | None, kind: str) -> list[str]:
    """Keys of the owners that a change from `old` to `new` concerns: those of what it is now, and of what it was."""
    found = interested(owners, new, kind)
    if new is None or (old is not None and not meta.same_owners(old, new) and meta.controller_of(old) != meta.controller_of(new)):
        found += interested(owners, old, kind)
    return found


def interested(owners: Informer, obj: Object | None, kind: str) -> list[str]:
    """Keys of the owners that a change of `obj` concerns: its controller's, or for an orphan all that select it."""
    if obj is None:
        return []
    owner, namespace = meta.controller_of(obj), meta.namespace(obj)
    if owner is not None:
        return [f"{namespace}/{owner['name']}"] if owner["kind"] == kind else []
    labels = meta.labels(obj)
    if not labels:
        return []
    return [meta.key(other) for other in owners.list(namespace)
            if selectors.matches(selector_of(other), labels)]
