"""One hosted cluster: its model, its pace, who looks on, and how much of it runs in a slice.

Only the pacing thread touches it. `slice` lets virtual time go on as far as the pace allows; `wake_at` says when
that is worth doing again, so that nothing spins. Wall time is given by the thread, never read here.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cluster_sim import Call, Cluster, Position, Response
from lessons.hosting import limits, pacing
from lessons.hosting.clock import Clock, Mode
from lessons.hosting.followed import Followed
from lessons.hosting.outcome import Outcome
from lessons.hosting.pacing import Pace
from lessons.hosting.showing import Showing

Now = Callable[[], float]
Answer = Callable[[Outcome], None]


@dataclass(slots=True)
class Seek:
    """A step or a skip under way: runs at full speed to the next story."""

    after: float  # virtual second: what happens before it is not what is looked for
    limit: float  # virtual second
    found: Callable[[bool], None]
    cpu: float = 0.0


@dataclass(slots=True)
class Act:
    """Something a person did, and whom to tell if the API server refuses it."""

    call: Call | None
    command: str | None
    answer: Answer


@dataclass(slots=True)
class Waiting:
    """Somebody waits for this call's answer, until that wall second."""

    call: Call
    until: float
    answer: Callable[[Response], None]
    too_late: Response


@dataclass(slots=True)
class Base:
    """A snapshot in memory that a replay can start from."""

    position: Position
    data: bytes


