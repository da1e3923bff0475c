"""The scheduling queue: pods that are to be tried now, later, or only when something changes.

*Active*: by priority, then by age. *Unschedulable*: tried in vain; an event that one of the plugins which turned the
pod down cares about brings it back, or 5 minutes. *Back-off*: brought back before its pause (1 s, doubling to 10 s)
was over. When nothing is active, a pod in back-off that did not fail by error is tried at once (since 1.33), so in a
quiet cluster a freed place is taken without a pause.

All of it is plain data in the process's state. Source: kubernetes pkg/scheduler/backend/queue/scheduling_queue.go.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from cluster_sim.kernel import SECOND

INITIAL_BACKOFF, MAX_BACKOFF = 1 * SECOND, 10 * SECOND
UNSCHEDULABLE_LIMIT = 300 * SECOND


def backoff(attempts: int) -> int:
    """The pause after so many attempts, in µs."""
    return min(INITIAL_BACKOFF << min(max(attempts - 1, 0), 10), MAX_BACKOFF)


class SchedulingQueue:
    """A queue over plain data.

    `pods`: key → {"attempts", "since", "cause", "place", "number", "priority", "plugins", "until", "error"}.
    `active` is a heap of [-priority, since, number, key], `backoff` and `errors` are heaps of [until, number, key]; an
    entry counts if the pod still has that number.
    """

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        for name, value in (
            ("pods", {}),
            ("active", []),
            ("backoff", []),
            ("errors", []),
            ("number", 0),
            ("waiting", {}),
        ):
            state.setdefault(name, value)

    @property
    def pods(self) -> dict[str, dict[str, Any]]:
        """Every pod in the queue."""
        pods: dict[str, dict[str, Any]] = self.state["pods"]
        return pods

    def add(self, key: str, priority: int, now: int, cause: int) -> None:
        """A new pod without a node."""
        self.pods[key] = {"attempts": 0, "since": now, "cause": cause, "place": "", "number": 0, "priority": priority,
                          "plugins": [], "until": 0, "error": False}
        self._activate(key)

    def remove(self, key: str) -> None:
        """The pod has a node, or is gone."""
        self.pods.pop(key, None)
        self.state["waiting"].pop(key, None)

    def take(self, now: int) -> str | None:
        """The next pod to try; it stays known until it is removed or comes back as failed."""
        self.flush(now)
        for heap in ("active", "backoff"):
            entry = self._head(heap)
            if entry is not None:
                heapq.heappop(self.state[heap])
                return self._taken(entry[-1])
        return None

    def failed(self, key: str, now: int, plugins: list[str], error: bool = False) -> None:
        """No node was found (or, `error`, the attempt itself went wrong)."""
        pod = self.pods.get(key)
        if pod is None:
            return
        pod["until"] = now + backoff(pod["attempts"])
        pod["plugins"], pod["error"] = plugins, error
        if error:
            self._put_off(key)
        else:
            pod["place"] = "unschedulable"
            self.state["waiting"][key] = now

    def event(self, helps: Callable[[str, str], bool], now: int, cause: int) -> None:
        """Something happened: `helps(pod, plugin)` says whether it may change the mind of a plugin that turned a pod down."""
        for key in list(self.state["waiting"]):
            turned_down = self.pods[key]["plugins"]
            if not turned_down or any(helps(key, plugin) for plugin in turned_down):
                self.wake(key, now, cause)

    def wake(self, key: str, now: int, cause: int) -> None:
        """Try this pod again, now or when its pause is over."""
        pod = self.pods.get(key)
        if pod is None or pod["place"] != "unschedulable":
            return
        del self.state["waiting"][key]
        pod["cause"] = cause
        if pod["until"] <= now:
            self._activate(key)
        else:
            self._put_off(key)

    def flush(self, now: int) -> None:
        """Pauses that are over, and pods that have waited 5 minutes for an event."""
        for heap in ("backoff", "errors"):
            while (entry := self._head(heap)) is not None and entry[0] <= now:
                heapq.heappop(self.state[heap])
                self._activate(entry[-1])
        waiting = self.state["waiting"]
        while waiting:
            key = next(iter(waiting))  # the one that waits longest
            if now - waiting[key] < UNSCHEDULABLE_LIMIT:
                break
            del waiting[key]
            self._activate(key)

    def busy(self) -> bool:
        """Whether there is a pod that may be tried at once."""
        return self._head("active") is not None or self._head("backoff") is not None

    def next_time(self) -> int | None:
        """When a pause after an error, or the long wait of some pod, ends."""
        entry = self._head("errors")
        times = [] if entry is None else [entry[0]]
        if self.state["waiting"]:
            times.append(next(iter(self.state["waiting"].values())) + UNSCHEDULABLE_LIMIT)
        return min(times) if times else None

    def places(self) -> dict[str, int]:
        """How many pods are where, for pages."""
        counted = {"active": 0, "backoff": 0, "unschedulable": 0}
        for pod in self.pods.values():
            place = "backoff" if pod["place"] == "errors" else pod["place"]
            if place in counted:
                counted[place] += 1
        return counted

    def _head(self, heap: str) -> list[Any] | None:
        """The first entry that still counts."""
        entries: list[list[Any]] = self.state[heap]
        while entries:
            pod = self.pods.get(entries[0][-1])
            if pod is not None and pod["place"] == heap and pod["number"] == entries[0][-2]:
                return entries[0]
            heapq.heappop(entries)
        return None

    def _taken(self, key: str) -> str:
        pod = self.pods[key]
        pod["place"], pod["attempts"] = "trying", pod["attempts"] + 1
        return key

    def _enter(self, heap: str, key: str, first: list[int]) -> None:
        self.state["number"] = number = self.state["number"] + 1
        self.pods[key]["place"], self.pods[key]["number"] = heap, number
        heapq.heappush(self.state[heap], [*first, number, key])

    def _activate(self, key: str) -> None:
        self._enter("active", key, [-self.pods[key]["priority"], self.pods[key]["since"]])

    def _put_off(self, key: str) -> None:
        pod = self.pods[key]
        self._enter("errors" if pod["error"] else "backoff", key, [pod["until"]])
