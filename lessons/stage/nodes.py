"""Nodes: rooms for workers; control plane machines have a tag, or wings if there are several (`wings.py`). A room
shows what is true; what the control plane believes of it, where that differs, is a dashed tag with the age of the news.
"""

from dataclasses import dataclass
from typing import Any

from cluster_sim.api import quantity
from lessons.stage import pods, wings, zoom
from lessons.stage.element import View, put
from lessons.stage.floor import COLUMNS, NOWHERE, Floor
from lessons.stage.mirror import Mirror
from lessons.stage.names import part_id

SYSTEM = "kube-system"
LOW = 30  # px by which rooms are lower below several control planes
PROCESSES = (("kubelet", "kubelet"), ("container-runtime", "runtime"), ("kube-proxy", "kube-proxy"))


@dataclass(frozen=True, slots=True)
class Condition:
    """A node's state: what kubectl prints, what is true, what differs."""

    status: str
    real: str  # running, off, cut
    word: str
    mark: str
    belief: str
    cordoned: bool


def condition(node: Any, mirror: Mirror, now: float) -> Condition:
    """Look at one node from both sides."""
    name = node["metadata"]["name"]
    ready = next((c["status"] for c in node.get("status", {}).get("conditions", ()) if c["type"] == "Ready"), "Unknown")
    believed = "Ready" if ready == "True" else "NotReady"
    cordoned = bool(node["spec"].get("unschedulable"))
    status = f"{believed},SchedulingDisabled" if cordoned else believed
    machine = mirror.machines.get(name, {})
    kubelet = mirror.parts.get(f"{name}/kubelet", {}).get("state", "running")
    if not machine.get("power", True):
        real, word, mark = "off", "Powered off", "poweroff"
    elif name in mirror.cuts:
        real, word, mark = "cut", "Cut off", "cut"
    elif cordoned:
        real, word, mark = "running", "Cordoned", "cordon"
    elif believed == "Ready":
        real, word, mark = "running", "Ready", "running"
    elif kubelet == "stopped" or name not in mirror.machines:
        real, word, mark = "running", "NotReady", "unknown"
    else:
        real, word, mark = "running", "Running", "notready"
    sound = real in ("running", "cut") and kubelet == "running"  # who is cut off runs, and nobody hears it
    heard = mirror.seconds(mirror.news.get(name))
    age = "" if heard is None else f", last news {_age(now - heard)} ago"
    differs = (believed == "Ready") != sound and name in mirror.machines
    return Condition(status, real, word, mark, f"believed {believed}{age}" if differs else "", cordoned)


def _age(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"


def is_control_plane(node: Any, mirror: Mirror) -> bool:
    """Whether a node is drawn upstairs."""
    name = node["metadata"]["name"]
    role = mirror.machines.get(name, {}).get("role")
    labels = node["metadata"].get("labels") or {}
    return role == "control-plane" or "node-role.kubernetes.io/control-plane" in labels


def draw(view: View, mirror: Mirror, floors: dict[str, Floor], now: float) -> None:
    """Put every node, its processes and its pods into the view."""
    nodes = sorted(mirror.nodes.values(), key=lambda node: _age_order(node, mirror))
    workers = [node for node in nodes if not is_control_plane(node, mirror)]
    masters = [node for node in nodes if node not in workers]
    names = wings.machines(mirror)
    if names:
        known = {node["metadata"]["name"]: _attributes(node, condition(node, mirror, now)) for node in masters}
        wings.draw(view, mirror, names, known, now)
    for node in masters:
        if node["metadata"]["name"] not in names:
            _master(view, node, mirror, now)
    for node in workers:
        _room(view, node, mirror, floors, now, len(workers), LOW if names else 0)
    for name in [name for name in floors if name not in mirror.nodes]:
        del floors[name]
        mirror.rooms.pop(name, None)
    by_age = sorted(mirror.pods.values(), key=_pod_order)
    for pod in by_age:
        if not pod["spec"].get("nodeName") or pod["spec"]["nodeName"] not in mirror.nodes:
            uid = pod["metadata"]["uid"]
            put(view, f"pod-{uid}", "bench-pods", "pod", pods.fields(pod, mirror, now, NOWHERE))


def _age_order(node: Any, mirror: Mirror) -> tuple[int, str, str]:
    machines = list(mirror.machines)
    name = node["metadata"]["name"]
    index = machines.index(name) if name in machines else len(machines)
    return index, node["metadata"].get("creationTimestamp", ""), name


def _pod_order(pod: Any) -> tuple[str, str]:
    return pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]


def _attributes(node: Any, state: Condition) -> dict[str, str]:
    name = node["metadata"]["name"]
    spoken = ", ".join(part for part in (state.word, state.belief) if part)
    return {
        "name": name,
        "@data-status": state.status,
        "@data-real": state.real,
        "@data-cordoned": "1" if state.cordoned else "",
        "@data-believed": "1" if state.belief else "",
        "@aria-label": f"Node {name}, {spoken}",
        "#mark": state.mark,
        "word": state.word,
        "says": state.status.replace(",SchedulingDisabled", ", cordoned"),
        "belief": state.belief,
    }


