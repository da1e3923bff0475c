"""The work queue of a controller: keys, not events.

A key that is added twice is worked on once; a key that is being worked on waits until that is done; a key that
failed comes back after a pause that doubles from 5 ms to 1000 s. So a controller always looks at the newest state,
however many events led there. What made a key dirty is kept: the first cause that is not background leads, the
others are named beside it (at most 16).

Source: client-go util/workqueue (queue.go, default_rate_limiters.go). The real queue also limits all retries
together to 10 a second; ours doesn't.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import MS, SECOND

BASE_DELAY = 5 * MS
MAX_DELAY = 1_000 * SECOND
ALSO_LIMIT = 16


class WorkQueue:
    """A queue over plain data (`state` belongs to the process)."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        for name in ("dirty", "processing", "failures"):
            state.setdefault(name, {})

    def add(self, key: str, cause: int) -> None:
        """The key needs a look, because of the span `cause`."""
        waiting = self.state["dirty"].get(key)
        if waiting is None:
            self.state["dirty"][key] = [cause]
        elif cause not in waiting and len(waiting) <= ALSO_LIMIT:
            waiting.append(cause)

    def take(self) -> tuple[str, list[int]] | None:
        """The next key that nobody works on, with its causes; it is being worked on from now."""
        processing = self.state["processing"]
        for key, causes in self.state["dirty"].items():
            if key not in processing:
                del self.state["dirty"][key]
                return key, causes
        return None

    def ready(self) -> bool:
        """Whether `take` would give a key."""
        processing = self.state["processing"]
        return any(key not in processing for key in self.state["dirty"])

    def failed(self, key: str) -> int:
        """The key's work failed once more; → the pause before the next try, in µs."""
        failures = self.state["failures"].get(key, 0)
        self.state["failures"][key] = failures + 1
        return min(BASE_DELAY << min(failures, 40), MAX_DELAY)

    def forget(self, key: str) -> None:
        """The key's work went well: its next failure starts from the shortest pause."""
        self.state["failures"].pop(key, None)

    def __len__(self) -> int:
        return len(self.state["dirty"])
