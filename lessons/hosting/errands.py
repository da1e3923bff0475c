"""Errands: what a client does by several API requests, each after the answer to the one before.

An errand is a generator that yields what it wants next and gets the answer. Its requests are commands in the cluster's
log like any other, so that a replay needs no errand: it is the client, not the cluster. Like a kubectl whose terminal
is closed it is gone when the process ends or the act is taken back. Pacing thread only.
"""

import json
import logging
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cluster_sim import Call, Response
from lessons.hosting import keeping
from lessons.hosting.log_writer import Entry
from lessons.hosting.models import CommandRecord
from lessons.hosting.outcome import Outcome

if TYPE_CHECKING:
    from lessons.hosting.host import Host
    from lessons.hosting.hosted import Answer, Hosted

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """Make a request and wait for its answer."""

    verb: str
    path: str
    body: Any = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many virtual seconds pass; 0: only for the answer to what was sent before."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something to who sent the command, and go on."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """Say how it ended."""

    ok: bool
    title: str
    text: str


Steps = Generator[Ask | Wait | Tell | End, Response | None, None]


@dataclass(eq=False)
class Errand:
    """One under way. `command` is the id of the command it carries out; its requests are COMMAND#1, COMMAND#2 …"""

    about: str
    command: str
    user: str
    cluster: Any  # of which it is: after an undo there is another
    steps: Steps
    answer: "Answer"
    call: Call | None = None
    wake: float = 0.0  # virtual second
    begun: bool = False
    count: int = 0


def go_on(host: "Host", hosted: "Hosted") -> None:
    """Let every errand take the steps it can take now."""
    for errand in list(hosted.errands):
        if errand.cluster is not hosted.cluster:
            hosted.errands.remove(errand)
        elif not hosted.writing:
            try:
                while _step(host, hosted, errand):
                    pass
            except Exception:
                logger.exception("Errand %r failed", errand.about)
                hosted.errands.remove(errand)


def _step(host: "Host", hosted: "Hosted", errand: Errand) -> bool:
    """One step; → whether the next can follow at once."""
    response = errand.call.response if errand.call is not None else None
    if (errand.call is not None and response is None) or hosted.cluster.now < errand.wake:
        return False
    errand.call = None
    try:
        if not errand.begun:
            errand.begun = True
            next(errand.steps)
        wish = errand.steps.send(response)
    except StopIteration:
        hosted.errands.remove(errand)
        return False
    if isinstance(wish, Ask):
        _ask(host, hosted, errand, wish)
        return False
    if isinstance(wish, Wait):
        errand.wake = hosted.cluster.now + wish.seconds
        return wish.seconds == 0
    ok = isinstance(wish, End) and wish.ok
    errand.answer(Outcome(ok, errand.command, note=f"{wish.title} {wish.text}" if ok else "", title=wish.title, text=wish.text))
    return True


def _ask(host: "Host", hosted: "Hosted", errand: Errand, wish: Ask) -> None:
    before = hosted.cluster.position.commands
    errand.count += 1
    errand.call = hosted.cluster.submit(wish.verb, wish.path, wish.body, errand.user, wish.content_type,
                                        id=f"{errand.command}#{errand.count}")
    records = [record for record in hosted.cluster.log(before) if record["kind"] != "head"]
    hosted.records += records
    hosted.writing += 1
    hosted.showing.changed()  # the chain goes on: it is a request of the same act

    def stored(error: BaseException | None) -> None:
        hosted.writing -= 1
        if error is not None:
            host.forget(hosted)
        hosted.repace(host.now())

    rows = tuple(CommandRecord(cluster_id=hosted.id, record=json.dumps(record)) for record in records)
    host.writer.write(Entry(rows, keeping.mark_change(hosted), lambda error: host.post(lambda: stored(error))))
