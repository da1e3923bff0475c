"""A command's way: once, not too fast, by whom it may, carried out, stored, and only then acknowledged.

The command is carried out in memory first and its record, exactly as the cluster's own log has it, goes to the disk
while the cluster's clock stands and nothing of it is shown. If the disk refuses, the cluster is loaded again as it
was: nothing was acknowledged. Pacing thread only.
"""

import functools
import json
import logging
from typing import TYPE_CHECKING, Any

from lessons.hosting import forking, keeping, limits, past, performing, undoing
from lessons.hosting.commands import command_id
from lessons.hosting.hosted import Answer, Hosted
from lessons.hosting.log_writer import Entry
from lessons.hosting.models import CommandRecord
from lessons.hosting.outcome import NOT_STORED, Actor, Outcome, Refused
from lessons.hosting.rate_limit import TokenBucket

if TYPE_CHECKING:
    from lessons.hosting.host import Host

logger = logging.getLogger(__name__)
# Nothing of the cluster itself is changed by these.
ASIDE = {"look": past.look, "return": past.leave, "fork": forking.fork, "link": forking.link}
PACE = ("pause", "play", "speed")
SEEKING = ("step", "skip")  # answered when time has got there
TOO_FAST = Refused("That was too fast.", f"At most {limits.COMMANDS_PER_SECOND} acts a second pass. Wait a moment.")
BROKEN = Refused("That did not work.", "The command was not understood. Nothing has changed.")


def act(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """Take a command; `answer` is told at once, or when it is stored."""
    number = command_id(op)
    if number is not None and number in hosted.answers:
        answer(hosted.answers[number])
        return
    if number is not None and number in hosted.storing:
        hosted.storing[number].append(answer)  # sent again before the disk has it: both hear when it has
        return
    wall = host.now()
    bucket = host.buckets.setdefault(actor.visitor, TokenBucket())
    if not bucket.take(wall):
        answer(TOO_FAST.outcome(number))
        return
    if hosted.undoing:
        answer(undoing.BUSY.outcome(number))
        return
    if actor.role == "presenter":
        hosted.regain(op.get("seen"), wall)
    before = hosted.cluster.position.commands
    try:
        if op.get("op") in ASIDE:
            ASIDE[op["op"]](host, hosted, actor, op, answer)
            return
        if hosted.past is not None and actor.role == "presenter" and op.get("op") not in PACE:
            raise past.THERE
        if op.get("op") == "undo":
            undoing.undo(host, hosted, actor, op, answer)
            return
        there = functools.partial(_after_mark, host, hosted, answer=answer) if op.get("op") in SEEKING else answer
        outcome = performing.perform(hosted, actor, op, wall, there)
    except Refused as refused:
        answer(refused.outcome(number))
        return
    except Exception:
        logger.exception("Command %r failed", op.get("op"))
        host.forget(hosted)  # it may have been carried out by half: as it was on the disk is as it is
        answer(BROKEN.outcome(number))
        return
    if outcome is None:
        return
    records = [record for record in hosted.cluster.log(before) if record["kind"] != "head"]
    if records:
        _store(host, hosted, records, outcome, answer)
    else:
        hosted.remember(outcome)
        _after_mark(host, hosted, outcome, answer)


def _store(host: "Host", hosted: Hosted, records: list[dict[str, Any]], outcome: Outcome, answer: Answer) -> None:
    hosted.writing += 1
    hosted.records += records
    told = [answer]
    if outcome.id is not None:
        hosted.storing[outcome.id] = told

    def stored(error: BaseException | None) -> None:
        hosted.storing.pop(outcome.id or "", None)
        if error is None:
            hosted.remember(outcome)
            hosted.writing -= 1
            hosted.repace(host.now())
        else:
            host.forget(hosted)
        for tell in told:
            tell(outcome if error is None else NOT_STORED.outcome(outcome.id))

    rows = tuple(CommandRecord(cluster_id=hosted.id, record=json.dumps(record)) for record in records)
    mark = keeping.mark_change(hosted)
    host.writer.write(Entry(rows, mark, lambda error: host.post(lambda: stored(error))))


def _after_mark(host: "Host", hosted: Hosted, outcome: Outcome, answer: Answer) -> None:
    """Time was moved or its pace changed: answer once the disk knows, so that a restart stands there too."""
    host.writer.write(Entry(
        change=keeping.mark_change(hosted), done=lambda error: host.post(lambda: answer(outcome))))
