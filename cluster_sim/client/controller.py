"""The shape that every controller has.

A controller says what it watches and which keys an object concerns (`keys`). For a key that became dirty, `sync`
reads the local copies, compares what is wanted with what is there, and sends writes; when all of them are answered,
`after` may send more (a status, the next batch). It never waits inside: between two events everything it needs is
in its queue. A key is never worked on twice at once. If a write failed, the key comes back after a pause.

client-go's expectations (a controller must not act on a copy that has not seen its own writes) need no code here:
a watch event reaches a client before the answer to the write that caused it, because the API server sends both over
the same connection, the event first.

Source: kubernetes pkg/controller (the worker loops); client-go util/workqueue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from cluster_sim.api import resources
from cluster_sim.api.resources import Resource
from cluster_sim.client.event_recorder import record
from cluster_sim.client.informer import Informer, Object, key_of
from cluster_sim.client.process import MERGE_PATCH
from cluster_sim.client.work_queue import WorkQueue
from cluster_sim.kernel import MS, STORY
from cluster_sim.kernel.loop import in_background

if TYPE_CHECKING:
    from cluster_sim.client.controller_host import ControllerHost

WORK_DELAY = MS // 2  # a worker wakes this long after the first key became dirty: what comes meanwhile is one look

ACCOUNTS = "system:serviceaccount:kube-system:"

Answer = tuple[str, Any, int, Any]  # (then, data, status, body) of a write


class Controller:
    """Base of a reconcile loop. Subclasses set `name` and `watches` and write `sync`."""

    name: ClassVar[str] = ""
    watches: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()  # those of them of which no change asks for anything (`keys` always gives none)
    owner_kind: ClassVar[str] = ""  # pods of owners of another kind do not concern it
    account: ClassVar[str] = ""  # the service account of kube-system it writes as; "": the process's own name

    def __init__(self, process: ControllerHost) -> None:
        self.process = process
        self.kernel = process.kernel
        self.state: dict[str, Any] = process.state["controllers"].setdefault(self.name, {})
        self.state.setdefault("running", {})  # key → {"span", "waiting", "answers", "failed"}
        self.state.setdefault("planned", {})  # key → time of the next look asked for by `requeue`
        self.state.setdefault("awake", False)
        self.queue = WorkQueue(self.state.setdefault("queue", {}))
        self.user = f"{ACCOUNTS}{self.account}" if self.account else process.user
        self._key = ""
        self._span = 0
        self._also: list[int] = []

    # What subclasses write

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """The keys that a change concerns; by default the object's own."""
        obj = new or old
        return (key_of(obj),) if obj is not None else ()

    def sync(self, key: str, span: int) -> None:
        """Bring what is there closer to what is wanted."""

    def after(self, key: str, answers: list[Answer], span: int) -> None:
        """Every write of this round has been answered; more may be sent."""

    def begin(self, span: int) -> None:
        """The process has started and its copies are filled."""

    def tick(self, span: int) -> None:
        """A periodic timer of this controller (see `every`)."""

    def failed(self, key: str, answers: list[Answer]) -> bool:
        """Whether the key must come back after a pause: by default when a write failed for a reason that matters."""
        return any(status == 0 or (status >= 400 and status != 404) for _, _, status, _ in answers)

    # What they use

    @property
    def now(self) -> int:
        """Virtual time, in µs."""
        return self.kernel.now

    def lister(self, resource: str) -> Informer:
        """The local copy of a resource."""
        return self.process.informers[resource]

    def requeue(self, key: str, after: int) -> None:
        """Look at the key again after so many µs, unless an earlier look is coming anyway."""
        time, planned = self.now + max(0, after), self.state["planned"].get(key)
        if planned is None or not self.now < planned <= time:
            self.state["planned"][key] = time
            self.kernel.timer(self.process.part, max(0, after), "again", [self.name, key], background=True)

    def again(self, key: str, span: int) -> None:
        """A planned look is due."""
        if self.state["planned"].get(key, 0) <= self.now:
            self.state["planned"].pop(key, None)
        self.enqueue(key, span)

    def every(self, period: int) -> None:
        """Call `tick` once, after `period` µs; a controller that wants a rhythm calls this again in `tick`."""
        self.kernel.timer(self.process.part, period, f"tick:{self.name}", background=True)

    def work_span(self, phrase: str, args: dict[str, Any], *, level: int = STORY, detail: Any = None,
                  subject: str = "") -> int:
        """Tell a decision of this sync that no message carries; what follows is caused by it."""
        self._span = self.kernel.work(self.process.part, self._span, verb="decide", subject=subject, phrase=phrase,
                                      args=args, level=level, detail=detail, also=self._take_also())
        return self._span

    def read(self, resource: Resource | str, name: str, namespace: str | None = None, **options: Any) -> None:
        """GET an object from the API server itself, where the local copy may be behind."""
        self._write("GET", resources.path(resource, namespace, name), None, **options)

    def create(self, resource: Resource | str, obj: Object, *, namespace: str | None = None, name: str | None = None,
               subresource: str | None = None, **options: Any) -> None:
        """POST an object (or a subresource of a named one)."""
        namespace = namespace or obj["metadata"].get("namespace")
        self._write("POST", resources.path(resource, namespace, name, subresource), obj, **options)

    def update(self, resource: Resource | str, obj: Object, *, subresource: str | None = None, **options: Any) -> None:
        """PUT an object; its resourceVersion guards against overwriting what somebody else wrote."""
        meta = obj["metadata"]
        self._write("PUT", resources.path(resource, meta.get("namespace"), meta["name"], subresource), obj, **options)

    def update_status(self, resource: Resource | str, obj: Object, **options: Any) -> None:
        """PUT the status of an object."""
        self.update(resource, obj, subresource="status", **options)

    def patch(self, resource: Resource | str, obj: Object, patch: Any, *, content_type: str = MERGE_PATCH,
              subresource: str | None = None, **options: Any) -> None:
        """PATCH an object."""
        meta = obj["metadata"]
        path = resources.path(resource, meta.get("namespace"), meta["name"], subresource)
        self._write("PATCH", path, patch, content_type=content_type, **options)

    def delete(self, resource: Resource | str, obj: Object, *, propagation: str | None = None, grace: int | None = None,
               **options: Any) -> None:
        """DELETE just this object: its uid is a precondition."""
        meta = obj["metadata"]
        body: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": meta["uid"]}}
        if propagation is not None:
            body["propagationPolicy"] = propagation
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        self._write("DELETE", resources.path(resource, meta.get("namespace"), meta["name"]), body, **options)

    def delete_all(self, resource: Resource | str, namespace: str, **options: Any) -> None:
        """DELETE every object of a resource in a namespace."""
        self._write("DELETE", resources.path(resource, namespace), None, **options)

    def event(self, obj: Object, event_type: str, reason: str, message: str) -> None:
        """Record an Event about an object; nothing waits for it."""
        record(self.process, f"{self.name}-controller", obj, event_type, reason, message, self._span)

    def tell_name(self, answer: Answer) -> None:
        """The API server has completed the name of a pod: say it in the span that asked for it.

        The write's data must hold its phrase's arguments under "told".
        """
        _, data, status, body = answer
        if status == 201:
            self.kernel.tell(data["span"], args={**data["told"], "pod": body["metadata"]["name"]})

    # The machinery

    def enqueue(self, key: str, cause: int) -> None:
        """The key needs a look."""
        self.queue.add(key, cause)
        self.wake(cause)

    def wake(self, cause: int) -> None:
        """Have a worker come by, if there is something to do and none is on its way."""
        if not self.state["awake"] and self.process.all_synced() and self.queue.ready():
            self.state["awake"] = True
            self.kernel.timer(self.process.part, WORK_DELAY, "work", self.name, cause=cause)

    def work(self, span: int) -> None:
        """Sync every key that is dirty and not being worked on."""
        self.state["awake"] = False
        while (taken := self.queue.take()) is not None:
            key, causes = taken
            cause = self._lead(causes)
            self.queue.state["processing"][key] = True
            self.state["running"][key] = {"span": cause, "waiting": 0, "answers": [], "failed": False}
            self._enter(key, cause, [other for other in causes if other != cause])
            self.sync(key, cause)
            self._leave(key)

    def answered(self, key: str, then: str, data: Any, status: int, body: Any, span: int) -> None:
        """One write of the key came back; after the last, go on."""
        running = self.state["running"].get(key)
        if running is None:
            return
        running["answers"].append([then, data, status, body])
        running["waiting"] -= 1
        if running["waiting"] == 0:
            answers = [tuple(answer) for answer in running["answers"]]
            running["answers"] = []
            running["failed"] = running["failed"] or self.failed(key, answers)
            self._enter(key, span, [])
            self.after(key, answers, span)
            self._leave(key)

    def _leave(self, key: str) -> None:
        """If nothing is outstanding, the key is done: well, or to come back after a pause."""
        running = self.state["running"][key]
        if running["waiting"]:
            return
        del self.state["running"][key], self.queue.state["processing"][key]
        if running["failed"]:
            pause = self.queue.failed(key)
            self.kernel.timer(self.process.part, pause, "retry", [self.name, key], cause=self._span)
        else:
            self.queue.forget(key)
        self.wake(self._span)

    def _enter(self, key: str, span: int, also: list[int]) -> None:
        self._key, self._span, self._also = key, span, also

    def blame(self, *spans: int) -> None:
        """Name further causes of what this sync does next, such as the faults behind a silence."""
        self._also = [*self._also, *(span for span in spans if span and span not in self._also)]

    def _take_also(self) -> list[int]:
        also, self._also = self._also, []
        return also

    def _lead(self, causes: list[int]) -> int:
        """The first cause that is not background."""
        return next((cause for cause in causes if not in_background(cause)), causes[0])

    def _write(self, verb: str, path: str, body: Any, *, then: str = "", data: Any = None, phrase: str = "",
               args: dict[str, Any] | None = None, level: int | None = None, content_type: str | None = None,
               subject: str = "", detail: Any = None) -> None:
        self.state["running"][self._key]["waiting"] += 1
        data = {**data} if isinstance(data, dict) else data
        span = self.process.request(
            verb, path, body, cause=self._span, then=then or "written",
            data={"controller": self.name, "key": self._key, "data": data}, content_type=content_type, phrase=phrase,
            args=args, level=(STORY if phrase else 1) if level is None else level, subject=subject, detail=detail,
            also=self._take_also(), user=self.user)
        if isinstance(data, dict):
            data["span"] = span  # so that what the answer brings (a generated name) can be told of it
