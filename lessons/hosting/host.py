"""The pacing thread: the one place where clusters run, are asked and are changed.

Everybody else puts a job into its inbox and waits for an immutable value. Between jobs it gives each cluster that is
due a slice of 5 ms, the watched ones first, shows what changed, and sleeps until the next thing is due. Threads of
their own load clusters (`recovery`) and write to the disk (`log_writer`): nothing here waits for either.
"""

import functools
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from django.db import close_old_connections

from cluster_sim import Response
from lessons.hosting import acting, calling, errands, keeping, limits, past, put_away, recovery
from lessons.hosting.fan_out import PUT_AWAY, Viewer, dismiss
from lessons.hosting.hosted import Hosted
from lessons.hosting.log_writer import LogWriter
from lessons.hosting.opening import own_cluster
from lessons.hosting.openings import Openings
from lessons.hosting.outcome import Actor, Outcome
from lessons.hosting.rate_limit import TokenBucket
from lessons.hosting.showing import Watcher
from lessons.stage import Stage
from lessons.visitors import Visitor

logger = logging.getLogger(__name__)
T = TypeVar("T")
Job = Callable[[], None]
LOADERS = 2  # one long replay must not keep everybody else out
LONGEST_SLEEP = 1.0
STUMBLED = {"t": "refused", "id": None, "title": "The cluster stumbled and was paused.",
            "text": "This is a fault of Podium's, not yours. Take back the last act, or start over."}


