"""Managed fields: who owns which field of an object, and server-side apply, which is built on it.

Whoever writes a field owns it, recorded in metadata.managedFields. An *apply* says everything its manager wants: fields
it no longer names are taken away if nobody else owns them, and fields others own are a conflict unless forced. Any
other write (create, update, patch) simply takes what it changes. Upstream:
k8s.io/apimachinery/pkg/util/managedfields and sigs.k8s.io/structured-merge-diff/v6/merge/update.go. Left out:
moving entries between versions.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta, status
from cluster_sim.api.status import ApiError

from . import entries, field_sets, last_applied, typed
from .entries import APPLY, UPDATE, Managers
from .field_sets import Path, Paths
from .structure import Structure, empty, of_kind

__all__ = ["apply", "of_kind", "update"]

Object = dict[str, Any]

SCALE = "scale"
BEFORE = "before-first-apply"  # who owns what was there before anybody was noted

# What a write to an endpoint cannot change, and so cannot own.
RESET = {"": (("f:status",),), "status": (("f:spec",), ("f:metadata",))}


def _plain(obj: Object) -> Object:
    """The object without its record of owners."""
    return meta.with_metadata(obj, managedFields=None) if "managedFields" in meta.metadata(obj) else obj


def _start(structure: Structure, obj: Object) -> Object:
    """What there is before an object is created."""
    if structure.definition:
        base: Object = empty(structure.definition)
        return base
    return {"apiVersion": obj.get("apiVersion"), "kind": obj.get("kind")}


def _reset(structure: Structure, subresource: str, has_status: bool) -> tuple[Path, ...]:
    if subresource not in RESET or (not subresource and not has_status):
        return ()
    return tuple(path for path in RESET[subresource] if structure.field(path[0][2:]) is not None)


def _take_over(
    managers: Managers, found: typed.Comparison, workflow: entries.Owner | None, force: bool, reset: tuple[Path, ...] = (),
    allowed: Paths | None = None,
) -> Managers:
    """Others lose what this write changes or removes; without force a change of theirs is a conflict.

    reset: what the write cannot change at all, whatever it says; allowed: what it may take without force.
    """
    touched = field_sets.without(field_sets.union(found.modified, found.added), reset)
    conflicts = []
    for key, manager in managers.items():
        taken = field_sets.intersection(manager.paths, touched) if key != workflow else {}
        taken = field_sets.difference(taken, allowed or {})
        if taken:
            conflicts.append((manager.entry, list(taken)))
    if conflicts and not force:
        raise entries.conflict(conflicts)
    gone = field_sets.union(touched, field_sets.without(found.removed, reset))
    left = {}
    for key, manager in managers.items():
        if key != workflow and field_sets.intersection(manager.paths, gone):
            manager = entries.Manager(manager.entry, field_sets.difference(manager.paths, gone))
        left[key] = manager
    return left


def update(
    live: Object | None,
    new: Object,
    structure: Structure,
    manager: str,
    now: str,
    subresource: str = "",
    has_status: bool = True,
) -> Object:
    """`new` with its managedFields after a create, update or patch by `manager`; live: None when it is created.

    has_status: whether the kind has a status subresource, so that a plain write cannot own the status.
    """
    given = meta.metadata(new).get("managedFields")
    if not subresource and entries.is_reset(given):
        return meta.with_metadata(new, managedFields=None)
    managers = entries.read(new if given and not subresource and entries.are_valid(given) else live)
    before, after = _plain(live) if live is not None else _start(structure, new), _plain(new)
    found = typed.compare(before, after, structure)
    managers = _take_over(managers, found, None, True, _reset(structure, subresource, has_status))
    api_version = str(new.get("apiVersion", ""))
    changed = field_sets.without(
        field_sets.union(found.modified, found.added), [*_reset(structure, subresource, has_status), *entries.UNOWNED]
    )
    changed.pop(("f:metadata",), None)
    if changed:
        key = entries.owner(UPDATE, manager, api_version, subresource)
        old = managers[key].paths if key in managers else {}
        paths = field_sets.union(old, changed)
        managers[key] = entries.new(UPDATE, manager, api_version, now, subresource, paths)
        if subresource == SCALE:  # on its way through the Scale an entry loses its time
            managers[key].entry = _with_time(managers[key].entry, None)
        managers = entries.capped(managers)
    return meta.with_metadata(after, managedFields=entries.write(managers) or None)


def _pruned(merged: Object, managers: Managers, last: Paths, structure: Structure) -> Object:
    """Without what this manager applied last time, does not now, and nobody else owns."""

    def named(paths: Paths) -> Paths:
        return field_sets.with_named_parents(paths, structure)

    if not last:
        return merged
    everything = named(field_sets.owned(merged, structure))
    left = typed.remove(merged, named(last), structure) or {}
    claimed = named(field_sets.union({}, *(manager.paths for manager in managers.values())))
    gone = field_sets.difference(everything, field_sets.union(named(field_sets.owned(left, structure)), claimed))
    left = typed.remove(merged, gone, structure) or {}
    gone = field_sets.difference(everything, named(field_sets.owned(left, structure)))
    removed: Object = typed.remove(merged, field_sets.intersection(gone, named(last)), structure) or {}
    return removed


def _time_of(live: Object, key: entries.Owner) -> str | None:
    manager = entries.read(live).get(key)
    return manager.entry.get("time") if manager is not None else None


def _with_time(entry: entries.Entry, time: str | None) -> entries.Entry:
    return {name: time if name == "time" else value for name, value in entry.items() if name != "time" or time}


def apply(
    live: Object | None,
    config: Object,
    structure: Structure,
    manager: str,
    now: str,
    force: bool = False,
    subresource: str = "",
    has_status: bool = True,
) -> Object:
    """The object after server-side apply, managedFields and all; live: None when apply creates it.

    Raises ApiError: 400 when the configuration carries managedFields, 500 when it does not fit the schema, 409 when it
    would change what others own. An apply that changes nothing keeps its old time, and has none if it is its first.
    """
    if meta.metadata(config).get("managedFields") is not None:
        raise ApiError(status.bad_request("metadata.managedFields must be nil"))
    api_version = str(config.get("apiVersion", ""))
    if wrong := typed.problems(config, structure):
        version = api_version if "/" in api_version else f"/{api_version}"
        place = f"({meta.namespace(config)}/{meta.name(config)}; {version}, Kind={config.get('kind')})"
        told = wrong[0] if len(wrong) == 1 else "errors:\n" + "\n".join(f"  {text}" for text in wrong)
        raise ApiError(status.unknown(f"failed to create typed patch object {place}: {told}"))
    managers = entries.read(live)
    if live is not None and not managers:  # nobody is known to own what is there
        first = update(None, live, structure, BEFORE, now, "", has_status)
        managers = entries.read(first)
    key = entries.owner(APPLY, manager, api_version, subresource)
    last = managers[key].paths if key in managers else {}
    before = _plain(live) if live is not None else _start(structure, config)
    merged = typed.merge(before, config, structure)
    claims = field_sets.without(field_sets.owned(config, structure), _reset(structure, subresource, has_status))
    managers[key] = entries.new(APPLY, manager, api_version, now, subresource, claims)
    merged = _pruned(merged, managers, last, structure)
    found = typed.compare(before, merged, structure)
    allowed = last_applied.allowed(before if live is not None else None, structure, manager)
    managers = _take_over(managers, found, key, force, _reset(structure, subresource, has_status), allowed)
    if live is not None and merged == before:
        managers[key].entry = _with_time(managers[key].entry, _time_of(live, key))
    merged = last_applied.noted(merged, config, manager)
    return meta.with_metadata(merged, managedFields=entries.write(managers) or None)
