"""Undo: back to just before the last act, on a new branch of the log.

The cluster is played again from the nearest snapshot before the act, on a loader's thread, while its clock stands.
Then a record that strikes the act goes to the disk, and everybody gets the full state of the new branch. Repairing
goes forward instead, and is a command of its own. Pacing thread only.
"""

import json
import logging
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from cluster_sim import Cluster, Position
from lessons.hosting import keeping, recovery
from lessons.hosting.commands import WATCHING, command_id
from lessons.hosting.followed import Followed
from lessons.hosting.hosted import Answer, Hosted
from lessons.hosting.log_writer import Entry
from lessons.hosting.models import ClusterSnapshot, CommandRecord
from lessons.hosting.outcome import NOT_STORED, Actor, Outcome, Refused
from lessons.hosting.replaying import replay

if TYPE_CHECKING:
    from lessons.hosting.host import Host

logger = logging.getLogger(__name__)
NOTHING = Refused("There is nothing to take back.", "Nobody has acted here yet.")
FAILED = Refused("That could not be taken back.", "Repair it instead, or start the lesson over.")
BUSY = Refused("One moment.", "The last act is still being stored.")


def undo(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """Take back the last act; `answer` is told when it is done. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    if hosted.writing:
        raise BUSY
    last = last_act(hosted.records)
    if last is None:
        raise NOTHING
    until = Position(last["at"], last["after"], last["n"] - 1)
    kept = [record for record in hosted.records if record["n"] < last["n"]]
    bases = list(hosted.bases)
    hosted.writing += 1
    hosted.undoing = True
    hosted.end_seek()
    replaying = host.load_job(lambda: replay(hosted.head, kept, bases, until))
    number = command_id(op)
    replaying.add_done_callback(lambda done: host.post(lambda: _replayed(host, hosted, kept, done, number, answer)))


def last_act(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The last command that was more than a look; of an act of several requests (ids X, X#1, X#2 …) the first."""
    found: dict[str, Any] | None = None
    for record in reversed(records):
        if record["kind"] == "request" and record["body"]["verb"] == "GET":
            continue
        if found is not None and _act_of(record) != _act_of(found):
            break
        found = record
        if record.get("id") is None:
            break
    return found


def _act_of(record: dict[str, Any]) -> str:
    return str(record.get("id") or "").partition("#")[0]


def _replayed(host: "Host", hosted: Hosted, kept: list[dict[str, Any]], replaying: "Future[Cluster]",
              number: str | None, answer: Answer) -> None:
    if replaying.exception() is not None:
        logger.error("Cluster %s cannot be played again", hosted.id, exc_info=replaying.exception())
        hosted.writing -= 1
        hosted.undoing = False
        answer(FAILED.outcome(number))
        return
    cluster = replaying.result()
    position = cluster.position
    record = {"kind": "undo", "id": number, **recovery.mark_of(position)}
    mark = keeping.mark_change(hosted, position)

    def change() -> None:
        ClusterSnapshot.objects.filter(cluster_id=hosted.id, after__gt=position.after).delete()
        mark()

    def stored(error: BaseException | None) -> None:
        hosted.writing -= 1
        hosted.undoing = False
        if error is not None:
            answer(NOT_STORED.outcome(number))
            return
        hosted.cluster, hosted.records = cluster, kept
        for base in [base for base in hosted.bases if base.position > position]:
            hosted.bases.remove(base)
        hosted.followed, hosted.unanswered = Followed(), []
        hosted.resumed = None  # another story now: what pages saw of the old one leads nowhere
        hosted.seen_span = keeping.newest_span(cluster)
        wall = host.now()
        hosted.repace(wall)
        hosted.showing.joining.update(hosted.showing.viewers)
        hosted.showing.at_once(wall)
        outcome = Outcome(True, number, note="Taken back: the cluster is as it was before.")
        hosted.remember(outcome)
        answer(outcome)

    row = CommandRecord(cluster_id=hosted.id, record=json.dumps(record))
    host.writer.write(Entry((row,), change, lambda error: host.post(lambda: stored(error))))
