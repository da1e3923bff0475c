"""A process of the house: what it does, what stops when it stops, and the switch."""

import json
from typing import Any

from lessons.stage.inspector import acts as offer
from lessons.stage.inspector.panel import Link, Panel
from lessons.stage.inspector.words import PROCESSES
from lessons.stage.routes import kind_of, node_of


def describe(cluster: Any, part: str, may_act: bool) -> Panel | None:
    """The panel of a part id."""
    view = cluster.parts().get(part)
    if view is None:
        return None
    kind, node = kind_of(part), node_of(part)
    title, does, without = PROCESSES.get(kind, (kind, "", ""))
    stopped = view.get("state") == "stopped"
    where = f" on <b>{node}</b>" if node else ""
    say = [f"A process{where}, <b>{'stopped' if stopped else 'running'}</b>.", does]
    say.append(("It is stopped. " if stopped else "If it stops: ") + (without if stopped else without[:1].lower() + without[1:]))
    facts = _facts(kind, view)
    if facts:
        say.append(facts)
    active = cluster.faults()["active"].items()
    fault = next((key for key, each in active if each["name"] == "stop" and each["target"] == part), None)
    switch = offer.repair("Start", fault) if fault else None if stopped else offer.fault("Stop", "stop", part)
    links = (Link("On node ", node, json.dumps({"ref": f"nodes/{node}"})),) if node and cluster.get("nodes", node) else ()
    return Panel(
        kind=title,
        name=part,
        query=json.dumps({"part": part}),
        mark="stopped" if stopped else "running",
        look="crash" if stopped else "running",
        say=tuple(say),
        links=links,
        acts=(switch,) if switch and may_act else (),
    )


def _facts(kind: str, view: Any) -> str:
    """A number or two of this very process."""
    if kind == "etcd":
        return f"It holds {view.get('keys', 0)} keys at revision {view.get('revision', 0)}."
    if kind == "kube-apiserver":
        return f"{view.get('watches', 0)} watches are open; {view.get('inflight', 0)} requests are under way."
    if kind == "container-runtime":
        running = sum(1 for row in view.get("containers", ()) if row.get("state") == "running")
        return f"{running} containers run here; {len(view.get('images', ()))} images are on its disk."
    if kind == "kubelet":
        return f"It looks after {len(view.get('pods', ()))} pods."
    return ""
