"""Pods one by one or counted by their looks, and the nodes they run on."""

from collections import Counter
from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta
from lessons.stage import icons, nodes, pods
from lessons.stage.element import View, put
from lessons.stage.layers import families
from lessons.stage.layers.cards import image
from lessons.stage.layers.families import Family
from lessons.stage.mirror import Mirror
from lessons.stage.names import ending, split

SHARED = ("name", "namespace", "uid", "@data-status", "@data-look", "spoken", "#mark", "*containers", "word")


def pods_of(view: View, family: Family, mirror: Mirror, now: float, one_by_one: bool) -> None:
    """The family's pods, and for each owner of pods the same as numbers, for the collapsed view."""
    host = f"pods-fam-{family.uid}"
    newest = families.uid(family.current) if family.current is not None else ""
    by_owner: dict[str, list[Any]] = {}
    for pod in family.pods:
        owner = families.owner(pod)
        by_owner.setdefault(owner, []).append(pod)
        if one_by_one:
            _pod(view, host, pod, mirror, now, owner == newest if newest else True)
    for owner, mine in by_owner.items():
        put(view, f"lsum-{owner or 'bare'}-{family.uid}", host, "layer_sum", {
            "uid": f"sum-{owner}", "@data-owner": owner, "@data-current": "1" if owner == newest or not newest else "",
            **_counts(mine, mirror)})


def _counts(mine: list[Any], mirror: Mirror) -> dict[str, str]:
    """'3 Running, 1 Terminating', the most first, and their marks."""
    looks: dict[str, str] = {}
    tally: Counter[str] = Counter()
    for pod in mine:
        known = pods.facts(pod, mirror)
        word = f"{known.status}, not ready" if known.look == "notready" else known.status
        looks[word] = known.look
        tally[word] += 1
    rows = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    return {"*kinds": " ".join(f"{looks[word]}|{looks[word]}" for word, _ in rows),
            "counts": " · ".join(f"{count} {word}" for word, count in rows)}


def _pod(view: View, host: str, pod: Any, mirror: Mirror, now: float, current: bool) -> None:
    shown = pods.fields(pod, mirror, now, {})
    base, own = split(pod)
    put(view, f"lpod-{pod['metadata']['uid']}", host, "layer_pod", {
        **{name: shown[name] for name in SHARED},
        "short": own or base,
        "image": _disk(pod, mirror) or image(pod),
        "ip": str(pod.get("status", {}).get("podIP", "")) or "no address yet",
        "@data-owner": families.owner(pod),
        "@data-current": "1" if current else "",
    })


def _disk(pod: Any, mirror: Mirror) -> str:
    """A claim among its volumes: 'disk data' of data-db-0, and its phase while no disk is bound to it."""
    for volume in pod["spec"].get("volumes", ()):
        name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
        if name:
            claim = mirror.claims.get(f"{families.namespace(pod)}/{name}")
            phase = (claim or {}).get("status", {}).get("phase", "missing")
            short = str(name).removesuffix(f"-{pod['metadata']['name']}")
            return f"disk {short}" if phase == "Bound" else f"disk {short}: {phase}"
    return ""


def nodes_of(view: View, tenants: list[Any], mirror: Mirror, now: float, one_by_one: bool) -> None:
    """The workers, each with the pods that run on it."""
    here: dict[str, list[Any]] = {}
    for pod in tenants:
        here.setdefault(pod["spec"].get("nodeName") or "", []).append(pod)
    for node in mirror.nodes.values():
        if not nodes.is_control_plane(node, mirror):
            _node(view, node, here.get(node["metadata"]["name"], []), mirror, now, one_by_one)


def _node(view: View, node: Any, mine: list[Any], mirror: Mirror, now: float, one_by_one: bool) -> None:
    name = node["metadata"]["name"]
    state = nodes.condition(node, mirror, now)
    slots = [
        f'<span class="slot" data-slot-of="{families.uid(pod)}" data-look="{pods.facts(pod, mirror).look}">'
        f"{icons.mark(pods.facts(pod, mirror).look, 'i')}{escape(ending(pod))}</span>"
        for pod in (mine if one_by_one else ())
    ]
    alive = [pod for pod in mine if not meta.is_deleting(pod)]
    put(view, f"lnode-{name}", "layer-nodes", "layer_node", {
        "name": name,
        "%pods": "".join(slots),
        **_counts(mine, mirror),
        "@data-hosts": " ".join(sorted({families.owner(pod) or "bare" for pod in mine})),
        "@data-many": "" if one_by_one else "1",
        "@aria-label": f"Node {name}, {state.word}, {len(alive)} pod{'' if len(alive) == 1 else 's'}",
        "#mark": state.mark,
        "word": state.word,
        "@data-real": state.real,
        "@data-ready": state.status.partition(",")[0],
    })
