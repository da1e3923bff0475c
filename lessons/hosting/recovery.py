"""From the disk back to a cluster: the newest snapshot, then the log from there, to where the last mark stands.

The log is append-only. An `undo` record strikes the commands after the one it names; what is left is the log of the
branch that everybody sees.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any

from cluster_sim import ENGINE, Cluster, Position, SnapshotError
from lessons.hosting.hosted import Base
from lessons.hosting.models import HostedCluster
from lessons.hosting.openings import Openings

logger = logging.getLogger(__name__)
Record = dict[str, Any]
SET_ASIDE = "unreadable: "


class NoSuchCluster(LookupError):
    """No cluster has this id (any more)."""


class Unreadable(NoSuchCluster):
    """Its log does not lead to a cluster: it is set aside, as it is, for whoever looks into it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A cluster where it left off."""

    row: HostedCluster
    cluster: Cluster
    head: Record
    records: list[Record]
    base: Base
    began_anew: bool = False


def effective(records: list[Record]) -> list[Record]:
    """The commands that count: without those that an undo struck."""
    kept: list[Record] = []
    for record in records:
        if record["kind"] == "undo":
            while kept and kept[-1]["n"] > record["n"]:
                kept.pop()
        else:
            kept.append(record)
    return kept


def recover(cluster_id: str, openings: Openings) -> Recovered:
    """Load a cluster; raises NoSuchCluster. Runs on a thread of its own: the cluster is nobody else's yet."""
    row = HostedCluster.objects.filter(pk=cluster_id).first()
    if row is None:
        raise NoSuchCluster(cluster_id)
    head = json.loads(row.head)
    if head.get("engine") != ENGINE:
        return _begin_anew(row, openings)
    records = effective([json.loads(text) for text in row.records.order_by("id").values_list("record", flat=True)])
    try:
        cluster, base = _start(row, head, openings)
        cluster.catch_up([*records, {**json.loads(row.mark), "kind": "mark"}])
        cluster.recall(records)
    except Exception as error:
        logger.exception("The log of cluster %s cannot be replayed; it is set aside", cluster_id)
        HostedCluster.objects.filter(pk=cluster_id).update(lesson=f"{SET_ASIDE}{row.lesson}"[:100])
        raise Unreadable(cluster_id) from error
    return Recovered(row, cluster, head, records, base)


def _start(row: HostedCluster, head: Record, openings: Openings) -> tuple[Cluster, Base]:
    for snapshot in row.snapshots.order_by("-id"):
        try:
            cluster = Cluster.restore(bytes(snapshot.data))
        except SnapshotError:
            logger.warning("Snapshot %s of cluster %s cannot be read; an older one is tried", snapshot.pk, row.pk)
        else:
            return cluster, Base(cluster.position, bytes(snapshot.data))
    opening = openings.find(head)
    if opening is not None:
        return Cluster.restore(opening.data), Base(opening.position, opening.data)
    cluster = Cluster.open(head["scene"], head["seed"], epoch=head["epoch"])
    return cluster, Base(cluster.position, cluster.snapshot())


def _begin_anew(row: HostedCluster, openings: Openings) -> Recovered:
    """The log was made by another engine: it would lead elsewhere. The scene begins anew, and the page says so."""
    opening = openings.get(json.loads(row.head)["scene"])
    row.records.all().delete()
    row.snapshots.all().delete()
    row.head, row.mark = json.dumps(opening.head), json.dumps(mark_of(opening.position))
    row.save(update_fields=["head", "mark"])
    cluster = Cluster.restore(opening.data)
    return Recovered(row, cluster, opening.head, [], Base(opening.position, opening.data), began_anew=True)


def mark_of(position: Position) -> dict[str, int]:
    """A mark as it is stored."""
    return {"n": position.commands, "at": position.at, "after": position.after}
