"""The Memory view: etcd's keys, the logs of its members side by side, and the watches that carry every change on.

Asked for by who looks at it, at most once a second, and not part of any frame. What was chosen (a kind, a text, an opened
write, a client) stands in the address of each part of the view, so that a look at the same again is the same request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from lessons.stage.steps.difference import Line, difference

HEARTBEATS = ("leases", "masterleases", "events")  # written all the time, and no news of the cluster
ROWS = 60
CHIPS = 5  # watches of one client that are shown before somebody opens them
ASKED = ("under", "text", "opened", "client")
LONGEST = 120
ROLES = {"leader": ("leader", "leads"), "follower": ("follower", "follows"), "learner": ("follower", "learns"),
         "stopped": ("stopped", "stopped")}  # any other asks for votes


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of a member's log: `state` is kept (counts), open (not yet by a majority), gap or other (another term)."""

    state: str
    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What one revision wrote."""

    revision: int
    key: str
    what: str
    lines: tuple[Line, ...]
    forgotten: str


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """What of the view is chosen, from a request's query; anything else is ignored."""
    return {name: query[name][:LONGEST] for name in (*ASKED, "code") if query.get(name)}


def memory(cluster: Any, chosen: dict[str, str]) -> dict[str, Any]:
    """The context of `stage/memory_body.html`."""
    seen = cluster.memory(chosen.get("under", ""), chosen.get("text", ""), ROWS, HEARTBEATS)
    keys, logs = seen["keys"], seen["logs"]
    opened = _opened(cluster, chosen.get("opened", ""), keys["compacted"])
    return {
        "here": _link(chosen), "revision": keys["revision"], "compacted": keys["compacted"], "text": chosen.get("text", ""),
        "kinds": _kinds(keys["kinds"], chosen), "rows": [_key(row, opened, chosen) for row in keys["rows"]],
        "more": max(0, keys["found"] - len(keys["rows"])), "opened": opened, "total": sum(keys["kinds"].values()),
        "aside": opened is not None and all(row["modified"] != opened.revision for row in keys["rows"]),
        "to_close": _link(chosen, opened=""),
        "quiet": not chosen.get("under") and sum(keys["kinds"].get(kind, 0) for kind in HEARTBEATS),
        "to_search": _link({**chosen, "text": "", "opened": ""}),
        "members": [_member(one, logs["members"]) for one in logs["members"]], "logs": _logs(logs),
        "quorum": _quorum(logs["members"]), "clients": _clients(seen["streams"], chosen),
    }


def _link(chosen: dict[str, str], **changes: str) -> str:
    return "?" + urlencode({name: value for name, value in {**chosen, **changes}.items() if value})


def _kinds(counts: dict[str, int], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """A choice for each kind of key: all that is news first, then by name."""
    under = chosen.get("under", "")
    every = [{"name": "all but heartbeats", "count": sum(counts.values()) - sum(counts.get(kind, 0) for kind in HEARTBEATS),
              "on": not under, "link": _link(chosen, under="", opened="")}]
    return every + [{"name": kind, "count": count, "on": kind == under, "link": _link(chosen, under=kind, opened="")}
                    for kind, count in counts.items()]


def _key(row: dict[str, Any], opened: Opened | None, chosen: dict[str, str]) -> dict[str, Any]:
    is_open = opened is not None and opened.revision == row["modified"]
    times = "gone" if row["gone"] else f"×{row['version']}"
    return {**row, "times": times, "open": is_open, "id": f"key-{row['modified']}",
            "lease": "" if row["lease"] is None else f"{max(0.0, row['lease']):.0f} s left",
            "link": _link(chosen, opened="" if is_open else str(row["modified"]))}


def _opened(cluster: Any, revision: str, compacted: int) -> Opened | None:
    if not revision.isascii() or not revision.isdigit() or len(revision) > 15:
        return None
    found = cluster.written(int(revision))
    if found is None:
        return Opened(int(revision), "", "", (), f"etcd does not have revision {revision} in its history: what was before "
                      f"revision {compacted} is compacted, and of each key only the newest value kept.")
    key, before, after = found
    what = "created the key" if before is None else "removed the key" if after is None else "changed it"
    return Opened(int(revision), key, what, tuple(difference(before, after)), "")


def _member(one: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    mark, does = ROLES.get(one["role"], ("candidate", "asks for votes"))
    behind = max(other["last"] for other in others) - one["last"]
    return {**one, "mark": mark, "does": does, "behind": behind,
            "says": f"lacks {behind} {'entry' if behind == 1 else 'entries'}" if behind else "has all"}


def _logs(logs: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest places, newest first: {index, what, cells: one of each member, instead: what else stands there}."""
    members = logs["members"]
    made = []
    for index in sorted({index for one in members for index in one["entries"]}, reverse=True):
        here = [(one["node"], *one["entries"][index]) for one in members if index in one["entries"]]
        _, newest, what = max(here, key=lambda entry: entry[1])
        made.append({"index": index, "what": _brief(what), "whole": what, "cells": [_cell(one, index, newest) for one in members],
                     "instead": [f"{node} has instead: {_brief(other)}" for node, term, other in here
                                 if term != newest]})
    return made


def _brief(what: str) -> str:
    """An entry in as few words as tell it: 'put /registry/pods/default/web-1' → 'pods web-1'."""
    operation, _, key = what.partition(" /registry/")
    if not key:
        return what
    kind, _, name = key.partition("/")
    short = f"{kind} {name.rpartition('/')[2]}"
    return short if operation == "put" else f"{operation} {short}"


def _cell(one: dict[str, Any], index: int, newest: int) -> Cell:
    if index not in one["entries"]:
        return Cell("gap", "", "compacted" if index < one["first"] else "not here")
    term = one["entries"][index][0]
    kept = index <= one["commit"]
    return Cell("kept" if kept else "other" if term != newest else "open", str(term),
                "counts" if kept else "will be replaced" if term != newest else "written, not yet known to count")


def _quorum(members: list[dict[str, Any]]) -> str:
    """What it takes that a write counts."""
    voters = [one for one in members if one["role"] != "learner"]
    if len(voters) < 2:
        return "One member: what it has written down counts at once. If its disk is lost, so is the cluster's memory."
    need, up = len(voters) // 2 + 1, sum(one["running"] for one in voters)
    words = f"A write counts when {need} of {len(voters)} members have it in their log."
    return words if up >= need else f"{words} Only {up} of them run: nothing can be written until another is back."


def _clients(streams: list[dict[str, Any]], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The watches, by who is told and by whom."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for stream in streams:
        groups.setdefault((stream["to"], stream["server"]), []).append(stream)
    made = []
    for (to, server), watches in groups.items():
        name, late = f"{to} {server}", sum(watch["waits"] for watch in watches)
        is_open = chosen.get("client") == name
        # Those with something still to hear first.
        order = sorted(watches, key=lambda watch: (-watch["waits"], watch["resource"]))
        made.append({"to": to, "server": server, "count": len(watches), "late": late, "open": is_open,
                     "watches": order if is_open else order[:CHIPS], "hidden": max(0, len(watches) - CHIPS),
                     "link": _link(chosen, client="" if is_open else name)})
    return made
