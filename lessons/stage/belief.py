"""Belief against reality: what etcd says of nodes and pods beside what the machines really do, where the two differ.

The control plane knows a node only by its news. Here both sides are in sight: the objects, and the machines with what
their container runtimes run. For a node that is lost: how long until the control plane notices, and until it gives up
on the pods. `kubectl get` shows the left side only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cluster_sim.api import meta, taints
from lessons.stage import pods
from lessons.stage.element import View, put
from lessons.stage.mirror import Mirror
from lessons.stage.names import short

ROWS = 12  # things listed; the others are counted
SYSTEM = "kube-system"
ENDED = ("Succeeded", "Failed")
FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of which the two sides differ."""

    id: str
    name: str
    says: str
    says_small: str
    really: str
    small: str


def look(mirror: Mirror) -> None:
    """Note for each pod that is otherwise than its word says: 'runs' or 'gone' (`mirror.really`, by uid)."""
    found: dict[str, str] = {}
    for node in mirror.nodes.values():
        name = meta.name(node)
        if not is_lost(name, mirror) and not is_silent(node):
            continue  # what it does it has told, or is about to
        running = _running(name, mirror)
        for pod in mirror.node_pods(name):
            status = pods.facts(pod, mirror).status
            alive = meta.uid(pod) in running
            if alive and status in ("Terminating", "Unknown", "NodeLost"):
                found[meta.uid(pod)] = "runs"
            elif not alive and pods.facts(pod, mirror).look in ("running", "notready", "terminating"):
                found[meta.uid(pod)] = "gone"
    mirror.really = found


def is_lost(name: str, mirror: Mirror) -> bool:
    """Whether nothing is heard of a node: no power, cut off, or no kubelet."""
    machine = mirror.machines.get(name)
    if machine is None:
        return False
    return not machine.get("power", True) or name in mirror.cuts or _kubelet(name, mirror) != "running"


def is_silent(node: Any) -> bool:
    """Whether the control plane has given up waiting for news of it."""
    return _ready(node) == "Unknown"


def _kubelet(name: str, mirror: Mirror) -> str:
    return str(mirror.parts.get(f"{name}/kubelet", {}).get("state", "running"))


def _ready(node: Any) -> str:
    found = next((each["status"] for each in node.get("status", {}).get("conditions", ()) if each["type"] == "Ready"), "Unknown")
    return str(found)


def _running(name: str, mirror: Mirror) -> dict[str, int]:
    """Pod uid → how many of its containers run on that machine."""
    found: dict[str, int] = {}
    if not mirror.machines.get(name, {}).get("power", True):
        return found
    for row in mirror.parts.get(f"{name}/container-runtime", {}).get("containers", ()):
        if row["state"] == "running":
            found[row["uid"]] = found.get(row["uid"], 0) + 1
    return found


def differences(mirror: Mirror, now: float) -> list[Difference]:
    """Every thing of which the two sides differ: a node, then its pods."""
    found = []
    for node in sorted(mirror.nodes.values(), key=meta.name):
        name = meta.name(node)
        lost, ready = is_lost(name, mirror), _ready(node) == "True"
        if name not in mirror.machines or (not lost and ready):
            continue
        if ready or mirror.machines[name].get("power", True):
            found.append(_node(name, node, mirror, now))
        running = _running(name, mirror)
        for pod in sorted(mirror.node_pods(name), key=meta.key):
            each = _pod(pod, node, mirror, running.get(meta.uid(pod), 0), now)
            if meta.namespace(pod) != SYSTEM and each is not None:
                found.append(each)
    return found


def _node(name: str, node: Any, mirror: Mirror, now: float) -> Difference:
    heard = mirror.seconds(mirror.news.get(name))
    news = "" if heard is None else f"last news {in_words(now - heard)} ago"
    if not mirror.machines[name].get("power", True):
        really = "powered off"
    elif name in mirror.cuts:
        really = "runs, cut off"
    elif _kubelet(name, mirror) != "running":
        really = "runs, its kubelet is stopped"
    else:
        really = "runs"
    return Difference(f"node-{name}", name, "Ready" if _ready(node) == "True" else "NotReady", news, really,
                      _until_not_ready(node, mirror, now))


