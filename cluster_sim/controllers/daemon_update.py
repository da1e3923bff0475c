"""How a DaemonSet goes from one template to the next.

Without surge, old pods are deleted, as many as may be unavailable at once, and the manage loop makes new ones. With
maxSurge the new pod comes first, beside the old one, on so many nodes at a time; when it is available the old one goes.

Source: kubernetes pkg/controller/daemon/update.go (rollingUpdate) and daemon_controller.go (podsShouldBeOnNode).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object, created

ByNode = dict[str, list[Object]]  # node → its pods, the ones with a node first, oldest first


@dataclass(slots=True)
class Step:
    """What an update does now: pods to delete, nodes that get a new pod beside the old one."""

    delete: list[Object] = field(default_factory=list)
    create: list[str] = field(default_factory=list)


def in_order(mine: list[Object]) -> list[Object]:
    """Pods with a node first, then by age."""
    return sorted(mine, key=lambda pod: (not pod["spec"].get("nodeName"), created(pod), meta.name(pod)))


def new_and_old(mine: list[Object], word: str) -> tuple[Object | None, Object | None, bool]:
    """(the pod of the present template, that of an older one, whether there is at most one of each)."""
    staying = [pod for pod in mine if not meta.is_deleting(pod)]
    new = [pod for pod in staying if meta.labels(pod).get(HASH) == word]
    old = [pod for pod in staying if meta.labels(pod).get(HASH) != word]
    return new[0] if new else None, old[0] if old else None, len(new) < 2 and len(old) < 2


def replace(by_node: ByNode, word: str, unavailable: int, wait: int, now: int) -> Step:
    """Without surge: unavailable old pods at once, available ones while few enough nodes are without."""
    down, broken, working = 0, [], []
    for mine in by_node.values():
        new, old, clear = new_and_old(mine, word)
        if not clear or (new is None) == (old is None):
            down += 1  # the manage loop has something to do here
        elif new is not None:
            down += not pods.is_available(new, wait, now)
        elif old is not None and not pods.is_available(old, wait, now):
            down += 1
            broken.append(old)
        elif old is not None:
            working.append(old)
    return Step([*broken, *working[:max(0, unavailable - down)]])


def surge(by_node: ByNode, should_run: dict[str, bool], word: str, most: int, wait: int, now: int) -> Step:
    """With surge: new pods beside old ones, on at most `most` nodes whose old pod works; old ones go when new ones work.

    On a node that should run none any more, a pod that works goes only when enough others do.
    """
    surging, available = 0, 0
    step = Step()
    beside_broken: list[str] = []
    beside_working: list[str] = []
    misplaced: list[Object] = []
    for node, mine in by_node.items():
        new, old, clear = new_and_old(mine, word)
        if not clear:
            surging += 1
            continue
        one = old or new
        available += one is not None and pods.is_available(one, wait, now)
        if old is None:
            continue
        if new is not None:
            if pods.is_available(new, wait, now):
                step.delete.append(old)
            else:
                surging += 1
        elif not should_run.get(node, False):
            misplaced.append(old)
        else:
            (beside_working if pods.is_available(old, wait, now) else beside_broken).append(node)
    step.delete += misplaced[:max(0, available - sum(should_run.values()))]
    step.create = [*beside_broken, *beside_working[:max(0, most - surging)]]
    return step


def surplus(running: list[Object], word: str, surging: bool, wait: int, now: int) -> list[Object]:
    """Pods that are too many on a node: all but the oldest; with surge, all but one new and one old that is needed."""
    ordered = in_order(running)
    if not surging or len(ordered) < 2:
        return ordered[1:]
    new = [pod for pod in ordered if meta.labels(pod).get(HASH) == word]
    old = [pod for pod in ordered if meta.labels(pod).get(HASH) != word]
    found = [*new[1:], *old[1:]]
    if new and old and (not pods.is_ready(old[0]) or pods.is_available(new[0], wait, now)):
        found.append(old[0])
    return found
