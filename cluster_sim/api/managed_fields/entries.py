"""Entries: metadata.managedFields, a list of who owns what, to and from field sets.

Upstream: k8s.io/apimachinery/pkg/util/managedfields/internal (managedfields.go, stripmeta.go, conflict.go).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError

from . import field_sets
from .field_sets import Path, Paths

Entry = dict[str, Any]
Owner = tuple[str, str, str, str]  # operation, manager, apiVersion ("" for Apply), subresource

APPLY, UPDATE = "Apply", "Update"
MAX_UPDATERS = 10  # entries of plain writes; the oldest above that become one
OLD_UPDATES = "ancient-changes"

_METADATA = ("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
             "resourceVersion")  # fmt: skip
UNOWNED: tuple[Path, ...] = (("f:apiVersion",), ("f:kind",), *(("f:metadata", f"f:{name}") for name in _METADATA))


class Manager:
    """One entry, opened; `changed` when its paths are no longer those it was read with."""

    def __init__(self, entry: Entry, paths: Paths, changed: bool = True) -> None:
        self.entry = entry
        self.paths = paths
        self.changed = changed


Managers = dict[Owner, Manager]


def owner(operation: str, manager: str, api_version: str, subresource: str = "") -> Owner:
    """Who an entry belongs to: an applier is the same in every version."""
    return operation, manager, "" if operation == APPLY else api_version, subresource


def read(obj: dict[str, Any] | None) -> Managers:
    found: Managers = {}
    for entry in ((obj or {}).get("metadata") or {}).get("managedFields") or ():
        names = (entry.get(name, "") for name in ("operation", "manager", "apiVersion", "subresource"))
        found[owner(*names)] = Manager(entry, field_sets.decode(entry.get("fieldsV1")), False)
    return found


def is_reset(given: Any) -> bool:
    """Whether a client's managedFields say: forget who owns what."""
    return given in ([], [{}])


def are_valid(given: list[Entry]) -> bool:
    """Whether entries from a client can be read at all; else those of the live object stand."""
    return all(
        entry.get("operation") in (APPLY, UPDATE) and entry.get("fieldsType", "FieldsV1") == "FieldsV1"
        and field_sets.is_valid(entry.get("fieldsV1")) for entry in given
    )  # fmt: skip


def capped(managers: Managers) -> Managers:
    """With at most ten updaters: the oldest of each version are put together."""
    updaters = sorted((key for key in managers if key[0] == UPDATE),
                      key=lambda key: (managers[key].entry.get("time", ""), key))  # fmt: skip
    left, count, first = dict(managers), len(updaters), dict[str, Owner]()
    for key in updaters:
        if count <= MAX_UPDATERS:
            break
        version = key[2]
        if version not in first:
            first[version] = key
            continue
        bucket = owner(UPDATE, OLD_UPDATES, version)
        have = left.pop(first[version] if bucket not in left else bucket)
        merged = left.pop(key)
        left[bucket] = new(UPDATE, OLD_UPDATES, version, merged.entry.get("time", ""), "",
                           field_sets.union(have.paths, merged.paths))  # fmt: skip
        count -= 1
    return left


def new(operation: str, manager: str, api_version: str, now: str, subresource: str, paths: Paths) -> Manager:
    entry: Entry = {"manager": manager, "operation": operation, "apiVersion": api_version, "time": now,
                    "fieldsType": "FieldsV1"}  # fmt: skip
    return Manager({**entry, "subresource": subresource} if subresource else entry, paths)


def write(managers: Managers) -> list[Entry]:
    """Without empty ones; appliers first, then by time and name."""
    found = []
    for manager in managers.values():
        if not manager.changed:
            found.append(manager.entry)
            continue
        paths = {path: None for path in manager.paths if path not in UNOWNED and path != ("f:metadata",)}
        if paths:
            entry = {name: value for name, value in manager.entry.items() if name not in ("fieldsV1", "subresource")}
            entry["fieldsV1"] = field_sets.encode(paths)
            if manager.entry.get("subresource"):
                entry["subresource"] = manager.entry["subresource"]
            found.append(entry)
    return sorted(found, key=_order)


def _order(entry: Entry) -> tuple[str, ...]:
    names = ("operation", "time", "manager", "apiVersion", "subresource")
    return tuple(entry.get(name, "") for name in names)


def describe(entry: Entry) -> str:
    """A manager as conflicts name it."""
    text = f'"{entry["manager"]}"'
    if entry.get("subresource"):
        text += f' with subresource "{entry["subresource"]}"'
    if entry["operation"] == UPDATE:
        text += f" using {entry['apiVersion']}"
    return text


def conflict(found: list[tuple[Entry, list[Path]]]) -> ApiError:
    """409: what others own and this apply would change."""
    pairs = [(describe(entry), field_sets.display(path)) for entry, paths in found
             for path in field_sets.in_order(paths)]  # fmt: skip
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {name}", "field": path} for name, path in pairs
    ]
    if len(pairs) == 1:
        text = f"Apply failed with 1 conflict: conflict with {pairs[0][0]}: {pairs[0][1]}"
    else:
        lines: list[str] = []
        for manager in sorted(dict.fromkeys(manager for manager, _ in pairs)):
            lines.append(f"conflicts with {manager}:")
            lines += [f"- {path}" for name, path in pairs if name == manager]
        text = f"Apply failed with {len(pairs)} conflicts: " + "\n".join(lines)
    return ApiError(status.failure(409, "Conflict", text, {"causes": causes}))
