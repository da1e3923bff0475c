"""The public face: a whole cluster as one value that only changes when it is told to.

State is a function of (engine version, scene, seed, command log). Reading never changes it; `advance`, `step`,
`run` and `skip` let virtual time pass; `request`, `apply`, `fault` and `undo_fault` are what people do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cluster_sim import apply, assembly, faults, history, opening, operations, scenario
from cluster_sim.api import yaml
from cluster_sim.command_log import CommandLog, Record, check, head
from cluster_sim.etcd import Etcd
from cluster_sim.facts import Facts
from cluster_sim.history import Position
from cluster_sim.kernel import SECOND, Kernel, Span, frozen, plain
from cluster_sim.kernel.loop import in_background
from cluster_sim.kernel.trace import Trace
from cluster_sim.reading import Reading
from cluster_sim.responses import Call, Response
from cluster_sim.user import User, act
from cluster_sim.visits import Visiting

DEFAULT_EPOCH = 1_767_225_600 * SECOND  # 2026-01-01T00:00:00Z
REQUEST_LIMIT = 30 * SECOND  # a client gives up on a server that says nothing
WATCH_LIMIT = 3_600 * SECOND
FOLLOW = 240 * SECOND  # history is taken into the facts at least so often: etcd keeps it for 5 to 10 minutes


class Cluster(Reading, Visiting):
    """A cluster. Open one with `Cluster.open(scene, seed=1)`."""

    def __init__(self, kernel: Kernel, log: CommandLog, facts: Facts, active: dict[str, Any], names: list[str]) -> None:
        self.kernel = kernel
        self._log = log
        self._facts = facts
        self._active = active  # faults that are not undone: id → {name, target, options}
        self._manual = names  # parts that exist beyond the machines' own (users), in the order they came
        self._calls: dict[str, Call] = {}  # command id → its call: a repeated command gets the first answer
        self._parts_seen: dict[str, tuple[int, Any]] = {}
        self._parts_version = 0
        self._members: tuple[int, list[Etcd]] = (-1, [])  # the etcd members, as of so many changes of the kernel's parts
        self._followed = 0  # when history was last taken into the facts

    def __del__(self) -> None:
        self.kernel.take_apart()

    # Opening, keeping

    @classmethod
    def open(cls, scene: str | os.PathLike[str] | dict[str, Any] | list[dict[str, Any]], seed: int | str = 1, *,
             epoch: int | None = None, recording: bool = True) -> Cluster:
        """Open a cluster from a scene (path, YAML text, dict or list of dicts); it is up, its manifests accepted.

        `epoch` is µs since 1970 at virtual time 0. With `recording` off no trace is kept. Raises SceneError.
        """
        read = scenario.read(scene)
        start = DEFAULT_EPOCH if epoch is None else epoch
        kernel = Kernel(seed, start)
        kernel.trace.recording = recording
        cluster = cls(kernel, CommandLog(head(read.text, seed, start)), Facts(), {}, [])
        opening.boot(cluster, read)
        return cluster

    def snapshot(self) -> bytes:
        """The whole cluster as bytes, for `restore`."""
        users = {part: component.answers for part, component in self.kernel.components.items()
                 if isinstance(component, User)}
        return history.pack({**self._state(), "seed": self.kernel.seed, "trace": self.kernel.trace.dump(),
                             "facts": self._facts.dump(), "answers": users, "log": [self._log.head, self._log.count]})

    @staticmethod
    def compress(snapshot: bytes) -> bytes:
        """A snapshot, as small as it should be where it is stored; `restore` takes either."""
        return history.compress(snapshot)

    @classmethod
    def restore(cls, data: bytes) -> Cluster:
        """The cluster of a snapshot; raises SnapshotError."""
        with plain.growing():
            return cls._of(history.unpack(data))

    @classmethod
    def _of(cls, saved: dict[str, Any]) -> Cluster:
        kernel = Kernel(saved["seed"], data=saved["kernel"])
        kernel.trace = Trace(saved["trace"])
        cluster = cls(kernel, CommandLog(*saved["log"]), Facts(saved["facts"]), saved["faults"], saved["users"])
        for part, state in saved["parts"].items():
            assembly.build(kernel, part, state)
        for part, answers in saved["answers"].items():
            cluster._user(part.removeprefix("user/")).answers.update(answers)
        return cluster

    def state_hash(self) -> str:
        """Equal states, equal hashes, in any process: everything but the trace, facts and indexes."""
        return history.digest(self._state())

    def fork(self, position: Position | None = None) -> Cluster:
        """A cluster of its own that is as this one is now, or was at `position` (since it was opened here)."""
        if position is None or position >= self.position:
            return Cluster.restore(self.snapshot())
        if self._log.first:
            raise ValueError("This cluster was restored from a snapshot: what was before it is not here.")
        return Cluster.replay(self._log.since(0), position)

    past = fork

    @classmethod
    def replay(cls, log: list[Record], until: Position | None = None) -> Cluster:
        """The cluster that a log leads to (to `until`, or to the log's last mark); raises LogError."""
        first = check(log)
        cluster = cls.open(first["scene"], first["seed"], epoch=first["epoch"])
        cluster.catch_up(log, until)
        return cluster

    def catch_up(self, log: list[Record], until: Position | None = None) -> None:
        """Take the commands of `log` that come after this position; then run to `until`, or to the log's last mark."""
        end = until
        for record in log:
            if record["kind"] == "mark":
                end = end or Position(record["at"], record["after"], record["n"])
            elif record["kind"] != "head" and record["n"] > self._log.count:
                if until is not None and (record["n"] > until.commands or (record["at"], record["after"]) > until[:2]):
                    break
                self._run_to(record["at"], record["after"])
                self.redo(record)
        if end is not None:
            self._run_to(end.at, end.after)

    @property
    def position(self) -> Position:
        """Where the run is now."""
        return Position(self.kernel.now, self.kernel.executed, self._log.count)

    def log(self, since: int = 0) -> list[Record]:
        """The command log: the head (if `since` is 0) and every command after number `since`."""
        return self._log.since(since)

    # What people do

    def request(self, verb: str, path: str, body: Any = None, user: str = "admin", content_type: str | None = None,
                headers: dict[str, str] | None = None) -> Response:
        """Make an API request and let virtual time pass just far enough for its answer.

        A watch (`watch=1&timeoutSeconds=…`) answers, when it ends, the list of its events {"type", "object"}.
        """
        call = self.submit(verb, path, body, user, content_type, headers)
        watching = verb == "GET" and "watch=" in path
        self._advance_while(lambda: call.response is None, WATCH_LIMIT if watching else REQUEST_LIMIT, watching)
        return call.response or Response(503, None, error="Unable to connect to the server: dial tcp: i/o timeout")

    def submit(self, verb: str, path: str, body: Any = None, user: str = "admin", content_type: str | None = None,
               headers: dict[str, str] | None = None, id: str | None = None) -> Call:  # noqa: A002
        """Send an API request; → its Call at once. The same `id` again gives the first call; `id#1`, `id#2` … are further
        requests of the same act: what it led to."""
        if id is not None and id in self._calls:
            return self._calls[id]
        body = _plain(body)
        self._note("request", user, id, {"verb": verb, "path": path, "body": body, "contentType": content_type,
                                         "headers": headers})
        sender = self._user(user)
        if verb != "GET":
            self._facts.note(self.now, "act", act(verb, path, user, body))
        act_id, _, later = (id or "").partition("#")  # X#1, X#2 … belong to the act X: one chain
        number, span = sender.request(verb, path, body, content_type, headers,
                                      self.kernel.trace.acts.get(act_id, 0) if later else 0)
        call = Call(sender, number, span)
        if id is not None:
            self._calls[id] = call
            if not later and verb != "GET":
                self.kernel.trace.began(act_id, span)
        return call

    def apply(self, yaml_text: str, user: str = "admin") -> list[Response]:
        """Apply manifests as `kubectl apply` does; one response for each. Raises YamlError."""
        return [apply.apply(self.request, manifest, user) for manifest in yaml.load_all(yaml_text) if manifest]

    def fault(self, name: str, target: str, *, user: str = "admin", id: str | None = None,  # noqa: A002
              **options: Any) -> str:
        """Make something go wrong; → a fault id for `undo_fault`. Raises FaultError."""
        fault, options = faults.find(self.kernel, name, target, options)
        record = self._note("fault", user, id, {"name": name, "target": target, "options": options})
        number = f"fault-{record['n']}"
        span = self._act(user, fault.phrase, {**options, **faults.names(target, options)}, target)
        fault.apply(self.kernel, number, target, options, span)
        if fault.undo is not None:
            self._active[number] = {"name": name, "target": target, "options": options}
        self._facts.note(self.now, "fault", {"id": number, "name": name, "target": target, "by": user})
        return number

    def undo_fault(self, fault_id: str, user: str = "admin", id: str | None = None) -> None:  # noqa: A002
        """Repair what `fault` broke, going forward in time. Raises FaultError."""
        active = self._active.get(fault_id)
        if active is None:
            raise faults.FaultError(f"There is no fault {fault_id!r} to undo: it was undone, or it passed by itself.")
        faults.check_undo(self.kernel, active["name"], active["target"])
        self._note("undo-fault", user, id, {"fault": fault_id})
        fault = faults.FAULTS[active["name"]]
        del self._active[fault_id]
        known = faults.names(active["target"], active["options"])
        span = self._act(user, fault.undo_phrase, {**active["options"], **known}, active["target"])
        if fault.undo is not None:
            fault.undo(self.kernel, fault_id, active["target"], active["options"], span)
        self._facts.note(self.now, "fault", {"id": fault_id, "undone": True, **active, "by": user})

    def operate(self, name: str, /, target: str | None = None, *, user: str = "admin", id: str | None = None,  # noqa: A002
                **options: Any) -> str:
        """Do what an administrator does at a machine (see `operations`); → the operation's id. Raises OperationError."""
        operation, target, options = operations.find(self.kernel, name, target, options)
        record = self._note("operate", user, id, {"name": name, "target": target, "options": options})
        number = f"operation-{record['n']}"
        span = self._act(user, operation.phrase, {**options, **faults.names(target or str(options.get("name", "")))},
                         target or name)
        operation.begin(self.kernel, number, target, options, span)
        self._facts.note(self.now, "operation", {"id": number, "name": name, "target": target, **options, "by": user})
        return number

    def redo(self, record: Record) -> None:
        """Take a command of a log, at the position where the run is now."""
        body, by, command = record["body"], record["by"], record["id"]
        if record["kind"] == "request":
            self.submit(body["verb"], body["path"], body["body"], by, body["contentType"], body["headers"], command)
        elif record["kind"] == "fault":
            self.fault(body["name"], body["target"], user=by, id=command, **body["options"])
        elif record["kind"] == "visit":
            self.submit_visit(body["url"], by, body["timeout"], command)
        elif record["kind"] == "operate":
            self.operate(body["name"], body["target"] or None, user=by, id=command, **body["options"])
        elif record["kind"] == "undo-fault":
            self.undo_fault(body["fault"], by, command)

    # Time

    def advance(self, seconds: float) -> None:
        """Let that many virtual seconds pass (at least a microsecond, so that a loop to a rounded end arrives)."""
        self._run_until(self.kernel.now + max(round(seconds * SECOND), int(seconds > 0)))

    def run(self, until: float, budget: int | None = None) -> int:
        """Run to that virtual second, or so many events; → how many ran."""
        return self._run_until(round(until * SECOND), budget)

    def step(self) -> Span | None:
        """Run one event; → the span that brought it (None: nothing is to come, or it is no longer kept)."""
        span = self.kernel.step()
        self._follow()
        return None if span is None else self.kernel.trace.get(span)

    def advance_until(self, condition: Callable[[Cluster], bool], limit: float) -> bool:
        """Run until `condition(cluster)` holds (→ True) or `limit` virtual seconds have passed (→ False).

        It is tried now and after each event that is not a mere heartbeat.
        """
        return self._advance_while(lambda: not condition(self), round(limit * SECOND), stored=True)

    def skip(self, limit: float) -> Span | None:
        """Run to the next story span, at most so many virtual seconds; → it."""
        seen = self.kernel.spans

        def quiet() -> bool:
            return not any(span.level == "story" for span in self.kernel.trace.since(seen))

        self._advance_while(quiet, round(limit * SECOND))
        return next((span for span in self.kernel.trace.since(seen) if span.level == "story"), None)

    # Inside

    def _advance_while(self, waiting: Callable[[], bool], limit: int, background: bool = False, stored: bool = False) -> bool:
        """Run events while `waiting()`; → whether it stopped waiting within `limit` µs.

        What ends in the `background`, as a watch whose time is over, must be looked for there, too; so must what a
        timer makes a controller write (a pod is ready for long enough): `stored` looks whenever something was stored.
        """
        kernel, deadline = self.kernel, self.kernel.now + limit
        members = [part for part in kernel.components.values() if isinstance(part, Etcd)] if stored else []
        found, revision = not waiting(), max((member.store.revision for member in members), default=0)
        while not found:
            due = kernel.next_due()
            if due is None or due > deadline:
                kernel.now = deadline
                found = stored and not waiting()
                break
            span = kernel.step()
            if kernel.now - self._followed > FOLLOW:
                self._follow()
            worth = span is not None and (background or not in_background(span))
            if members and (latest := max([member.store.revision for member in members])) != revision:
                revision, worth = latest, True
            found = worth and not waiting()
        self._follow()
        return found

    def _run_until(self, time: int, budget: int | None = None) -> int:
        """Run to a time, or so many events, following the facts on the way: etcd forgets its history; → how many ran."""
        kernel, ran = self.kernel, 0
        while kernel.now + FOLLOW < time and (budget is None or ran < budget):
            ran += kernel.run_until(kernel.now + FOLLOW, None if budget is None else budget - ran)
            self._follow()
        ran += kernel.run_until(time, None if budget is None else budget - ran)
        self._follow()
        return ran

    def _run_to(self, at: int, after: int) -> None:
        """Run to an exact position: so many events in all, then the clock at `at`."""
        self._run_until(at, max(0, after - self.kernel.executed))
        self.kernel.now = max(self.kernel.now, at)

    def _note(self, kind: str, by: str, command_id: str | None, body: Any) -> Record:
        return self._log.add(self.kernel.now, self.kernel.executed, kind, by, command_id, body)

    def _act(self, user: str, phrase: str, args: dict[str, Any], subject: str) -> int:
        return self.kernel.work(self._user(user).part, 0, verb="act", subject=subject, phrase=phrase, args=args)

    def _user(self, name: str) -> User:
        part = f"user/{name}"
        component = self.kernel.components.get(part)
        if component is None:
            self._manual.append(part)
            component = assembly.build(self.kernel, part)
        assert isinstance(component, User)
        return component

    def _store(self) -> Any:
        """The store of the member that has applied most: what is applied anywhere is committed."""
        if self._members[0] != self.kernel.registered:
            members = [part for part in self.kernel.components.values() if isinstance(part, Etcd)]
            self._members = (self.kernel.registered, members)
        members = self._members[1]
        return (members[0] if len(members) == 1 else max(members, key=lambda member: member.store.revision)).store

    def _follow(self) -> None:
        """Take new history into the facts."""
        self._followed = self.kernel.now
        store = self._store()
        if store.revision < self._facts.revision:  # etcd was restored from a backup
            self._facts.revision = store.revision
        if store.revision != self._facts.revision or self.kernel.notes:
            history = store.since(max(self._facts.revision, store.state["compacted"]))
            self._facts.follow(history, self.kernel.notes)
            self.kernel.notes.clear()

    def _state(self) -> dict[str, Any]:
        parts = {part: component.state for part, component in self.kernel.components.items()}
        return {"kernel": self.kernel.dump(), "parts": parts, "faults": self._active, "users": self._manual}


def _plain(body: Any) -> Any:
    """The caller's body, copied: what is sent is never changed afterwards by whoever sent it."""
    return frozen.thaw(body)


__all__ = ["Cluster"]