def _master(view: View, node: Any, mirror: Mirror, now: float) -> None:
    name = node["metadata"]["name"]
    put(view, f"node-{name}", "masters", "master", _attributes(node, condition(node, mirror, now)))
    for pod in sorted(mirror.node_pods(name), key=_pod_order):
        put(view, f"pod-{pod['metadata']['uid']}", f"staff-node-{name}", "pod", pods.fields(pod, mirror, now, NOWHERE))


def _room(view: View, node: Any, mirror: Mirror, floors: dict[str, Floor], now: float, rooms: int,
          lower: int) -> None:
    name = node["metadata"]["name"]
    state = condition(node, mirror, now)
    cpu = quantity.milli(node.get("status", {}).get("allocatable", {}).get("cpu", "0"))
    floor = floors.get(name)
    if floor is None or (floor.cpu != cpu and not floor.places):
        floor = floors[name] = Floor(cpu)
    here = sorted(mirror.node_pods(name), key=_pod_order)
    processes = [(f"{name}/{process}", word) for process, word in PROCESSES if f"{name}/{process}" in mirror.parts]
    # What a room is drawn from. Most rooms are as they were; who leaves counts seconds.
    seen = (node, state, here, [mirror.really.get(pod["metadata"]["uid"]) for pod in here], rooms, lower,
            [mirror.parts[part].get("state") for part, _ in processes])
    known = mirror.rooms.get(name)
    if known is not None and known[0] == seen and not any("deletionTimestamp" in pod["metadata"] for pod in here):
        view.update(known[1])
        return
    view, outer = {}, view
    tenants = [pod for pod in here if pod["metadata"].get("namespace") != SYSTEM]
    floor.settle((pod["metadata"]["uid"], pods.facts(pod, mirror).cpu) for pod in tenants)
    looks: dict[str, str] = {}
    children: list[tuple[Any, dict[str, str]]] = []
    for pod in sorted(tenants, key=lambda pod: _slot(floor, pod)):
        place = floor.places[pod["metadata"]["uid"]]
        shown = pods.fields(pod, mirror, now, place.fields())
        looks[pod["metadata"]["uid"]] = shown["@data-look"]
        children.append((pod, shown))
    put(
        view,
        f"node-{name}",
        "rooms",
        "node",
        {
            **_attributes(node, state),
            "@data-density": _density(floor.rows, len(tenants), rooms, lower),
            "@data-rows": str(floor.rows),
            "%bays": _bays(floor),
            "*cap": _cap(floor, looks),
            "promised": _promised(here, cpu, mirror),
        },
    )
    for part, word in processes:
        fixture(view, part, f"service-node-{name}", word, mirror)
    for pod, shown in children:
        put(view, f"pod-{pod['metadata']['uid']}", f"bays-node-{name}", "pod", shown)
    for pod in here:
        if pod["metadata"].get("namespace") == SYSTEM:
            put(
                view,
                f"pod-{pod['metadata']['uid']}",
                f"staff-node-{name}",
                "pod",
                pods.fields(pod, mirror, now, NOWHERE),
            )
    mirror.rooms[name] = (seen, view)
    outer.update(view)


def fixture(view: View, part: str, parent: str, word: str, mirror: Mirror) -> None:
    """A process as a fixture of the house."""
    state = str(mirror.parts[part].get("state", "running"))
    node = part.partition("/")[0]
    label = f"{part.rpartition('/')[2]} on {node}, {state}" if "/" in part else f"{word}, {state}"
    put(
        view,
        part_id(part),
        parent,
        "process",
        {
            "part": part,
            "@data-state": state,
            "word": word,
            "@aria-label": label,
        },
    )


def _slot(floor: Floor, pod: Any) -> tuple[int, int]:
    place = floor.places[pod["metadata"]["uid"]]
    return place.column, place.row


def _density(rows: int, tenants: int, rooms: int, lower: int) -> str:
    """How much of each pod there is room for: full, compact, row, marks (semantic zoom)."""
    height = (170 if zoom.level(rooms) == "near" else 76) - lower
    each = height / max(1, rows)
    if zoom.level(rooms) not in ("near", "compact") or each < 15:
        return "marks"
    return "full" if each >= 60 else "compact" if each >= 34 else "row"


def _bays(floor: Floor) -> str:
    return "".join(f'<i data-col="{c + 1}" data-row="{r + 1}"></i>' for c in range(COLUMNS) for r in range(floor.rows))


def _cap(floor: Floor, looks: dict[str, str]) -> str:
    """The bays as a row of pieces: taken, taken by what leaves or comes, free."""
    kinds = {"terminating": "=go", "creating": "=new"}
    places = sorted(floor.places.items(), key=_by_place)
    used = [kinds.get(looks[uid], "=in") for uid, place in places for _ in place.cells()]
    return " ".join(used + ["=free"] * max(0, floor.bays - len(used)))


def _by_place(item: tuple[str, Any]) -> tuple[int, int]:
    return item[1].column, item[1].row


def _promised(here: list[Any], cpu: int, mirror: Mirror) -> str:
    running = [pod for pod in here if pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")]
    promised = sum(pods.facts(pod, mirror).cpu for pod in running)
    return f"CPU {promised}m of {cpu}m: full" if promised >= cpu else f"CPU {promised}m of {cpu}m promised"
