"""What keeps a cluster through a restart and lets go of it when nobody looks. Once a second; pacing thread only.

A mark says how far virtual time had come: a restart replays the log to there. A snapshot spares it the replay. With
nobody looking time stands after a minute; after ten more a snapshot is all that is left, and a look brings it back.
"""

import json
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from cluster_sim import Cluster, Position
from lessons.hosting import limits, past
from lessons.hosting.hosted import Base, Hosted
from lessons.hosting.log_writer import Entry
from lessons.hosting.models import ClusterSnapshot, HostedCluster
from lessons.hosting.outcome import Outcome
from lessons.hosting.pacing import Pace
from lessons.hosting.recovery import Recovered, mark_of

if TYPE_CHECKING:
    from lessons.hosting.host import Host

SNAPSHOTS_KEPT = 2
ANEW = "Podium was updated since you were here: the scene begins anew."
DONE = "That had reached the cluster before the server was started again."


def hosted(recovered: Recovered, stage: Any, wall: float) -> Hosted:
    """A loaded cluster, ready to run."""
    row, cluster = recovered.row, recovered.cluster
    kept = Hosted(
        row.id, row.visitor, row.lesson, cluster, stage, Pace(row.speed, row.paused), recovered.head,
        recovered.records, deque([recovered.base], maxlen=limits.SNAPSHOTS_IN_MEMORY), looked_at=wall,
        marked=cluster.position, snapshot_due=wall + limits.SNAPSHOT_EVERY, measured=(wall, cluster.now),
        seen_span=newest_span(cluster), resumed=None if recovered.began_anew else wall,
    )
    for record in recovered.records:
        if record["id"]:  # a page that was not told before the restart sends it again
            kept.remember(Outcome(True, record["id"], note=DONE))
    kept.repace(wall)
    if recovered.began_anew:
        kept.memory["note"] = ANEW
    return kept


def newest_span(cluster: Cluster) -> int:
    """The id of the last visible span."""
    spans = cluster.trace()
    return spans[-1].id if spans else 0


def housekeep(host: "Host") -> None:
    """Marks, snapshots, sleep."""
    wall = host.now()
    for kept in list(host.clusters.values()):
        past.keep(host, kept)
        if kept.writing:
            continue
        if kept.showing.watched:
            kept.looked_at = wall
        elif not kept.asleep and wall - kept.looked_at > limits.SLEEP_AFTER:
            kept.asleep = True
            kept.end_seek()
            _see(host, kept)
        elif wall - kept.looked_at > limits.UNLOAD_AFTER:
            _unload(host, kept)
            continue
        kept.answer_waiting(wall)
        mark(host, kept)
        if wall >= kept.snapshot_due and not kept.asleep:
            kept.snapshot_due = wall + limits.SNAPSHOT_EVERY
            if kept.showing.watched:
                _see(host, kept)
            if kept.cluster.position > kept.bases[-1].position:
                snapshot(host, kept)
    for visitor, bucket in list(host.buckets.items()):
        if bucket.last is None or wall - bucket.last > limits.SLEEP_AFTER:
            del host.buckets[visitor]


def mark_change(kept: Hosted, position: Position | None = None) -> Callable[[], None]:
    """What writes where the cluster stands now, and its pace."""
    kept.marked = position or kept.cluster.position
    kept.marked_pace = (kept.pace.speed, kept.pace.paused)
    cluster_id, (speed, paused), text = kept.id, kept.marked_pace, json.dumps(mark_of(kept.marked))

    def change() -> None:
        HostedCluster.objects.filter(pk=cluster_id).update(mark=text, speed=speed, paused=paused)

    return change


def mark(host: "Host", kept: Hosted) -> None:
    """Store where the cluster stands, if it has moved or its pace has changed."""
    if kept.marked != kept.cluster.position or kept.marked_pace != (kept.pace.speed, kept.pace.paused):
        host.writer.write(Entry(change=mark_change(kept)))


def snapshot(host: "Host", kept: Hosted, done: Callable[[BaseException | None], None] | None = None) -> None:
    """Store the whole state; the two newest are kept."""
    base = Base(kept.cluster.position, kept.cluster.snapshot())
    kept.bases.append(base)
    cluster_id = kept.id

    def change() -> None:
        ClusterSnapshot.objects.create(cluster_id=cluster_id, after=base.position.after,
                                       commands=base.position.commands, data=Cluster.compress(base.data))
        rows = ClusterSnapshot.objects.filter(cluster_id=cluster_id).order_by("-id")
        ClusterSnapshot.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[SNAPSHOTS_KEPT:])).delete()

    host.writer.write(Entry(change=change, done=done or (lambda error: None)))


def _unload(host: "Host", kept: Hosted) -> None:
    """Keep a snapshot and let go, unless somebody looks before it is on the disk."""
    mark(host, kept)
    kept.looked_at = host.now()  # not again while this is on its way
    looked_at = kept.looked_at

    def gone() -> None:
        if host.clusters.get(kept.id) is kept and kept.looked_at == looked_at and not kept.showing.watched:
            del host.clusters[kept.id]

    snapshot(host, kept, lambda error: host.post(gone) if error is None else None)


def _see(host: "Host", kept: Hosted) -> None:
    cluster_id = kept.id
    host.writer.write(Entry(change=lambda: HostedCluster.objects.filter(pk=cluster_id).update(seen_at=timezone.now())))
