"""The control plane's fixtures: what etcd wrote last, what the controller manager counts, whom the scheduler placed."""

from typing import Any

from django.utils.html import escape

from cluster_sim.api import meta
from lessons.stage import pods, wings
from lessons.stage.element import View, put
from lessons.stage.mirror import Mirror
from lessons.stage.names import part_id
from lessons.stage.nodes import SYSTEM, fixture
from lessons.stage.routes import kind_of

MARKS_SHOWN = 8
BENCH_CROWD = 3  # pods without a node from which on only their marks are shown
WORKLOADS_SHOWN = 2


def draw(view: View, mirror: Mirror) -> None:
    """Put the four processes, the registry and the counts of the main workloads into the view."""
    by_kind: dict[str, list[str]] = {}
    for part in mirror.parts:
        by_kind.setdefault(kind_of(part), []).append(part)
    wings.balancer(view, mirror)
    if len(by_kind.get("kube-apiserver", ())) < 2:  # several have wings of their own, see `nodes`
        _one(view, by_kind, mirror)
    if "registry" in mirror.parts:
        fixture(view, "registry", "outside", "image registry", mirror)
    for part in by_kind.get("kubeadm", ()):  # a machine that joins or leaves
        fixture(view, part, "outside", f"kubeadm: {part.partition('/')[0]}", mirror)
    _counts(view, mirror)
    waiting = sum(1 for pod in mirror.pods.values() if not pod["spec"].get("nodeName"))
    words = "nobody is waiting" if not waiting else "1 pod waits" if waiting == 1 else f"{waiting} pods wait"
    put(view, "bench-words", "bench", "bench", {"@data-crowd": "1" if waiting >= BENCH_CROWD else "", "text": words})


def _one(view: View, by_kind: dict[str, list[str]], mirror: Mirror) -> None:
    """The only control plane's four processes."""
    for part in by_kind.get("etcd", ())[:1]:
        _process(
            view,
            "etcd",
            "memory",
            part,
            mirror,
            {"said": "the memory", "revision": f"rev {mirror.revision}", "%rows": _rows(mirror)},
        )
    for part in by_kind.get("kube-controller-manager", ())[:1]:
        what, numbers = _counting(mirror)
        _process(
            view,
            "controller_manager",
            "office-left",
            part,
            mirror,
            {"what": what, "%eq": "".join(f"<span>{word} <b>{number}</b></span>" for word, number in numbers)},
        )
    for part in by_kind.get("kube-apiserver", ())[:1]:
        _process(view, "api_server", "gate", part, mirror, {"said": "the only door"})
    for part in by_kind.get("kube-scheduler", ())[:1]:
        waiting = sum(1 for pod in mirror.pods.values() if not pod["spec"].get("nodeName"))
        placed = f"placed {mirror.placed[0]} on {mirror.placed[1]}" if mirror.placed else "nothing placed yet"
        _process(
            view,
            "scheduler",
            "office-right",
            part,
            mirror,
            {"what": placed, "%eq": f"<span>in queue <b>{waiting}</b></span>"},
        )


def _process(view: View, template: str, parent: str, part: str, mirror: Mirror, fields: dict[str, str]) -> None:
    state = str(mirror.parts[part].get("state", "running"))
    put(view, part_id(part), parent, template, {"part": part, "@data-state": state, **fields})


def _rows(mirror: Mirror) -> str:
    rows = []
    for revision, key, what in mirror.writes:
        rows.append(f'<span class="row"><i>{revision}</i><span>{escape(_short_key(key))}</span><em>{escape(what)}</em></span>')
    return "".join(rows)


def _short_key(key: str) -> str:
    """'/registry/pods/default/web-7d4b9c6f5d-m9t4w' as 'pods/web-…-m9t4w'."""
    words = key.removeprefix("/registry/").split("/")
    kind = {"minions": "nodes"}.get(words[0], words[1] if words[0] == "services" and words[1:2] == ["specs"] else words[0])
    pieces = words[-1].split("-")
    name = f"{pieces[0]}-…-{pieces[-1]}" if len(pieces) > 2 and len(words[-1]) > 16 else words[-1]
    return f"{kind}/{name}"


def _counting(mirror: Mirror) -> tuple[str, list[tuple[str, int]]]:
    """The ReplicaSet that is furthest from what it wants, and its three numbers."""
    best: Any = None
    for replicaset in mirror.replicasets.values():
        if replicaset["metadata"].get("namespace") == SYSTEM:
            continue
        wants = replicaset["spec"].get("replicas", 1)
        status = replicaset.get("status", {})
        has, ready = status.get("replicas", 0), status.get("readyReplicas", 0)
        rank = (has != wants or ready != wants, wants, replicaset["metadata"].get("creationTimestamp", ""))
        if (wants or has) and (best is None or rank > best[0]):
            best = (rank, replicaset["metadata"]["name"], [("wants", wants), ("has", has), ("ready", ready)])
    return ("no ReplicaSet to keep", []) if best is None else (f"ReplicaSet {best[1]}", best[2])


def pods_of(deployment: Any, mirror: Mirror) -> list[Any]:
    """The pods of a Deployment, by its ReplicaSets, oldest first."""
    uids = {
        rs["metadata"]["uid"]
        for rs in mirror.replicasets.values()
        if (meta.controller_of(rs) or {}).get("uid") == deployment["metadata"]["uid"]
    }
    mine = [pod for pod in mirror.pods.values() if (meta.controller_of(pod) or {}).get("uid") in uids]
    return sorted(mine, key=lambda pod: (pod["metadata"].get("creationTimestamp", ""), pod["metadata"]["name"]))


def _counts(view: View, mirror: Mirror) -> None:
    shown = [item for item in mirror.deployments.values() if item["metadata"].get("namespace") != SYSTEM]
    for deployment in shown[:WORKLOADS_SHOWN]:
        wants = deployment["spec"].get("replicas", 1)
        marks, ready = [], 0
        for pod in pods_of(deployment, mirror):
            facts = pods.facts(pod, mirror)
            look = "notready" if facts.look == "running" and not facts.counts else facts.look
            if look != "terminating":
                ready += look == "running"
                marks.append(f"c-{look}|{look}")
        put(
            view,
            f"count-{deployment['metadata']['uid']}",
            "counts",
            "count",
            {
                "name": deployment["metadata"]["name"],
                "*marks": " ".join(marks[:MARKS_SHOWN]),
                "text": f"{ready} of {wants} ready",
            },
        )
