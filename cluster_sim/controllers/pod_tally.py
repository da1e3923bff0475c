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
Standing = tuple[str, int, bool, dict[str, str]]  # controller's uid, state, ready, labels
ACTIVE, TERMINATING, ENDED = range(3)


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
        self.standings: dict[str, Standing] = {}  # pod's uid → as what it was counted
        for pod in existing:
            self.change(None, pod)

    def of(self, uid: str) -> Counts:
        """The counts of an owner (all 0 if it has no pods)."""
        return self.counts.get(uid) or Counts()

    def change(self, old: Object | None, new: Object | None) -> None:
        """A pod came, changed or went."""
        gone = (old or {"metadata": {"uid": ""}})["metadata"]["uid"]
        uid, after = (gone, None) if new is None else (new["metadata"]["uid"], standing(new))
        if uid != gone:  # another pod of the same name
            self._add(self.standings.pop(gone, None), -1)
        before = self.standings.get(uid)
        if before == after:  # most changes of a pod move no number
            return
        self._add(before, -1)
        self._add(after, 1)
        if after is not None:
            self.standings[uid] = after
        else:
            self.standings.pop(uid, None)

    def _add(self, known: Standing | None, sign: int) -> None:
        if known is None:
            return
        owner, state, ready, labels = known
        counts = self.counts.get(owner)
        if counts is None:
            counts = self.counts[owner] = Counts()
        counts.total += sign
        if state == TERMINATING:
            counts.terminating += sign
        elif state == ACTIVE:
            counts.active += sign
            counts.ready += sign * ready
            carried = tuple(labels.items())
            counts.labels[carried] = counts.labels.get(carried, 0) + sign
            if not counts.labels[carried]:
                del counts.labels[carried]
        if not counts.total:
            del self.counts[owner]


def standing(pod: Object) -> Standing | None:
    """As what a pod counts; None if nobody controls it."""
    owner = meta.controller_of(pod)
    if owner is None:
        return None
    if pods.is_terminal(pod):
        return owner["uid"], ENDED, False, {}
    if meta.is_deleting(pod):
        return owner["uid"], TERMINATING, False, {}
    return owner["uid"], ACTIVE, pods.is_ready(pod), meta.labels(pod)
