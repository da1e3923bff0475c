"""Requests whose sender waits for the answer: real clients of the HTTP API, the console.

A request is stored like every command, except that a mere look does not wait for the disk. Then virtual time brings
the answer. Where time is paused, nobody would ever get one, so the cluster creeps towards it, at most 100 ms of
virtual time, and the answer says so in a Warning. Who has no answer after 30 seconds gets 504. Pacing thread only.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cluster_sim import Response
from cluster_sim.api import status
from lessons.hosting import keeping, limits
from lessons.hosting.hosted import Act, Hosted, Waiting
from lessons.hosting.log_writer import Entry
from lessons.hosting.models import CommandRecord
from lessons.hosting.outcome import NOT_STORED, Outcome

if TYPE_CHECKING:
    from lessons.hosting.host import Host

CREPT = '299 - "Podium: time is paused; it was moved on just far enough to answer"'
NO_ANSWER = status.failure(504, "Timeout", "The API server did not answer within 30 seconds.")
BUSY = status.too_many_requests("The last act is being taken back. Try again in a second.", 1)
UNSTORED = status.failure(500, "InternalError", NOT_STORED.text)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to a cluster's API server."""

    verb: str
    path: str
    body: Any = None
    user: str = "admin"
    content_type: str | None = None
    headers: dict[str, str] | None = None
    id: str | None = None  # requests of one act: X, X#1, X#2 …: undo takes them back together


def call(host: "Host", hosted: Hosted, request: Request, answer: Callable[[Response], None]) -> None:
    """Send a request; `answer` is told what came of it."""
    if hosted.undoing:
        answer(Response(429, BUSY, {"Retry-After": "1"}))
        return
    wall, before = host.now(), hosted.cluster.position.commands
    sent = hosted.cluster.submit(
        request.verb, request.path, request.body, request.user, request.content_type, request.headers,
        request.id)
    if request.verb != "GET":
        hosted.begin_act(Act(sent, None, _told_otherwise), sent.span, wall)
    records = [record for record in hosted.cluster.log(before) if record["kind"] != "head"]
    rows = tuple(CommandRecord(cluster_id=hosted.id, record=json.dumps(record)) for record in records)
    hosted.records += records
    waiting = Waiting(sent, wall + limits.CALL_SECONDS, answer, Response(504, NO_ANSWER))
    if request.verb == "GET":
        host.writer.write(Entry(rows, keeping.mark_change(hosted)))
        _wait(hosted, waiting, wall)
        return
    hosted.writing += 1

    def stored(error: BaseException | None) -> None:
        if error is not None:
            host.forget(hosted)
            answer(Response(500, UNSTORED))
            return
        hosted.writing -= 1
        hosted.repace(host.now())
        _wait(hosted, waiting, host.now())

    host.writer.write(Entry(rows, keeping.mark_change(hosted), lambda error: host.post(lambda: stored(error))))


def _wait(hosted: Hosted, waiting: Waiting, wall: float) -> None:
    if hosted.pace.paused and not hosted.writing:
        hosted.cluster.advance_until(lambda cluster: waiting.call.response is not None, limits.CREEP)
        hosted.repace(wall)
        hosted.showing.changed()
        if waiting.call.response is not None:
            response = waiting.call.response
            waiting.answer(replace(response, headers={**response.headers, "Warning": CREPT}))
            return
    hosted.waiting.append(waiting)


def _told_otherwise(outcome: Outcome) -> None:
    """The sender hears of a refusal by the response itself."""
