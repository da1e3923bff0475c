"""A process that runs controllers over shared informers: the kube-controller-manager.

Every informer's change goes to each controller that watches the resource; the controllers share nothing else.
Of several such processes one works: it stands for election first, and lists and watches nothing before it leads.

Source: kubernetes cmd/kube-controller-manager/app; client-go informers (SharedInformerFactory).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta
from cluster_sim.client.controller import Controller
from cluster_sim.client.informer import Object
from cluster_sim.client.leader_election import TIMER, LeaderElector
from cluster_sim.client.process import Process
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "controller.again": "The time the {controller} controller set for {key} is over; it looks again",
    "controller.tick": "The {controller} controller makes its regular round",
}, file="cluster_sim/client/controller_host.py")


class ControllerHost(Process):
    """Base of a process that runs controllers."""

    observing = 0  # the span that brought the change now given to `keys`

    def make_controllers(self) -> list[Controller]:
        """The controllers of this process, in order."""
        return []

    def reset(self) -> None:
        """Queues and copies are memory: they go with the process."""
        super().reset()
        self.state["controllers"] = {}
        self.state["begun"] = False

    def rebuild(self) -> None:
        """Informers, then controllers with their queues and indexes, over the state."""
        super().rebuild()
        self.elector = LeaderElector(self, self, self.kind, self.kind)
        self.controllers = {controller.name: controller for controller in self.make_controllers()}
        self._interested: dict[str, list[Controller]] = {}
        for controller in self.controllers.values():
            for resource in controller.watches:
                if resource not in controller.reads:
                    self._interested.setdefault(resource, []).append(controller)
        self._of_kind: dict[str, list[Controller]] = {}  # kind of a pod's owner → whom changes of its status concern

    def start(self, cause: int) -> None:
        """Stand for election; everything else waits for that."""
        self.elector.begin(cause)

    def lead(self, span: int) -> None:
        """Elected: fill the copies."""
        super().start(span)

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """Enqueue what the change concerns, for each controller that watches the resource."""
        self.observing = span
        interested = self._interested.get(resource, [])
        if resource == "pods" and old is not None and new is not None and meta.same_owners(old, new):
            interested = self._of_same_owner(new)  # nearly every change of a pod
        for controller in interested:
            for key in controller.keys(resource, old, new):
                controller.enqueue(key, span)

    def _of_same_owner(self, pod: Object) -> list[Controller]:
        """Whom a pod concerns that has the owner it had."""
        owner = meta.controller_of(pod)
        kind = owner["kind"] if owner is not None else ""
        found = self._of_kind.get(kind)
        if found is None:
            everybody = self._interested.get("pods", [])
            found = [one for one in everybody if not kind or one.owner_kind in ("", kind)]
            self._of_kind[kind] = found
        return found

    def synced(self, span: int) -> None:
        """All copies are filled: work may begin. What is followed later makes nobody wait."""
        if self.state["begun"]:
            return
        self.state["begun"] = True
        for controller in self.controllers.values():
            controller.begin(span)
            controller.wake(span)

    def all_synced(self) -> bool:
        """Whether every informer has had its first list."""
        return bool(self.state["begun"])

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """A worker wakes, or a key's pause is over."""
        if kind == "work":
            self.controllers[payload].work(span)
        elif kind == TIMER:
            self.elector.due(payload, span)
        elif kind == "again":
            name, key = payload
            self.kernel.tell(span, "controller.again", {"controller": name, "key": key})
            self.controllers[name].again(key, span)
        elif kind == "retry":
            name, key = payload
            self.controllers[name].enqueue(key, span)
        elif kind.startswith("tick:"):
            self.kernel.tell(span, "controller.tick", {"controller": kind[5:]})
            self.controllers[kind[5:]].tick(span)

    def answer(self, then: str, data: Any, status: int, body: Any, span: int) -> None:
        """A controller's write was answered, or the elector's."""
        if then == TIMER:
            self.elector.answered(data, status, body, span)
        elif data is not None and "controller" in data:
            self.controllers[data["controller"]].answered(data["key"], then, data["data"], status, body, span)
