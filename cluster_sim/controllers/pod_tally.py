"""Running counts of each owner's pods, so that a look at a ReplicaSet does not read all of them.

Every change of a pod moves two numbers. They can be counted again from the informer's copy, so they are no state.
The real controllers walk through an owner's pods at every sync; with thousands of pods that become ready one by one
that is most of their work.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta
from cluster_sim.controllers import pods
from cluster_sim.controllers.pods import Object

Labels = tuple[tuple[str, str], ...]


class Counts:
    """One owner's pods: active ones by their labels, how many of them are ready, and how many are on their way out."""

    __slots__ = ("active", "labels", "ready", "terminating", "total")

    def __init__(self) -> None:
        self.labels: dict[Labels, int] = {}
        self.active = self.ready = self.terminating = self.total = 0

    def matching(self, wanted: dict[str, str]) -> int:
        """How many active pods carry all these labels."""
        return sum(count for labels, count in self.labels.items() if wanted.items() <= dict(labels).items())


class PodTally:
    """Counts by the uid of the controlling owner."""

    def __init__(self, existing: Iterable[Object]) -> None:
        self.counts: dict[str, Counts] = {}
        for pod in existing:
            self.change(None, pod)

    def of(self, uid: str) -> Counts:
        """The counts of an owner (all 0 if it has no pods)."""
        return self.counts.get(uid) or Counts()

    def change(self, old: Object | None, new: Object | None) -> None:
        """A pod came, changed or went."""
        if old is not None:
            self._add(old, -1)
        if new is not None:
            self._add(new, 1)

    def _add(self, pod: Object, sign: int) -> None:
        owner = meta.controller_of(pod)
        if owner is None:
            return
        counts = self.counts.setdefault(owner["uid"], Counts())
        counts.total += sign
        if pods.is_terminating(pod):
            counts.terminating += sign
        elif pods.is_active(pod):
            counts.active += sign
            counts.ready += sign * pods.is_ready(pod)
            labels = tuple(meta.labels(pod).items())
            counts.labels[labels] = counts.labels.get(labels, 0) + sign
            if not counts.labels[labels]:
                del counts.labels[labels]
        if not counts.total:
            del self.counts[owner["uid"]]
