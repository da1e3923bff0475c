"""What the control plane remembers, to be looked at: etcd's keys, the logs of its members, and the watches that carry every
change on. Looking changes nothing.

The keys are those of the member that has applied most; `etcdctl get --prefix /registry -w json` shows the same numbers. A
member's log is read from its disk, so one that is stopped shows where it stands. Of a watch the real API server tells
only how many there are (`apiserver_longrunning_requests`); how far each client has come is known to the client alone.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver import APIServer
from cluster_sim.apiserver.watch_cache import split
from cluster_sim.apiserver.watchers import Watcher
from cluster_sim.etcd import Etcd, phrases
from cluster_sim.etcd.raft.log import INDEX, TERM
from cluster_sim.etcd.store import CREATE, LEASE, MOD, VERSION, Store
from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.kernel import Kernel

ENTRIES = 12  # of the logs, the newest
DELETED = 2_000  # lines of history that are searched for keys that are gone


def keys(store: Store, now: int, under: str, text: str, most: int, without: tuple[str, ...]) -> dict[str, Any]:
    """{"revision", "compacted", "kinds": {kind: how many}, "found": how many match, "rows": the newest written first}.

    A row: {key, kind, name, created, modified, version, lease (seconds left, or None), gone}. `under` is a kind as in the
    key ("pods", "services/specs"), `text` a part of the key; kinds in `without` are counted but not shown unless asked for.
    """
    kinds: dict[str, int] = {}
    rows = []
    for key, row in store.state["keys"].items():
        kind, name = split(key)
        kinds[kind] = kinds.get(kind, 0) + 1
        if _wanted(key, kind, under, text, without):
            lease = None if row[LEASE] is None else (row[LEASE] - now) / SECOND
            rows.append({"key": key, "kind": kind, "name": name, "created": row[CREATE], "modified": row[MOD],
                         "version": row[VERSION], "lease": lease, "gone": False})
    seen: set[str] = set()
    for event in islice(reversed(store.state["history"]), DELETED):
        key = event[2]
        if key not in seen and event[1] == "delete" and key not in store.state["keys"]:
            kind, name = split(key)
            if _wanted(key, kind, under, text, without):
                rows.append({"key": key, "kind": kind, "name": name, "created": event[5], "modified": event[0], "version": 0,
                             "lease": None, "gone": True})
        seen.add(key)
    rows.sort(key=lambda row: -row["modified"])
    return {"revision": store.revision, "compacted": store.state["compacted"], "kinds": dict(sorted(kinds.items())),
            "found": len(rows), "rows": rows[:most]}


def _wanted(key: str, kind: str, under: str, text: str, without: tuple[str, ...]) -> bool:
    return (kind == under if under else kind not in without) and text in key


def logs(kernel: Kernel) -> dict[str, Any]:
    """{"newest": index, "members": [{part, node, running, role, term, leader, first, last, commit, applied, entries}]}.

    `entries`: index → (term, in a few words), of the last `ENTRIES` places up to the newest of all members.
    """
    members = [part for part in kernel.components.values() if isinstance(part, Etcd)]
    disks = [(member, member.state["raft"]) for member in members if member.state["raft"]]
    newest = max((disk["offset"] + len(disk["entries"]) for _, disk in disks), default=0)
    told = []
    for member, disk in disks:
        running, memory = kernel.is_running(member.part), member.state["memory"]
        kept = disk["entries"][max(0, newest - ENTRIES - disk["offset"]):]
        role = "learner" if member.state["me"] in disk["learners"] else memory["role"] if running and memory else "stopped"
        told.append({
            "part": member.part, "node": member.node, "running": running, "term": disk["term"], "role": role,
            "leader": member.name_of(memory["leader"]) if running and memory and memory["leader"] else "",
            "first": disk["offset"] + 1, "last": disk["offset"] + len(disk["entries"]), "commit": disk["commit"],
            "applied": disk["applied"], "revision": member.store.revision,
            "entries": {entry[INDEX]: (entry[TERM], phrases.summary(entry)) for entry in kept}})
    return {"newest": newest, "members": told}


def streams(kernel: Kernel) -> list[dict[str, Any]]:
    """Every watch: {server, to, resource, only, knows, waits}, those of the API servers on etcd first.

    `only` are its selectors; `knows` is the revision the client has come to (None: it does not tell); `waits` is how many
    changes that it wants are still on their way.
    """
    servers = [part for part in kernel.components.values() if isinstance(part, APIServer)]
    found = []
    for server in servers:
        member = kernel.components.get(server.store)
        if isinstance(member, Etcd) and kernel.is_running(server.part) and server.state["stream"]:
            heard = server.cache.revision
            found.append({"server": member.part, "to": server.part, "resource": "", "only": "", "knows": heard,
                          "waits": max(0, member.store.revision - heard)})
    for server in servers:
        for number, row in server.state["watches"].items():
            knows = _knows(kernel, row)
            found.append({"server": server.part, "to": row["source"], "resource": row["prefix"], "only": _only(row),
                          "knows": knows, "waits": 0 if knows is None else _waits(server, number, row, knows)})
    return found


def _only(row: dict[str, Any]) -> str:
    place = "/".join(part for part in (row["namespace"], row["name"]) if part)
    return ", ".join(part for part in (place, row["labels"], row["fields"]) if part)


def _knows(kernel: Kernel, row: dict[str, Any]) -> int | None:
    """How far the informer at the other end has come."""
    client = kernel.components.get(row["source"])
    informers = client.state.get("informers", {}) if client is not None else {}
    known = next((one["revision"] for one in informers.values() if one.get("call") == row["id"]), "")
    return int(known) if known else None


def _waits(server: APIServer, number: str, row: dict[str, Any], knows: int) -> int:
    kept = server.state["cache"]["resources"].get(row["prefix"])
    if not kept or not kept["history"] or kept["history"][-1][0] <= knows:
        return 0
    watcher = Watcher(number, row)
    return sum(watcher.event(change) is not None for change in kept["history"] if change[0] > knows)
