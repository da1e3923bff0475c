"""How a decision is told in one sentence: who was out and why, then who was best.

The full table of points stands in the span's detail (`decision.explanation`); this is its short form for people.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel.span import register_phrases

Object = dict[str, Any]
NAMED_NODES = 2  # more nodes than this that are out are only counted

register_phrases({
    "scheduler.only": "Scheduler finds a pod without a node. Only {node} can take {pod}",
    "scheduler.best": "Scheduler finds a pod without a node. Of {fit} nodes that can take {pod}, {node} suits it best",
    "scheduler.only-left": "Scheduler finds a pod without a node. {out}, so {node} for {pod}",
    "scheduler.best-left": "Scheduler finds a pod without a node. {out}. Of the {fit} others, {node} suits {pod} best",
}, file="cluster_sim/scheduler/telling.py")

WORDS = {
    "NodeResourcesFit": "is full", "TaintToleration": "is tainted", "NodeUnschedulable": "is cordoned",
    "NodeAffinity": "is not what it asks for", "NodePorts": "has its port taken",
    "PodTopologySpread": "has too many of its kind", "InterPodAffinity": "has the wrong neighbours",
    "VolumeBinding": "cannot reach its volume", "VolumeZone": "cannot reach its volume",
    "VolumeRestrictions": "has to wait for its volume", "NodeVolumeLimits": "has no place for another volume",
}
PLURAL = {"is": "are", "has": "have", "cannot": "cannot"}


def phrase_of(pod: Object, node: str | None, detail: Object | None) -> dict[str, Any]:
    """The phrase and its arguments."""
    fit = detail["fit"] if detail else 0
    args = {"pod": pod["metadata"]["name"], "node": node, "fit": fit}
    key = "scheduler.only" if fit == 1 else "scheduler.best"
    out = who_is_out(detail["rejected"]) if detail else ""
    return {"phrase": f"{key}-left", "args": {**args, "out": out}} if out else {"phrase": key, "args": args}


def who_is_out(rejected: list[list[Any]]) -> str:
    """`worker-2 is full`, `worker-1 and worker-2 are full, master-1 is tainted`; "" when there are too many to name.

    Machines of the control plane are no news.
    """
    by_reason: dict[str, list[str]] = {}
    for name, plugin, _ in rejected:
        if not (plugin == "TaintToleration" and name.startswith("master")):
            by_reason.setdefault(plugin, []).append(name)
    if not by_reason or sum(map(len, by_reason.values())) > NAMED_NODES:
        return ""
    parts = []
    for plugin, names in by_reason.items():
        words = WORDS.get(plugin, "cannot take it")
        verb, _, rest = words.partition(" ")
        parts.append(f"{' and '.join(names)} {words if len(names) == 1 else f'{PLURAL[verb]} {rest}'}")
    return ", ".join(parts)