@dataclass(eq=False)
class Hosted:
    """`cluster` and `stage` are for functions given to `hosting.ask`; the rest is the host's own."""

    id: str
    visitor: str
    lesson: str
    cluster: Cluster
    stage: Any
    pace: Pace
    head: dict[str, Any]  # the log's first record; `records` are its commands, without those that undo struck
    records: list[dict[str, Any]] = field(default_factory=list)
    bases: deque[Base] = field(default_factory=lambda: deque(maxlen=limits.SNAPSHOTS_IN_MEMORY))
    asleep: bool = False
    writing: int = 0  # commands on their way to the disk: meanwhile the clock stands
    seek: Seek | None = None
    looked_at: float = 0.0
    marked: Position | None = None  # what the disk knows: where it stands, and the pace
    marked_pace: tuple[float, bool] | None = None
    snapshot_due: float = 0.0
    followed: Followed = field(default_factory=Followed)
    past: Any = None  # a moment of the past that is shown in place of now (see `past`)
    undoing: bool = False  # the past is being played again: what is done now would be lost
    storing: dict[str, list[Answer]] = field(default_factory=dict)  # command ids on their way to the disk
    waiting: list[Waiting] = field(default_factory=list)  # senders of API requests
    unanswered: list[Act] = field(default_factory=list)
    errands: list[Any] = field(default_factory=list)  # of clients that need several requests (see `errands`)
    answers: dict[str, Outcome] = field(default_factory=dict)  # command id → what was said, for who repeats it
    memory: dict[str, Any] = field(default_factory=dict)  # for the rooms that watch (goals, votes)
    seen_span: int = 0
    resumed: float | None = None  # wall second it was read from the disk: its pages may have been shown more than that
    turn: float | None = None  # the virtual second at which the rate has to be thought about again
    measured: tuple[float, float] = (0.0, 0.0)  # wall, virtual at the last look at the speed
    reached: float | None = None
    showing: Showing = field(default_factory=Showing)

    # Clock

    @property
    def mode(self) -> Mode:
        return "asleep" if self.asleep else "paused" if self.pace.paused else "running"

    @property
    def stands(self) -> bool:
        """Whether virtual time stands still."""
        return self.pace.paused or self.asleep or self.writing > 0

    def clock(self, wall: float) -> Clock:
        """What a page shows of time."""
        now = self.cluster.now
        hops = self.followed.under_way(now)
        flying = {} if self.stands else pacing.hop_ms(hops, now, self.pace)
        return Clock(now, self.cluster.position, self.pace.speed, self.mode, flying, self.showing.followers,
                     self.reached, self.seek is not None)

    def set_pace(self, wall: float, *, speed: float | None = None, paused: bool | None = None) -> None:
        """Another speed, or a pause or its end, from now on."""
        self.pace = replace(self.pace, speed=self.pace.speed if speed is None else pacing.clamp(speed),
                            paused=self.pace.paused if paused is None else paused)
        self.reached, self.measured = None, (wall, self.cluster.now)
        self.repace(wall)
        self.showing.changed()

    def repace(self, wall: float) -> None:
        """Anchor the pace at the cluster's time, with the rate that is right for what is under way."""
        now, slow = self.cluster.now, pacing.is_slow(self.pace.speed)
        hops = self.followed.under_way(now) if slow else []
        self.turn = min((hop.lands for hop in hops), default=None)
        if slow and not hops and self.followed.root is not None:
            self.turn = pacing.gap_end(now, self.cluster.next_due(of=self.followed.spans))
        gap_end = None if hops else self.turn
        self.pace = self.pace.anchored(wall, now, pacing.rate(self.pace.speed, hops, now, gap_end))

    def look(self, wall: float) -> None:
        """Somebody looks: a sleeping cluster goes on."""
        self.looked_at = wall
        if self.asleep:
            self.asleep = False
            self.repace(wall)
            self.showing.changed()

    # Running

    def regain(self, seen: Any, wall: float) -> None:
        """Before a command that was kept back over a restart, run to the virtual second its sender had been shown.

        The disk knows where the cluster stood at the last mark, pages were shown up to a second more. Nothing was
        commanded in between, so the same comes again; without it a command about it would be too early: a pod that
        somebody saw and killed would not be there yet. Several may come, each having seen more than the one before.
        """
        behind = self.resumed is not None and wall - self.resumed < limits.RESUMING
        if behind and isinstance(seen, int | float) and seen > self.cluster.now:
            self.cluster.run(min(seen, self.cluster.now + limits.SKIP_VIRTUAL), limits.REGAIN_EVENTS)
            self._absorb()
            self.repace(wall)
            self.showing.changed()

    def wake_at(self, wall: float) -> float | None:
        """When a slice is worth running; None: not before something happens."""
        if self.asleep or self.writing:
            return None
        if self.seek is not None:
            return wall
        due = self.cluster.next_due()
        times = [time for time in (due, self.turn) if time is not None]
        return self.pace.wall_at(min(times)) if times else None

    def slice(self, now: Now) -> None:
        """Run for at most a slice of wall time."""
        before = self.cluster.position.after
        if self.writing:
            return
        if self.seek is not None:
            self._seek(now, self.seek)
        elif not self.stands:
            if pacing.is_slow(self.pace.speed):
                self._run_by_story(now)
            else:
                self._run(now)
        if self.cluster.position.after != before:
            self.showing.changed()
            self._hear_answers(now())
            self.answer_waiting(now())

    def _run(self, now: Now) -> None:
        wall = now()
        until, deadline = self.pace.virtual_at(wall), wall + limits.SLICE
        while self.cluster.run(until, limits.EVENTS_PER_LOOK) >= limits.EVENTS_PER_LOOK:
            wall = now()
            if wall >= deadline:
                break
        self._absorb()
        paced = pacing.caught_up(self.pace, wall, self.cluster.now, limits.LAG)
        self._measure(wall, behind=paced is not self.pace)
        self.pace = paced

    def _run_by_story(self, now: Now) -> None:
        wall = now()
        until, deadline = self.pace.virtual_at(wall), wall + limits.SLICE
        while wall < deadline:
            turn = self.turn
            stop = until if turn is None else min(until, turn)
            left = self.cluster.advance_until(lambda cluster: self._absorb(), max(0.0, stop - self.cluster.now))
            if left or stop == turn:
                # A hop that leaves or lands here changes the rate from this very moment on, not from the slice's end.
                moment = self.pace.wall_at(self.cluster.now)
                self.repace(wall if moment is None else min(wall, moment))
                until = self.pace.virtual_at(wall)
            if not left and self.cluster.now >= until:
                break
            wall = now()

    def _absorb(self) -> bool:
        """Take in new spans; → whether a message of the followed chain has left."""
        spans = self.cluster.trace(self.seen_span)
        if not spans:
            return False
        self.seen_span = spans[-1].id
        return self.followed.take(spans, self.cluster.now)

    def _seek(self, now: Now, seek: Seek) -> None:
        wall = begun = now()
        found = False
        while not found and wall < begun + limits.SLICE and self.cluster.now < seek.limit:
            span = self.cluster.skip(min(1.0, seek.limit - self.cluster.now))
            found = span is not None and span.time > seek.after
            wall = now()
        self._absorb()
        seek.cpu += wall - begun
        if found or self.cluster.now >= seek.limit or seek.cpu >= limits.SKIP_CPU:
            self.seek = None
            self.repace(wall)
            self.showing.at_once(wall)
            seek.found(found)

    def end_seek(self) -> None:
        """A step or skip under way ends where it is."""
        seek, self.seek = self.seek, None
        if seek is not None:
            seek.found(True)

    def _measure(self, wall: float, behind: bool) -> None:
        since, virtual = self.measured
        if wall - since < 1.0:
            return
        speed = (self.cluster.now - virtual) / (wall - since)
        self.reached = round(speed, 1) if behind or speed < 0.9 * self.pace.speed else None
        self.measured = (wall, self.cluster.now)

    def _hear_answers(self, wall: float) -> None:
        """The API server has answered some acts: show it, and tell who was refused."""
        for act in list(self.unanswered):
            response = act.call.response if act.call is not None else None
            if response is None:
                continue
            self.unanswered.remove(act)
            self.showing.answered(wall)
            if response.status >= 400:
                status = response.body if isinstance(response.body, dict) else {}
                title = f"The API server answers {response.status} {status.get('reason', '')}".strip()
                words = str(status.get("message") or response.error or "It gave no reason.")
                act.answer(Outcome(False, act.command, title=title, text=words))

    def answer_waiting(self, wall: float) -> None:
        """Tell the senders of API requests what came, and those who have waited for too long."""
        for waiting in list(self.waiting):
            response = waiting.call.response
            if response is None and wall >= waiting.until:
                response = waiting.too_late
            if response is not None:
                self.waiting.remove(waiting)
                waiting.answer(response)

    def begin_act(self, act: Act, root: int | None, wall: float) -> None:
        """A person has acted: follow what comes of it, and show it soon."""
        if act.call is not None:
            self.unanswered.append(act)
            del self.unanswered[:-limits.ANSWERS_AWAITED]
        if root is not None:
            self.followed.begin(root)
        self._absorb_from(root)
        self.repace(wall)
        self.showing.acted(wall, slow=pacing.is_slow(self.pace.speed) or act.call is None)

    def remember(self, outcome: Outcome) -> None:
        """Keep an answer for who repeats the command."""
        if outcome.id is not None:
            self.answers[outcome.id] = outcome
            while len(self.answers) > limits.REMEMBERED_COMMANDS:
                del self.answers[next(iter(self.answers))]

    def _absorb_from(self, root: int | None) -> None:
        if root is not None:
            self.seen_span = min(self.seen_span, root - 1)
        self._absorb()
