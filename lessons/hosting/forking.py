"""Clusters that begin at a moment: a fork of one's own cluster, and the moment a link leads to.

A fork is a row of its own with the log up to there, and a snapshot that spares it the replay; from then on it is a
cluster like any other. A kept moment is the log alone: what it opens is a function of scene, seed and commands.
"""

import json
import secrets
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cluster_sim import Cluster
from lessons.hosting import moments, past, put_away
from lessons.hosting.commands import WATCHING, command_id
from lessons.hosting.hosted import Answer, Hosted
from lessons.hosting.models import ClusterSnapshot, CommandRecord, HostedCluster, Origin
from lessons.hosting.moments import Moment
from lessons.hosting.outcome import Actor, Outcome, Refused
from lessons.hosting.recovery import mark_of
from lessons.hosting.replaying import replay

if TYPE_CHECKING:
    from lessons.hosting.host import Host

FORK, LINK = "fork:", "link:"  # what a cluster's lesson begins with that was not opened by a lesson's page
FAILED = Refused("That could not be forked.", "Your cluster is as it was. Try again in a moment.")
NOT_KEPT = Refused("That moment could not be kept.", "Your cluster is as it was. Try again in a moment.")


def fork(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """A cluster of the visitor's own that begins as what is shown; `answer` hears its address. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    beginning, bases, source = _shown(hosted), _bases(hosted), hosted.id
    speed = hosted.pace.speed

    def job() -> str:
        cluster = replay(beginning.head, beginning.records, bases, beginning.position)
        HostedCluster.objects.filter(pk=source).update(seen_at=timezone.now())  # it stays: the fork leads back to it
        forked = begin(actor.visitor, FORK, beginning, cluster, source, speed, paused=True)
        host.let_go(put_away.surplus(actor.visitor))
        return forked

    number = command_id(op)

    def done(forked: "Future[str]") -> None:
        ok = forked.exception() is None
        where = reverse("cluster", args=[forked.result()]) if ok else ""
        outcome = Outcome(True, number, note="A cluster of your own.", result=where) if ok else FAILED.outcome(number)
        hosted.remember(outcome)
        if ok:
            past.back(host, hosted)  # who forks goes there; who follows this cluster sees it go on
        answer(outcome)

    host.load_job(job).add_done_callback(lambda forked: host.post(lambda: done(forked)))


def link(host: "Host", hosted: Hosted, actor: Actor, op: dict[str, Any], answer: Answer) -> None:
    """Keep what is shown for whoever has its address; `answer` hears it. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    beginning, number = _shown(hosted), command_id(op)
    keeping = host.load_job(lambda: moments.keep(actor.visitor, beginning))

    def done(kept: "Future[str]") -> None:
        error = kept.exception()
        if error is None:
            outcome = Outcome(True, number, result=reverse("moment", args=[kept.result()]))
        else:
            outcome = (error if isinstance(error, Refused) else NOT_KEPT).outcome(number)
        answer(outcome)

    keeping.add_done_callback(lambda kept: host.post(lambda: done(kept)))


def begin(visitor: str, sort: str, beginning: Moment, cluster: Cluster, source: str | None, speed: float,
          paused: bool) -> str:
    """Store a cluster that begins there → its id. Runs on a loader's thread."""
    data = Cluster.compress(cluster.snapshot())
    with transaction.atomic():
        row = HostedCluster.objects.create(
            id=secrets.token_urlsafe(12), visitor=visitor, lesson=f"{sort}{beginning.lesson}"[:100],
            head=json.dumps(beginning.head), mark=json.dumps(mark_of(cluster.position)), speed=speed, paused=paused)
        CommandRecord.objects.bulk_create(
            [CommandRecord(cluster=row, record=json.dumps(record)) for record in beginning.records])
        ClusterSnapshot.objects.create(cluster=row, after=cluster.position.after, commands=cluster.position.commands,
                                       data=data)
        Origin.objects.create(cluster=row, source=HostedCluster.objects.filter(pk=source).first() if source else None,
                              lesson=beginning.lesson, at=cluster.position.at)
    return row.pk


def open_moment(host: "Host", visitor: str, moment_id: str) -> str:
    """The visitor's own cluster at a kept moment, paused → its id; the one they have if it still stands there.

    Raises moments.NoSuchMoment, moments.OtherEngine. Runs on a loader's thread.
    """
    kept = moments.find(moment_id, visitor)
    lesson = f"{kept.lesson}@{moment_id}"
    mark = json.dumps(mark_of(kept.position))
    theirs = HostedCluster.objects.filter(visitor=visitor, lesson=f"{LINK}{lesson}"[:100], mark=mark, paused=True)
    there = theirs.order_by("-opened_at").first()
    if there is not None:
        HostedCluster.objects.filter(pk=there.pk).update(seen_at=timezone.now())
        return there.pk
    cluster = Cluster.open(kept.head["scene"], kept.head["seed"], epoch=kept.head["epoch"])
    cluster.catch_up(kept.records, kept.position)
    beginning = Moment(lesson, kept.head, kept.records, kept.position)
    opened = begin(visitor, LINK, beginning, cluster, None, 1.0, paused=True)
    host.let_go(put_away.surplus(visitor))
    return opened


def _shown(hosted: Hosted) -> Moment:
    position = hosted.cluster.position
    if hosted.past is not None and hosted.past.shown:
        position = hosted.past.clock.position
    records = [record for record in hosted.records if record["n"] <= position.commands]
    lesson = hosted.lesson.removeprefix(FORK).removeprefix(LINK).partition("@")[0]
    return Moment(lesson, hosted.head, records, position)


def _bases(hosted: Hosted) -> list[Any]:
    return [*hosted.bases, *(hosted.past.bases if hosted.past is not None else ())]
