"""Clusters that are let go: the ones a visitor has too many, and those nobody has looked at for a month.

What is let go is the running cluster and its snapshots. Its log stays as a kept moment under the cluster's own id, so
that one click begins again exactly where it stood: a log is some KiB, a snapshot a hundred times that. Its join code
leads nowhere then. A log too long to be kept is let go as well. Runs on a loader's thread.
"""

import json
import logging
from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from cluster_sim import Position
from lessons.hosting import limits, moments, recovery
from lessons.hosting.models import HostedCluster, KeptMoment
from lessons.hosting.outcome import Refused

logger = logging.getLogger(__name__)
SORTS = ("fork:", "link:")  # what the lesson of a cluster begins with that no lesson opened


def surplus(visitor: str) -> list[str]:
    """Let go of what a visitor has too many, the one not looked at for longest first → their ids."""
    theirs = HostedCluster.objects.filter(visitor=visitor).order_by("-seen_at")
    return [pk for pk in list(theirs.values_list("pk", flat=True)[limits.CLUSTERS_PER_PERSON:]) if put_away(pk)]


def idle(loaded: Collection[str]) -> list[str]:
    """Let go of what nobody has looked at for too long → their ids."""
    since = timezone.now() - timedelta(days=limits.CLUSTER_DAYS)
    ids = HostedCluster.objects.filter(seen_at__lt=since).values_list("pk", flat=True)
    return [pk for pk in list(ids) if pk not in loaded and put_away(pk)]


def put_away(cluster_id: str) -> bool:
    """Keep its log, let go of the rest; → whether it was there."""
    row = HostedCluster.objects.filter(pk=cluster_id).first()
    if row is None:
        return False
    mark = json.loads(row.mark)
    records = [json.loads(text) for text in row.records.order_by("id").values_list("record", flat=True)]
    lesson = row.lesson
    for sort in SORTS:
        lesson = lesson.removeprefix(sort)
    moment = moments.Moment(lesson.partition("@")[0], json.loads(row.head), recovery.effective(records),
                            Position(mark["at"], mark["after"], mark["n"]))
    try:
        moments.keep(row.visitor, moment, name=row.pk)
    except Refused:
        logger.info("The log of cluster %s is too long to be kept", row.pk)
    row.delete()
    return True


def log_of(cluster_id: str, visitor: str) -> KeptMoment | None:
    """What was kept of a visitor's cluster that was let go."""
    return KeptMoment.objects.filter(pk=cluster_id, visitor=visitor).first()


def last_of(visitor: str, lesson: str) -> KeptMoment | None:
    """The newest of the visitor's clusters of a lesson that was let go; the moments they made links to are others."""
    mine = KeptMoment.objects.filter(visitor=visitor, lesson=lesson).order_by("-made_at")
    return next((moment for moment in mine if not moments.is_link(moment.pk)), None)
