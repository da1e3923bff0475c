"""The text twin: the same cluster as an outline to walk through by arrow keys, and as tables.

Made from the very elements the picture is made of, so that the two cannot say different things. It is asked for by who
reads it, at most once a second, and not part of any frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import strip_tags

from cluster_sim.api import meta
from lessons.stage.element import Element, View
from lessons.stage.mirror import Mirror

ROOMS = ("node", "wing", "master")
PROCESSES = ("etcd", "member", "controller_manager", "scheduler", "seat", "api_server", "process", "address")
TOLD = ("what", "eq", "said", "revision", "role", "term", "word")  # fields of a process that say how it is
OWNERS = ("layer_owner", "layer_middle")


@dataclass(slots=True)
class Item:
    """A line of the outline; `data` are the attributes by which tools and the inspector know the thing."""

    id: str
    text: str
    data: tuple[tuple[str, str], ...] = ()
    items: list[Item] = field(default_factory=list)
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    id: str
    name: str
    data: tuple[tuple[str, str], ...]
    cells: tuple[str, ...]


def twin(view: View, mirror: Mirror, services: Iterable[tuple[Any, int, int]]) -> dict[str, Any]:
    """The context of `stage/twin_body.html`; `services` are (Service, ready endpoints, endpoints)."""
    by_template: dict[str, list[Element]] = {}
    for element in view.values():
        by_template.setdefault(element.template, []).append(element)
    rooms = [each for name in ROOMS for each in by_template.get(name, ())]
    processes = [each for name in PROCESSES for each in by_template.get(name, ())]
    pods = by_template.get("pod", [])
    return {
        "outline": _outline(rooms, processes, pods, mirror),
        "pods": [Row(f"row-{each.id}", each.fields["name"], _pod_data(each), (
            each.fields["word"], _room_of(each, rooms) or "none yet", each.fields["note"])) for each in pods],
        "owners": [Row(f"row-{each.id}", each.fields["name"], (("ref", each.fields["ref"]),), (
            each.fields["kind"], strip_tags(each.fields.get("wants") or each.fields.get("count") or ""),
            each.fields["wait"].removeprefix("waits: "))) for name in OWNERS for each in by_template.get(name, ())],
        "services": [_service(*each) for each in services],
        "nodes": [Row(f"row-{each.id}", each.fields["name"], (("node-name", each.fields["name"]),), (
            each.fields["word"], each.fields["belief"] or "the same", each.fields.get("promised", ""))) for each in rooms],
        "processes": [Row(f"row-{each.id}", each.fields["part"], (("part", each.fields["part"]),), (_how(each),))
                      for each in processes],
    }


def _pod_data(pod: Element) -> tuple[tuple[str, str], ...]:
    fields = pod.fields
    return (("twin-pod", fields["name"]), ("namespace", fields["namespace"]), ("uid", fields["uid"]),
            ("status", fields["@data-status"]))


def _room_of(element: Element, rooms: list[Element]) -> str:
    return next((room.fields["name"] for room in rooms if element.parent.endswith(f"-{room.id}")), "")


def _how(process: Element) -> str:
    """A process's state and what it says of itself."""
    fields = process.fields
    told = [_text(fields.get(name) or fields.get(f"%{name}") or "") for name in TOLD if process.template != "process"]
    words = [word for word in told if word]
    return ", ".join([fields["@data-state"], *words])


def _text(html: str) -> str:
    """The text of pieces of HTML, with commas between them."""
    return strip_tags(html.replace("</span><span>", ", ")).strip()


def _outline(rooms: list[Element], processes: list[Element], pods: list[Element], mirror: Mirror) -> list[Item]:
    objects = {meta.uid(pod): pod for pod in mirror.pods.values()}
    machines = {each.fields["name"]: Item(f"o-{each.id}", _room_words(each), (("node-name", each.fields["name"]),))
                for each in rooms}
    decides, carries = Item("o-control-plane", "Control plane, decides"), Item("o-workers", "Workers, carry out")
    waits = Item("o-waits", "Pods without a node")
    upstairs = {each.fields["name"] for each in rooms if each.template in ("wing", "master")}
    for name, item in machines.items():
        (decides if name in upstairs else carries).items.append(item)
    for each in processes:
        part = each.fields["part"]
        item = Item(f"o-{each.id}", f"{part.rpartition('/')[2]}, {_how(each)}", (("part", part),))
        machines.get(part.partition("/")[0], decides).items.append(item)
    for each in pods:
        inside = [Item(f"o-{each.fields['uid']}-{number}", words)
                  for number, words in enumerate(_containers(objects.get(each.fields["uid"])))]
        item = Item(f"o-{each.id}", f"Pod {each.fields['name']}, {each.fields['word']}", _pod_data(each), inside, is_open=False)
        machines.get(_room_of(each, rooms), waits).items.append(item)
    waits.text += f", {len(waits.items)}" if waits.items else ", none"
    return [decides, carries, waits]


def _room_words(room: Element) -> str:
    fields = room.fields
    words = (f"Node {fields['name']}", fields["word"], fields["belief"], fields.get("promised", ""))
    return ", ".join(word for word in words if word)


def _containers(pod: Any) -> list[str]:
    if pod is None:
        return []
    statuses: dict[str, Any] = {each["name"]: each for each in pod.get("status", {}).get("containerStatuses", ())}
    found = []
    for spec in pod["spec"].get("containers", ()):
        status = statuses.get(spec["name"], {})
        states: dict[str, Any] = status.get("state") or {"not started": {}}
        state, details = next(iter(states.items()))
        reason = f", {details['reason']}" if details.get("reason") else ""
        ready = ", ready" if status.get("ready") else ""
        restarts = f", restarted {status['restartCount']} times" if status.get("restartCount") else ""
        found.append(f"Container {spec['name']}, {spec.get('image', '')}, {state}{reason}{ready}{restarts}")
    return found


def services_of(cluster: Any) -> list[tuple[Any, int, int]]:
    """Every Service with how many of its endpoints are ready, and how many there are."""
    counts: dict[tuple[str, str], list[int]] = {}
    for each in cluster.objects("endpointslices"):
        key = (meta.namespace(each), meta.labels(each).get("kubernetes.io/service-name", ""))
        count = counts.setdefault(key, [0, 0])
        for endpoint in each.get("endpoints") or ():
            count[0] += endpoint.get("conditions", {}).get("ready") is not False
            count[1] += 1
    return [(each, *counts.get((meta.namespace(each), meta.name(each)), (0, 0))) for each in cluster.objects("services")]


def _service(service: Any, ready: int, all_of_them: int) -> Row:
    spec, name, namespace = service["spec"], meta.name(service), meta.namespace(service)
    ports = ", ".join(f"{port['port']}/{port.get('protocol', 'TCP')}" for port in spec.get("ports") or ())
    return Row(f"row-service-{meta.uid(service)}", name, (("ref", f"services/{namespace}/{name}"),), (
        spec.get("type", "ClusterIP"), f"{spec.get('clusterIP', '')} {ports}".strip(), f"{ready} of {all_of_them} ready"))
