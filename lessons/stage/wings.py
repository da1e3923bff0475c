"""Several control planes: a wing of the house for each machine, with its etcd member, its two deciders and its own door.

With one machine the house has a single room upstairs (`control_plane.py`). With more, what they agree on is the
picture: who leads in etcd and in which term, how far each log goes and what of it counts, which controller manager and
which scheduler work while the others stand by, and whether a majority is left at all.
"""

from collections.abc import Mapping
from typing import Any

from cluster_sim.api import meta
from lessons.stage import pods, quorum
from lessons.stage.element import View, put
from lessons.stage.floor import NOWHERE
from lessons.stage.mirror import Mirror
from lessons.stage.names import part_id
from lessons.stage.routes import kind_of, node_of

ENTRIES = 5  # of a member's log that are shown
MIRROR = "kubernetes.io/config.mirror"
ROLES = {"leader": "leader", "follower": "follower"}  # any other is a candidate
SEATS = (("kube-controller-manager", "Controller manager", "Controllers"), ("kube-scheduler", "Scheduler", "Scheduler"))


def machines(mirror: Mirror) -> list[str]:
    """The control plane's machines, in the order in which they came; one only: [] (the house has no wings)."""
    doors = {node_of(part) for part in mirror.parts if kind_of(part) == "kube-apiserver"}
    found = [name for name in mirror.machines if name in doors]
    return found if len(found) > 1 else []


def draw(view: View, mirror: Mirror, names: list[str], attributes: Mapping[str, dict[str, str]], now: float) -> None:
    """Put the wings into the view. `attributes` are those of the machines that are Nodes."""
    newest = max((raft["last"] for raft in _rafts(mirror).values()), default=0)
    for name in names:
        zone = mirror.machines[name].get("zone")
        put(view, f"node-{name}", "wings", "wing", {**(attributes.get(name) or _machine(name, mirror)),
                                                    "zone": f"zone {zone}" if zone else ""})
        if f"{name}/etcd" in mirror.parts:
            _member(view, name, mirror, newest)
        for kind, long, brief in SEATS:
            if f"{name}/{kind}" in mirror.parts:
                _seat(view, f"{name}/{kind}", long, brief, mirror)
        door = f"{name}/kube-apiserver"
        if door in mirror.parts:
            state = str(mirror.parts[door].get("state", "running"))
            put(view, part_id(door), f"gate-node-{name}", "api_server", {"part": door, "@data-state": state, "said": ""})
        for pod in _guests(name, mirror):
            put(view, f"pod-{pod['metadata']['uid']}", f"staff-node-{name}", "pod", pods.fields(pod, mirror, now, NOWHERE))
    _quorum(view, mirror)


def _guests(name: str, mirror: Mirror) -> list[Any]:
    """A machine's pods that are not the fixtures themselves."""
    here = sorted(mirror.node_pods(name), key=meta.name)
    return [pod for pod in here if MIRROR not in (pod["metadata"].get("annotations") or {})]


def _machine(name: str, mirror: Mirror) -> dict[str, str]:
    """A machine that is no Node."""
    on = bool(mirror.machines[name].get("power", True))
    word, mark = ("Runs", "running") if on else ("Powered off", "poweroff")
    return {"name": name, "@data-status": "", "@data-real": "running" if on else "off", "@data-cordoned": "",
            "@data-believed": "", "@aria-label": f"Control plane machine {name}, {word}", "#mark": mark, "word": word,
            "says": word, "belief": ""}


def _rafts(mirror: Mirror) -> dict[str, Any]:
    return {part: view["raft"] for part, view in mirror.parts.items() if kind_of(part) == "etcd" and view.get("raft")}


def _member(view: View, name: str, mirror: Mirror, newest: int) -> None:
    part = f"{name}/etcd"
    seen = mirror.parts[part]
    state, raft = str(seen.get("state", "running")), seen.get("raft")
    before = mirror.rafts.get(part) or {}
    if raft is None or state != "running":
        role, mark, term = "member", "stopped", f"was term {before['term']}" if before else "stopped"
        raft = {**before, "commit": before.get("commit", 0), "last": before.get("last", 0)}
    else:
        learner = any(one["part"] == part and one["learner"] for one in raft.get("members", ()))
        role = "learner" if learner else str(raft["role"])
        mark, term = "follower" if learner else ROLES.get(role, "candidate"), f"term {raft['term']}"
    label = f"etcd {role} on {name}, {term}, log to entry {raft.get('last', 0)}, {raft.get('commit', 0)} committed"
    put(view, part_id(part), f"memory-node-{name}", "member", {
        "part": part, "@data-state": state, "@data-role": role, "#mark": mark, "role": f"etcd {role}", "term": term,
        "%cells": _cells(raft, newest), "@aria-label": f"{label}, {state}"})


def _cells(raft: Mapping[str, Any], newest: int) -> str:
    """The newest places of the log: written and committed, written only, not there yet."""
    cells = []
    for index in range(max(1, newest - ENTRIES + 1), newest + 1):
        if index > raft.get("last", 0):
            cells.append('<i class="gap"></i>')
        else:
            cells.append(f'<i class="{"kept" if index <= raft.get("commit", 0) else "open"}">{index}</i>')
    return "".join(cells)


def _seat(view: View, part: str, long: str, brief: str, mirror: Mirror) -> None:
    """A process of which one works and the others wait for its Lease to run out."""
    seen = mirror.parts[part]
    state = str(seen.get("state", "running"))
    leads = bool(seen.get("leader")) and state == "running"
    word = "leads" if leads else "stands by" if state == "running" else "off"
    put(view, part_id(part), f"office-node-{node_of(part)}", "seat", {
        "part": part, "@data-state": state, "@data-leads": "1" if leads else "", "long": long, "brief": brief, "word": word,
        "@aria-label": f"{long} on {node_of(part)}, {word}"})


def _quorum(view: View, mirror: Mirror) -> None:
    """Whether a majority of the voting members runs and follows a leader."""
    found = quorum.look(mirror)
    holds = bool(found.leader)
    words = "quorum holds" if holds else "electing a leader" if found.enough else "no quorum: writes refused"
    put(view, "quorum", "quorum-box", "quorum", {
        "@data-holds": "1" if holds else "", "#mark": "running" if holds else "noquorum",
        "word": f"etcd: {found.voting} of {found.voters}, {words}"})


def balancer(view: View, mirror: Mirror) -> None:
    """The one address in front of the doors."""
    seen = mirror.parts.get("load-balancer")
    if seen is None:
        return
    state = str(seen.get("state", "running"))
    up = [server for server in (seen.get("servers") or {}).values() if server.get("up")]
    servers = len(seen.get("servers") or {})
    word = f"{len(up)} of {servers} API servers answer" if state == "running" else "stopped"
    put(view, part_id("load-balancer"), "address", "address", {
        "part": "load-balancer", "@data-state": state, "word": word,
        "@aria-label": f"Load balancer, one address for all, {word}"})