def not_ready_at(node: Any, mirror: Mirror) -> float | None:
    """The virtual second from which a node nobody hears may count as NotReady; None if it is heard, or counts so."""
    heard = mirror.seconds(mirror.news.get(meta.name(node)))
    if _ready(node) != "True" or heard is None or not is_lost(meta.name(node), mirror):
        return None
    return heard + mirror.patience[0]


def _until_not_ready(node: Any, mirror: Mirror, now: float) -> str:
    at = not_ready_at(node, mirror)
    if at is None:
        return ""
    late = f"NotReady at the next look (every {mirror.patience[1]:g} s)"
    return f"NotReady in {in_words(at - now + 0.999)}" if at > now else late


def _pod(pod: Any, node: Any, mirror: Mirror, running: int, now: float) -> Difference | None:
    facts = pods.facts(pod, mirror)
    if pod.get("status", {}).get("phase") in ENDED and not running:
        return None
    wanted = len(pod["spec"].get("containers", ()))
    really = "nothing runs" if not running else "runs" if running >= wanted else f"{running} of {wanted} containers run"
    same = facts.counts and running and facts.status == "Running"
    if same or (not running and facts.status in ("Pending", "ContainerCreating")):
        return None
    says = "Ready: false" if facts.status == "Running" and not facts.counts else ""
    return Difference(f"pod-{meta.uid(pod)}", short(pod), facts.status, says, really, until_evicted(pod, node, mirror, now))


def until_evicted(pod: Any, node: Any, mirror: Mirror, now: float) -> str:
    """How long it may still stay on a node with a NoExecute taint; '' without one."""
    at = evicted_at(pod, node, mirror, now)
    if at is None:
        return ""
    if at == FOREVER:
        return "stays: it tolerates this for ever"
    return f"evicted in {in_words(at - now + 0.999)}" if at > now else "is to be evicted now"


def evicted_at(pod: Any, node: Any, mirror: Mirror, now: float) -> float | None:
    """The virtual second at which it is evicted from a node with a NoExecute taint, FOREVER if it tolerates them all;
    None without one, and when it is going anyway."""
    marked = [taint for taint in node["spec"].get("taints") or () if taint["effect"] == "NoExecute"]
    if not marked or "deletionTimestamp" in pod["metadata"]:
        return None
    leaves = FOREVER
    for taint in marked:
        since = mirror.seconds(taint.get("timeAdded"))
        covering = [each for each in pod["spec"].get("tolerations") or () if taints.tolerates(each, taint)]
        limits = [max(0, each["tolerationSeconds"]) for each in covering if each.get("tolerationSeconds") is not None]
        stays = min(limits) if limits else FOREVER if covering else 0
        leaves = min(leaves, (since if since is not None else now) + stays)
    return leaves


def in_words(seconds: float) -> str:
    """Seconds as people say them: '52 s', '4 min 48 s'."""
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def draw(view: View, mirror: Mirror, now: float, members: list[Difference], members_say: str) -> None:
    """Put the table of differences and its sentence into the view; those of etcd's `members` come last."""
    found = differences(mirror, now)
    sentence = _sentence(found, mirror) if found or not members else members_say
    found += members
    for each in found[:ROWS]:
        put(view, f"differs-{each.id}", "differs", "difference", {
            "name": each.name, "says": each.says, "says_small": each.says_small, "really": each.really, "small": each.small})
    put(view, "belief-say", "belief-box", "belief_say", {"text": sentence, "@data-differs": "1" if found else ""})


def _sentence(found: list[Difference], mirror: Mirror) -> str:
    if not found:
        return "What etcd says is what the machines do."
    more = f" {len(found) - ROWS} more differ." if len(found) > ROWS else ""
    grace, _ = mirror.patience
    if any(each.small.startswith("NotReady") for each in found):
        return f"The control plane cannot tell a dead node from a silent one. It waits {grace:g} s for news.{more}"
    if any(each.small.startswith("evicted") for each in found):
        return f"The node counts as lost. Each pod may stay for its tolerationSeconds, 300 unless it says otherwise.{more}"
    return f"Nothing here is repaired by itself before the node is heard again.{more}" if any(
        each.really.startswith(("powered", "runs, ")) for each in found) else f"News is on its way.{more}"