class Host:
    """All hosted clusters of this process. Methods marked 'pacing thread' are called there only."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.openings = Openings()
        self.writer = LogWriter()
        self.watchers: list[Watcher] = []
        self.clusters: dict[str, Hosted] = {}
        self.buckets: dict[str, TokenBucket] = {}
        self._waiting: dict[str, list[tuple[Callable[[Hosted], Any], Future[Any]]]] = {}
        self._inbox: SimpleQueue[Job] = SimpleQueue()
        self._loaders = ThreadPoolExecutor(LOADERS, thread_name_prefix="cluster-loader")
        self._looker = ThreadPoolExecutor(1, thread_name_prefix="looking-back")
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closing = False
        self._housekept = 0.0
        self._swept = -limits.SWEEP_EVERY

    # From any thread

    def open(self, visitor: Visitor, lesson: str, scene: str, fresh: bool, speed: float) -> "Future[str]":
        """The id of the visitor's cluster of this lesson, loaded; SceneError in the future if there can be none."""
        opened: Future[str] = Future()

        def found(finding: "Future[str]") -> None:
            error = finding.exception()
            if error is not None:
                opened.set_exception(error)
                return
            cluster_id = finding.result()
            self.ask(cluster_id, lambda hosted: cluster_id).add_done_callback(lambda asked: there(asked))

        def there(asked: "Future[str]") -> None:
            if isinstance(asked.exception(), recovery.Unreadable):
                find()  # it was set aside: the next is a new one
            elif (error := asked.exception()) is not None:
                opened.set_exception(error)
            else:
                opened.set_result(asked.result())

        def find() -> None:
            self.load_job(theirs).add_done_callback(found)

        def theirs() -> str:
            cluster_id = own_cluster(self.openings, visitor, lesson, scene, fresh, speed)
            self.let_go(put_away.surplus(visitor.id))
            return cluster_id

        find()
        return opened

    def ask(self, cluster_id: str, question: Callable[[Hosted], T], looking: bool = True) -> "Future[T]":
        """Run `question(hosted)` on the pacing thread; the cluster is loaded first if it must be.

        Raises NoSuchCluster in the future. `looking` wakes a cluster that sleeps.
        """
        answer: Future[T] = Future()
        self.post(lambda: self._ask(cluster_id, question, answer, looking))
        return answer

    def command(self, cluster_id: str, actor: Actor, op: dict[str, Any]) -> "Future[Outcome]":
        """A person's command. The future's outcome is said when the command is on the disk."""
        said: Future[Outcome] = Future()

        def answer(outcome: Outcome) -> None:
            if not said.done():
                said.set_result(outcome)

        self._when_asked(cluster_id, lambda hosted: acting.act(self, hosted, actor, op, answer), said)
        return said

    def act(
        self, cluster_id: str, actor: Actor, op: dict[str, Any], answer: Callable[[Outcome], None]
    ) -> "Future[None]":
        """As `command`, for who can hear more than once: first that it is done, later what the API server refused."""
        return self.ask(cluster_id, lambda hosted: acting.act(self, hosted, actor, op, answer))

    def ask_shown(self, cluster_id: str, question: Callable[[past.Shown], T]) -> "Future[T]":
        """As `ask`, about what its pages show: now, or a moment of the past."""
        answer: Future[T] = Future()
        self._when_asked(cluster_id, lambda hosted: past.ask(self, hosted, question, answer), answer)
        return answer

    def look_back(self, job: Callable[[], T]) -> "Future[T]":
        """Run work on clusters of the past: one thread owns them all."""
        return self._looker.submit(job)

    def call(self, cluster_id: str, request: calling.Request) -> "Future[Response]":
        """An API request whose sender waits for the answer."""
        said: Future[Response] = Future()
        self._when_asked(cluster_id, lambda hosted: calling.call(self, hosted, request, said.set_result), said)
        return said

    def join(self, cluster_id: str, viewer: Viewer) -> "Future[None]":
        """`viewer` gets the full state, then every frame."""
        return self.ask(cluster_id, lambda hosted: hosted.showing.join(viewer))

    def leave(self, cluster_id: str, viewer: Viewer) -> None:
        """`viewer` is gone."""

        def gone() -> None:
            hosted = self.clusters.get(cluster_id)
            if hosted is not None:
                hosted.showing.leave(viewer)
                hosted.looked_at = self.now()

        self.post(gone)

    def load_job(self, job: Callable[[], T]) -> "Future[T]":
        """Run slow work (database, replay) on a loader's thread."""

        def run() -> T:
            close_old_connections()
            try:
                return job()
            finally:
                close_old_connections()

        return self._loaders.submit(run)

    def post(self, job: Job) -> None:
        """Put a job into the inbox."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="pacing", daemon=True)
                self._thread.start()
        self._inbox.put(job)

    def let_go(self, cluster_ids: Iterable[str]) -> None:
        """These are no longer on the disk: who still looks at one is told so, and comes back to what was kept of it."""

        def gone(cluster_id: str) -> None:
            hosted = self.clusters.pop(cluster_id, None)
            if hosted is not None:
                dismiss(hosted.showing.everyone, PUT_AWAY)

        for cluster_id in cluster_ids:
            self.post(functools.partial(gone, cluster_id))

    def close(self) -> None:
        """Mark where every cluster stands and stop."""
        self._stop()
        for hosted in self.clusters.values():
            keeping.mark(self, hosted)
        self.writer.close()

    def die(self) -> None:
        """Stop without a word, as a killed process does; for tests of what the disk remembers."""
        self._stop()
        self.writer.close()

    def _stop(self) -> None:
        with self._lock:
            thread, self._closing = self._thread, True
        if thread is not None:
            self._inbox.put(lambda: None)
            thread.join()
        self._loaders.shutdown(wait=True)
        self._looker.shutdown(wait=True, cancel_futures=True)

    # Pacing thread

    def _run(self) -> None:
        # Web threads must get the interpreter within a millisecond; and a full garbage collection over a hundred
        # clusters would stop everybody for half a second, so it is made rare.
        sys.setswitchinterval(0.001)
        gc.set_threshold(100_000, 50, 100)
        while not self._closing:
            try:
                self._safely(self._inbox.get(timeout=max(0.0, self._sleep())))
                self._work_off()
            except Empty:
                pass
            self._run_due()
            if self.now() >= self._housekept + limits.MARK_EVERY:
                self._housekept = self.now()
                keeping.housekeep(self)
                self._sweep()

    def _sweep(self) -> None:
        """Once an hour: let go of what nobody has looked at for too long."""
        if self.now() >= self._swept + limits.SWEEP_EVERY:
            self._swept, loaded = self.now(), frozenset(self.clusters)
            self.load_job(lambda: self.let_go(put_away.idle(loaded)))

    def _work_off(self) -> None:
        while True:
            try:
                self._safely(self._inbox.get_nowait())
            except Empty:
                return

    def _safely(self, job: Job) -> None:
        try:
            job()
        except Exception:
            logger.exception("A job of the pacing thread failed")

    def _sleep(self) -> float:
        wall = self.now()
        times = [self._housekept + limits.MARK_EVERY, wall + LONGEST_SLEEP]
        for hosted in self.clusters.values():
            waking = (hosted.wake_at(wall), hosted.showing.wake_at(hosted.writing))
            times += [time for time in waking if time is not None]
        return min(times) - wall

    def _run_due(self) -> None:
        wall = self.now()
        due = [hosted for hosted in self.clusters.values() if (hosted.wake_at(wall) or wall + 1) <= wall]
        for hosted in sorted(due, key=lambda hosted: not hosted.showing.watched):
            try:
                hosted.slice(self.now)
                errands.go_on(self, hosted)
            except Exception:
                logger.exception("Cluster %s cannot go on", hosted.id)
                hosted.end_seek()
                hosted.set_pace(self.now(), paused=True)
                hosted.showing.tell(STUMBLED)
            self._work_off()  # a person's act does not wait for the others' slices
        wall = self.now()
        for hosted in list(self.clusters.values()):
            try:
                hosted.showing.show(hosted, wall, self.watchers, self.past_shown)
            except Exception:
                logger.exception("Cluster %s cannot be shown", hosted.id)
                hosted.showing.due = wall + limits.MARK_EVERY

    def past_shown(self, hosted: Hosted) -> bool:
        """Whether a moment of its past is shown; its viewers are told what they need then. Pacing thread."""
        if hosted.past is None or not hosted.past.shown:
            return False
        past.show(self, hosted, hosted.past)
        return True

    def forget(self, hosted: Hosted) -> None:
        """Let go of a cluster that differs from the disk; its viewers get it as it was. Pacing thread."""
        if self.clusters.get(hosted.id) is hosted:
            del self.clusters[hosted.id]
            for viewer in hosted.showing.everyone:
                self.join(hosted.id, viewer)

    def _ask(self, cluster_id: str, question: Callable[[Hosted], T], answer: "Future[T]", looking: bool) -> None:
        hosted = self.clusters.get(cluster_id)
        if hosted is None:
            self._load(cluster_id, question, answer)
            return
        if looking:
            hosted.look(self.now())
        try:
            result = question(hosted)
        except BaseException as error:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    def _when_asked(self, cluster_id: str, question: Callable[[Hosted], None], said: "Future[Any]") -> None:
        def failed(asked: "Future[None]") -> None:
            error = asked.exception()
            if error is not None and not said.done():
                said.set_exception(error)

        self.ask(cluster_id, question).add_done_callback(failed)

    def _load(self, cluster_id: str, question: Callable[[Hosted], Any], answer: "Future[Any]") -> None:
        first = cluster_id not in self._waiting
        self._waiting.setdefault(cluster_id, []).append((question, answer))
        if first:
            loading = self.load_job(lambda: recovery.recover(cluster_id, self.openings))
            loading.add_done_callback(lambda done: self.post(lambda: self._loaded(cluster_id, done)))

    def _loaded(self, cluster_id: str, loading: "Future[recovery.Recovered]") -> None:
        waiting = self._waiting.pop(cluster_id, [])
        error = loading.exception()
        if error is not None:
            if not isinstance(error, recovery.NoSuchCluster):
                logger.error("Cluster %s cannot be loaded", cluster_id, exc_info=error)
            for _, answer in waiting:
                answer.set_exception(error)
            return
        self.clusters[cluster_id] = keeping.hosted(loading.result(), Stage(cluster_id), self.now())
        for question, answer in waiting:
            self._ask(cluster_id, question, answer, looking=True)
