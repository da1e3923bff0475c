"""The small cluster on the home page: a real run of the model, told as a row of moments.

The page keeps no cluster of its own. It sends the names of the pods that were killed so far, in order; the model plays
that from the same opening scene, and what follows the last kill comes back as moments: a number, who acts, what the
pods look like. The same names give the same story, so stories are kept for everybody.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cluster_sim import Cluster

SCENE = Path(__file__).resolve().parent / "scene.yaml"
SEED = 7
BAYS = 4
MOST_KILLS = 6  # then the page asks for lesson 1
REST_LIMIT = 120.0
STORY_LIMIT = 45.0  # virtual seconds a story may take; a pod has 30 s to end
MOMENT_LIMIT = 24
LOOKS = {"Pending": "pending", "ContainerCreating": "creating", "Running": "running", "Terminating": "terminating"}
PLACES = {"kube-controller-manager": "controllers", "kube-scheduler": "scheduler"}
_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class UnknownPod(ValueError):
    """A name that is no pod of this story."""

    name: str


def first() -> dict[str, Any]:
    """What the page shows before anybody acts: a story in its middle, when the new pod has its node."""
    name = sorted(pod["metadata"]["name"] for pod in _opened()[1])[-1]
    told = story((name,))
    at = next((place for place, moment in enumerate(told["moments"]) if moment["place"] == "scheduler"), 0)
    shown = told["moments"][:at + 2]
    return {"name": name, "rooms": _rooms(shown[-1]["pods"] if shown else told["opening"], hit=name),
            "numbers": _latest(shown), "used": [moment["place"] for moment in shown], "at": len(shown),
            "short": told["short"], "node": told["node"]}


@lru_cache(maxsize=256)
def story(kills: tuple[str, ...]) -> dict[str, Any]:
    """What follows the last of these kills. Raises UnknownPod."""
    cluster, slots = _after(kills[:-1])
    opening = _pods(cluster, slots)
    cursor = cluster.trace()[-1].id if cluster.trace() else 0
    root = _kill(cluster, kills[-1])
    moments: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    end = cluster.now + STORY_LIMIT
    while cluster.now < end and len(moments) < MOMENT_LIMIT:
        since = cursor
        cluster.advance_until(lambda each: bool(_steps(each, since, root)), end - cluster.now)  # noqa: B023
        steps = _steps(cluster, cursor, root)
        if not steps:
            break
        cursor = steps[-1].id
        pods = _pods(cluster, slots)
        names |= {pod["metadata"]["name"]: _short(pod["metadata"]["name"]) for pod in cluster.objects("pods")}
        for span in steps:
            place = _place(span)
            if place != "etcd" or all(moment["place"] != "etcd" for moment in moments):  # that it writes is told once
                moments.append({"n": len(moments) + 1, "place": place, "span": span.id, "pods": pods})
    cluster.advance(1)
    texts = {span.id: span.text for span in cluster.trace(root - 1)}  # some say more once they were answered
    for moment in moments:
        moment["text"] = _plain(texts.get(moment.pop("span"), ""), names)
    moments.append({"n": 0, "place": "", "text": "", "pods": _pods(cluster, slots)})
    new = [pod for pod in moments[-1]["pods"] if pod["name"] not in {each["name"] for each in opening}]
    return {"opening": opening, "moments": moments, "short": _short(kills[-1]), "last": len(kills) >= MOST_KILLS,
            "new": new[0]["short"] if new else "", "node": new[0]["node"] if new else ""}


def _opened() -> tuple[bytes, list[dict[str, Any]]]:
    with _opening:  # several first visitors at once wait for one opening
        return _open()


@lru_cache(maxsize=1)
def _open() -> tuple[bytes, list[dict[str, Any]]]:
    cluster = Cluster.open(SCENE, SEED)
    cluster.advance_until(lambda each: all(_is_ready(pod) for pod in each.objects("pods")), REST_LIMIT)
    cluster.advance(5)
    return cluster.snapshot(), cluster.objects("pods")


def _after(kills: tuple[str, ...]) -> tuple[Cluster, dict[str, int]]:
    """The cluster at rest after these kills, and the bay of every pod there ever was."""
    cluster = Cluster.restore(_opened()[0])
    slots: dict[str, int] = {}
    _pods(cluster, slots)
    for name in kills:
        _kill(cluster, name)
        for _ in range(int(STORY_LIMIT * 2)):
            cluster.advance(0.5)
            _pods(cluster, slots)
    return cluster, slots


def _kill(cluster: Cluster, name: str) -> int:
    if cluster.get("pods", name) is None:
        raise UnknownPod(name)
    call = cluster.submit("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    return int(call.span)


def _steps(cluster: Cluster, cursor: int, root: int) -> list[Any]:
    """The story's new steps: what the kill led to, a line an actor."""
    spans = cluster.trace(cursor)
    if not any(span.level == "story" for span in spans):
        return []
    chain = {span.id for span in cluster.chain(root)}
    return [span for span in spans if span.level == "story" and span.id in chain]


def _pods(cluster: Cluster, slots: dict[str, int]) -> list[dict[str, Any]]:
    """Every pod that has a node, in its bay; a pod keeps its bay until it is gone."""
    pods = sorted((pod for pod in cluster.objects("pods") if pod["spec"].get("nodeName")),
                  key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))
    taken = {(pod["spec"]["nodeName"], slots[pod["metadata"]["uid"]])
             for pod in pods if pod["metadata"]["uid"] in slots}
    shown = []
    for pod in pods:
        node, uid = pod["spec"]["nodeName"], pod["metadata"]["uid"]
        if uid not in slots:
            slots[uid] = next((bay for bay in range(BAYS) if (node, bay) not in taken), BAYS)
            taken.add((node, slots[uid]))
        status = _status(pod)
        shown.append({"name": pod["metadata"]["name"], "short": _short(pod["metadata"]["name"]), "node": node,
                      "bay": slots[uid], "status": status, "look": LOOKS[status]})
    return shown


def _status(pod: dict[str, Any]) -> str:
    if "deletionTimestamp" in pod["metadata"]:
        return "Terminating"
    if _is_ready(pod):
        return "Running"
    return "ContainerCreating" if pod.get("status", {}).get("containerStatuses") else "Pending"


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def _short(name: str) -> str:
    words = name.split("-")
    return f"{words[0]} {words[-1]}" if len(words) > 2 else name


def _place(span: Any) -> str:
    """Where a step happens on the picture: with who sees a message if that is a worker, else with who sends it."""
    if span.source.startswith("user/"):
        return "you"
    for part in (span.target, span.source):
        machine, _, process = part.partition("/")
        if machine.startswith("worker-"):
            return str(machine)
        if process in PLACES:
            return PLACES[process]
    return "etcd"


def _plain(text: str, names: dict[str, str]) -> str:
    """A line with short names."""
    for name, short in names.items():
        text = text.replace(name, short)
    return text


def _rooms(pods: list[dict[str, Any]], hit: str = "") -> list[dict[str, Any]]:
    bays = {(pod["node"], pod["bay"]): {**pod, "hit": pod["name"] == hit} for pod in pods}
    return [{"name": f"worker-{number}", "bays": [bays.get((f"worker-{number}", bay)) for bay in range(BAYS)]}
            for number in range(1, 5)]


def _latest(moments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One number a place, the newest, in order."""
    newest = {moment["place"]: moment for moment in moments if moment["place"] not in ("", "you")}
    return sorted(newest.values(), key=lambda moment: moment["n"])
