"""The queue of events: by time, and within one time in the order in which they were put in.

Most of what happens in a large cluster happens at the same moments: a burst of pods is one message each, all of them
landing in the same microsecond. So the queue keeps a line of events for each time, and a heap of the times alone,
which is small however many events there are. Numbers rise, so each line is in order by itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Any

# (number, part, kind, payload, span, is it a timer)
Entry = tuple[int, str, str, Any, int, bool]
# The same as plain data, with its time before it
Event = tuple[int, int, str, str, Any, int, bool]


class EventQueue:
    """`lines`: time → its line, or its only event, as there mostly is in a cluster at rest; `times`: a heap of them."""

    __slots__ = ("lines", "times")

    def __init__(self, events: list[Event]) -> None:
        self.lines: dict[int, Entry | deque[Entry]] = {}
        self.times: list[int] = []
        for time, number, *rest in sorted(events, key=lambda event: event[:2]):
            self.push(time, (number, *rest))  # type: ignore[arg-type]

    def push(self, time: int, entry: Entry) -> None:
        """Put an event in; its number is the highest so far."""
        line = self.lines.get(time)
        if line is None:
            self.lines[time] = entry
            heappush(self.times, time)
        elif isinstance(line, deque):
            line.append(entry)
        else:
            self.lines[time] = deque((line, entry))

    def pop(self) -> Entry:
        """Take out the first event (`Kernel.run_until` has the same in its loop)."""
        line = self.lines[self.times[0]]
        entry = line.popleft() if isinstance(line, deque) else line
        if entry is line or not line:
            del self.lines[heappop(self.times)]
        return entry

    def first(self, cancelled: dict[int, bool]) -> int | None:
        """The time of the next event; those that were cancelled before it are taken out. None: there is none."""
        while self.times:
            time = self.times[0]
            line = self.lines[time]
            entry = line[0] if isinstance(line, deque) else line
            if entry[0] not in cancelled:
                return time
            del cancelled[self.pop()[0]]
        return None

    def drop_timers(self, part: str) -> list[int]:
        """Take out the timers of a part; → their numbers."""
        dropped: list[int] = []
        for time, line in list(self.lines.items()):
            entries = line if isinstance(line, deque) else (line,)
            gone = [entry[0] for entry in entries if entry[5] and entry[1] == part]
            if gone:
                dropped += gone
                kept = deque(entry for entry in entries if not (entry[5] and entry[1] == part))
                if kept:
                    self.lines[time] = kept
                else:
                    del self.lines[time]
        self.times[:] = self.lines
        heapify(self.times)
        return dropped

    def __iter__(self) -> Iterator[Event]:
        for time in sorted(self.times):
            line = self.lines[time]
            for entry in line if isinstance(line, deque) else (line,):
                yield (time, *entry)

    def __len__(self) -> int:
        return sum(len(line) if isinstance(line, deque) else 1 for line in self.lines.values())
