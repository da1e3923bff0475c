"""The event loop: a virtual clock in integer microseconds and one queue of events, ordered by time, then by number.

An event is a message that lands at a part, or a timer of a part; both are plain data. The loop takes the first,
sets the clock to its time and hands it to the part's component. Nothing else makes time pass. Real processes run
at once on many machines; here two events of the same microsecond happen in the order in which they were sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop
from typing import Any

from cluster_sim.kernel import frozen
from cluster_sim.kernel.component import Component
from cluster_sim.kernel.draws import Draws
from cluster_sim.kernel.network import Network
from cluster_sim.kernel.queue import EventQueue
from cluster_sim.kernel.span import BACKGROUND, DETAIL, STORY
from cluster_sim.kernel.timestamps import microtime, rfc3339
from cluster_sim.kernel.trace import Trace

MS = 1_000
SECOND = 1_000_000
NOTES_KEPT = 50_000  # if nobody takes them

START = "#start"  # an event for a part that does not run: start it (see `Kernel.restart`)

# Messages that open a connection: if nobody listens, the sender hears "refused" (a reset), as over TCP.
CONNECTING: dict[str, bool] = {}


def register_connecting(*kinds: str) -> None:
    """Declare message kinds whose sender is told when the target is not running.

    Their payload is a dict with at least `source` (the sender's part) and `id` (its own number for the call).
    """
    for kind in kinds:
        CONNECTING[kind] = True


def in_background(span: int) -> bool:
    """Whether a span began in the background: its id says so, for what depends on it must not depend on recording."""
    return bool(span & 1)


class Kernel:
    """Clock, queue, draws, network and trace of one cluster."""

    def __init__(self, seed: int | str, epoch: int = 0, data: dict[str, Any] | None = None) -> None:
        data = data or {}
        self.seed = seed
        self.epoch: int = data.get("epoch", epoch)  # µs since 1970 at virtual time 0
        self.now: int = data.get("now", 0)
        self.executed: int = data.get("executed", 0)  # events run so far
        self.sequence: int = data.get("sequence", 0)
        self.spans: int = data.get("spans", 0)  # ids given; counted whether recorded or not
        self.queue = EventQueue(data.get("queue", []))
        self.cancelled: dict[int, bool] = data.get("cancelled", {})
        self.stopped: dict[str, bool] = data.get("stopped", {})  # parts; "NODE/" for a machine without power
        self.peers: dict[str, dict[str, bool]] = data.get("peers", {})
        self.silenced: dict[str, dict[str, int]] = data.get("silenced", {})  # part or machine → fault → its span
        self.half_open: dict[str, dict[str, bool]] = data.get("half_open", {})  # as peers, who do not know yet
        self.machines: dict[str, dict[str, Any]] = data.get("machines", {})  # name → size, zone, role: plain data
        self.draws = Draws(seed, data.get("counters"))
        self.network = Network(data.get("network"), self.draws)
        self.world: dict[str, Any] = data.get("world", {})  # what else is wrong, set by faults, read by whoever feels it
        self.trace = Trace()
        self.notes: list[tuple[int, str, Any]] = []  # what was told to `note`; not state
        self.components: dict[str, Component] = {}
        self.registered = 0  # changes of `components`, for whoever keeps a list of some of them
        self.live: dict[str, Callable[[str, Any, int], None]] = {}  # running part → its receive
        self.uid = self.draws.uid
        self.suffix = self.draws.suffix
        self.draw = self.draws.below

    def dump(self) -> dict[str, Any]:
        """The kernel's state as plain data (the trace apart: it is not state).

        The queue in order and without what was cancelled: how it lies in memory is an accident of its past.
        """
        queue = [event for event in self.queue if event[1] not in self.cancelled]
        return {
            "epoch": self.epoch, "now": self.now, "executed": self.executed, "sequence": self.sequence,
            "spans": self.spans, "queue": queue, "cancelled": {}, "stopped": self.stopped,
            "peers": self.peers, "machines": self.machines, "counters": self.draws.counters,
            "network": self.network.state, "silenced": self.silenced, "half_open": self.half_open,
            **({"world": self.world} if self.world else {}),
        }

    # Parts

    def register(self, component: Component) -> None:
        """Make a component reachable under its part id."""
        self.components[component.part] = component
        self.registered += 1
        if component.part not in self.stopped:
            self.live[component.part] = component.receive

    def remove(self, part: str) -> None:
        """A part is gone for good; what is on its way to it is lost."""
        self.components.pop(part, None)
        self.registered += 1
        self.live.pop(part, None)
        self._drop_timers(part)
        for known in (self.peers, self.half_open, self.stopped, self.silenced):
            known.pop(part, None)
        for connected in (self.peers, self.half_open):
            for others in connected.values():
                others.pop(part, None)

    def take_apart(self) -> None:
        """Nobody needs this kernel any more. Its parts know it and each other: such rings would stay in memory until
        a full garbage collection, which stops a host of many clusters for half a second and is therefore avoided."""
        for component in self.components.values():
            component.__dict__.clear()
        self.__dict__.clear()

    def is_running(self, part: str) -> bool:
        """Whether the part exists and its process runs."""
        return part in self.components and part not in self.stopped

    def connect(self, part: str, server: str) -> None:
        """Note an open connection: if the server's process dies, `part` hears "closed"."""
        self.peers.setdefault(server, {})[part] = True

    def disconnect(self, part: str, server: str) -> None:
        """The connection is closed: `part` hears no more of what becomes of `server`."""
        for connected in (self.peers, self.half_open):
            connected.get(server, {}).pop(part, None)

    def stop(self, part: str, cause: int, silent: bool = False) -> None:
        """The process dies: its timers and memory go; its peers hear a reset.

        If `silent` (the power failed) they hear nothing until the machine is back and knows of no connection.
        """
        self.stopped[part] = True
        self.live.pop(part, None)
        self._drop_timers(part)
        self.components[part].reset()
        self.components[part].rebuild()
        peers = self.peers.pop(part, {})
        if silent:
            self.half_open[part] = peers
        else:
            self._reset(part, peers, cause)
        for connected in (self.peers, self.half_open):
            for others in connected.values():
                others.pop(part, None)

    def run(self, part: str, cause: int) -> None:
        """The process starts again."""
        self.stopped.pop(part, None)
        self.live[part] = self.components[part].receive
        self._reset(part, self.half_open.pop(part, {}), cause)
        self.components[part].start(cause)

    def restart(self, part: str, delay: int, cause: int) -> None:
        """Whoever looks after a process that has ended starts it again after `delay` µs, if its machine has power."""
        self.sequence += 1
        self.queue.push(self.now + delay, (self.sequence, part, START, None, cause, True))

    def mend(self, fault: str, cause: int) -> None:
        """Undo a cut, a slow or a lossy link. Connections that a cut had parted are dead, which both ends learn now.

        Over TCP a cut of seconds would only delay what was sent, and one of more than 45 s would be noticed by
        HTTP/2's pings while it lasts; either way both ends end up connected anew, or with nothing missed.
        """
        parted = [(one, other) for one, peers in self.peers.items() for other in peers
                  if self.is_running(one) and self.network.parted(one, other)]
        self.network.mend(fault)
        for one, other in parted:
            if not self.network.parted(one, other):
                self._reset(one, {other: True}, cause)
        for one in [one for one in self.half_open if f"{self.network.machine(one)}/" not in self.stopped]:
            self._reset(one, self.half_open.pop(one), cause)

    def hang_up(self, part: str, cause: int) -> None:
        """What was connected to a part that died silently learns now that it is gone."""
        self._reset(part, self.half_open.pop(part, {}), cause)

    def _reset(self, part: str, peers: dict[str, bool], cause: int) -> None:
        """Tell the peers that the connection is gone; whom a cut keeps from hearing it hears it later."""
        for peer in peers:
            if not self.is_running(peer):
                continue
            if self.network.latency(part, peer) is None:
                self.half_open.setdefault(part, {})[peer] = True
            else:
                self.send(part, peer, "closed", {"peer": part, "at": self.now}, cause, verb="reset", subject=part)

    def behind_silence(self, part: str) -> list[int]:
        """Spans of the faults that keep a part from being heard: causes of what others do because nothing came."""
        return [span for place in (part, part.rpartition("/")[0]) for span in self.silenced.get(place, {}).values()]

    # Spans

    def _span(self, cause: int, level: int) -> int:
        """A new id: even, or odd if it begins or goes on in the background (see `in_background`)."""
        self.spans += 2
        return self.spans | (level == BACKGROUND or (level == DETAIL and cause & 1))

    def work(self, part: str, cause: int, *, verb: str = "", subject: str = "", phrase: str = "",
             args: dict[str, Any] | None = None, level: int = STORY, revision: int | None = None,
             detail: Any = None, also: tuple[int, ...] | list[int] = ()) -> int:
        """Record work in place; → the id of its span."""
        span = self._span(cause, level)
        if self.trace.recording:
            self.trace.record([span, cause, also, self.now, None, part, part, verb, subject, phrase, args, level,
                               revision, detail])
        return span

    def tell(self, span: int, phrase: str | None = None, args: dict[str, Any] | None = None, *,
             level: int | None = None, detail: Any = None, revision: int | None = None,
             subject: str | None = None) -> None:
        """Say more about a span already recorded, now that its meaning is known."""
        if not self.trace.recording:
            return
        columns = {9: phrase, 10: args, 13: detail, 12: revision, 8: subject}
        self.trace.tell(span, {column: value for column, value in columns.items() if value is not None}, level)

    # Events

    def send(self, source: str, target: str, kind: str, payload: Any, cause: int, *, verb: str = "",
             subject: str = "", phrase: str = "", args: dict[str, Any] | None = None, level: int = DETAIL,
             revision: int | None = None, detail: Any = None, also: tuple[int, ...] | list[int] = (),
             told: tuple[str, str] | None = None) -> int:
        """Send a message; it lands after the link's latency, or never. → the id of its span.

        `told`: between whom the span says that it travels, if the parts only carry it for others.
        """
        lands = self.network.lands(source, target, self.now)
        self.spans += 2
        span = self.spans | (level == BACKGROUND or (level == DETAIL and cause & 1))  # `_span`, in place: the busiest line
        if self.trace.recording:
            here, there = told or (source, target)
            self.trace.record([span, cause, also, self.now, lands, here, there, verb or kind, subject, phrase, args,
                               level, revision, detail])
        if lands is not None:
            if frozen.enabled:
                payload = frozen.freeze(payload)
            self.sequence += 1
            self.queue.push(lands, (self.sequence, target, kind, payload, span, False))
        return span

    def timer(self, part: str, delay: int, kind: str, payload: Any = None, *, cause: int = 0,
              background: bool = False) -> int:
        """Wake `part` with `kind` after `delay` µs; → an id for `cancel`.

        With a cause the timer continues that chain (a back-off, a pull that takes its time). Without one it begins
        a chain of its own when it fires; `background` declares a heartbeat, resync or probe. A negative span in the
        queue marks those: -1 plain, -2 background.
        """
        self.sequence = number = self.sequence + 1
        self.queue.push(self.now + delay, (number, part, kind, payload, -2 if background else cause or -1, True))
        return number

    def cancel(self, timer: int) -> None:
        """Make a timer that has not fired yet do nothing."""
        self.cancelled[timer] = True

    def next_due(self) -> int | None:
        """The time of the next event, in µs; None when nothing is to come."""
        return self.queue.first(self.cancelled)

    def step(self) -> int | None:
        """Run the next event; → the id of the span that brought it, None if there was none."""
        due = self.queue.first(self.cancelled)
        if due is not None:
            self.now = due
            _, target, kind, payload, span, _ = self.queue.pop()
            self.executed += 1
            if span < 0:
                span = self._begin(target, kind, span)
            receive = self.live.get(target)
            if receive is not None:
                receive(kind, payload, span)
            else:
                self._nobody(target, kind, payload, span)
            return span
        return None

    def run_until(self, time: int, budget: int | None = None) -> int:
        """Run events due up to `time` (at most `budget` of them) and, if all ran, set the clock to it; → how many."""
        # The loop of `step`, with everything looked up once: this is where a cluster's time goes.
        queue, cancelled, handler = self.queue, self.cancelled, self.live.get
        times, lines = queue.times, queue.lines
        left = budget if budget is not None else 1 << 62
        before = left
        try:
            while left and times and times[0] <= time:
                self.now = now = times[0]
                line: Any = lines[now]
                entry = line.popleft() if line.__class__ is deque else line  # as `EventQueue.pop`
                if entry is line or not line:
                    del lines[heappop(times)]
                sequence, target, kind, payload, span, _ = entry
                if cancelled and cancelled.pop(sequence, False):
                    continue
                left -= 1
                if span < 0:
                    span = self._begin(target, kind, span)
                receive = handler(target)
                if receive is not None:
                    receive(kind, payload, span)
                else:
                    self._nobody(target, kind, payload, span)
        finally:
            self.executed += before - left
        if left:
            self.now = max(self.now, time)
        return before - left

    def _begin(self, target: str, kind: str, mark: int) -> int:
        """A timer without a cause fires: it is the root of what follows."""
        return self.work(target, 0, verb="timer", subject=kind, level=BACKGROUND if mark == -2 else DETAIL)

    def _nobody(self, target: str, kind: str, payload: Any, span: int) -> None:
        """No process at `target`: its machine resets a connection, or starts the process if that is what is due."""
        if f"{self.network.machine(target)}/" in self.stopped:
            return
        if kind == START and target in self.stopped:
            self.run(target, span)
        elif kind in CONNECTING:
            self.send(target, payload["source"], "refused", {"id": payload["id"], "kind": kind, "peer": target}, span,
                      verb="refused", subject=kind)

    def _drop_timers(self, part: str) -> None:
        for number in self.queue.drop_timers(part):
            self.cancelled.pop(number, None)

    def note(self, name: str, value: Any) -> None:
        """Tell a number to whoever records facts; nothing in the run may depend on it."""
        self.notes.append((self.now, name, value))
        if len(self.notes) > NOTES_KEPT:
            del self.notes[: NOTES_KEPT // 2]

    # Clock

    def timestamp(self, time: int | None = None) -> str:
        """Virtual time as RFC 3339 in whole seconds, as metadata has it."""
        return rfc3339(self.epoch + (self.now if time is None else time))

    def microtime(self, time: int | None = None) -> str:
        """Virtual time as RFC 3339 with microseconds, as Leases have it."""
        return microtime(self.epoch + (self.now if time is None else time))
