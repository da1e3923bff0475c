"""Moments that were kept for whoever has their address: scene, seed, epoch, the commands up to there, the position.

The id is a digest of all of it, so that the same moment has one address, and what was kept cannot be another moment
later. Who keeps many loses the oldest; what nobody opens for half a year is gone. Runs on a loader's thread.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.utils import timezone

from cluster_sim import ENGINE, Position
from lessons.hosting import limits
from lessons.hosting.models import KeptMoment
from lessons.hosting.outcome import Refused

LENGTH = 16  # hexadecimal digits
TOO_LONG = Refused("This cluster's story is too long for a link.",
                   f"Its scene and commands may have {limits.MOMENT_BYTES // 1024} KiB. Fork it, or start over.")


class NoSuchMoment(LookupError):
    """Nobody kept a moment of this id, or nobody has opened it for too long."""


class OtherEngine(LookupError):
    """It was kept by another version of the model, which would lead elsewhere. `lesson` is what it was a moment of."""

    def __init__(self, lesson: str) -> None:
        super().__init__(lesson)
        self.lesson = lesson


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a cluster, as a log that leads there."""

    lesson: str
    head: dict[str, Any]
    records: list[dict[str, Any]]
    position: Position


def keep(visitor: str, moment: Moment, name: str = "") -> str:
    """Store it → its id: a digest, or the `name` of the cluster it is all that is left of. Raises Refused."""
    log = json.dumps([moment.head, *_anonymous(moment.records)])
    if len(log.encode()) > limits.MOMENT_BYTES:
        raise TOO_LONG
    where = json.dumps(list(moment.position))
    name = name or blake2b(f"{moment.lesson}\n{log}\n{where}".encode(), digest_size=LENGTH // 2).hexdigest()
    KeptMoment.objects.get_or_create(
        id=name, defaults={"visitor": visitor, "lesson": moment.lesson, "log": log, "position": where})
    KeptMoment.objects.filter(pk=name).update(opened_at=timezone.now())
    mine = KeptMoment.objects.filter(visitor=visitor).order_by("-opened_at").values_list("pk", flat=True)
    KeptMoment.objects.filter(pk__in=list(mine[limits.MOMENTS_PER_PERSON:])).delete()
    KeptMoment.objects.filter(opened_at__lt=timezone.now() - timedelta(days=limits.MOMENT_DAYS)).delete()
    return name


def find(moment_id: str, visitor: str) -> Moment:
    """A kept moment: whoever has a link's address has it, what was kept of a cluster is its visitor's alone. Raises
    NoSuchMoment, OtherEngine."""
    row = KeptMoment.objects.filter(pk=moment_id[:LENGTH]).first() if len(moment_id) == LENGTH else None
    if row is None or (row.visitor != visitor and not is_link(row.pk)):
        raise NoSuchMoment(moment_id)
    head, *records = json.loads(row.log)
    if head.get("engine") != ENGINE:
        raise OtherEngine(row.lesson)
    KeptMoment.objects.filter(pk=row.pk).update(opened_at=timezone.now())
    return Moment(row.lesson, head, records, Position(*json.loads(row.position)))


def is_link(moment_id: str) -> bool:
    """Whether its id is a digest, as a link's is; a cluster's own is 96 random bits in another alphabet."""
    return all(character in "0123456789abcdef" for character in moment_id)


def _anonymous(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records without the ids their senders' pages gave them; what belonged to one act still does."""
    names: dict[str, str] = {}
    told = []
    for record in records:
        act, hash_sign, rest = str(record.get("id") or "").partition("#")
        name = names.setdefault(act, f"kept-{len(names) + 1}")
        told.append({**record, "id": f"{name}{hash_sign}{rest}" if act else None})
    return told
