"""Opening a lesson: the visitor's own cluster of it, the one they had or a new one, at rest."""

import json
import secrets

from django.utils import timezone

from lessons.hosting.models import HostedCluster
from lessons.hosting.openings import Openings
from lessons.hosting.recovery import mark_of
from lessons.visitors import Visitor


def own_cluster(openings: Openings, visitor: Visitor, lesson: str, scene: str, fresh: bool, speed: float) -> str:
    """The id of the visitor's cluster of this lesson; raises SceneError. Runs on a loader's thread.

    With `fresh`, or when the lesson's scene was edited since, a new one is opened beside the old.
    """
    theirs = HostedCluster.objects.filter(visitor=visitor.id).order_by("-opened_at")
    if not fresh:
        last = theirs.filter(lesson=lesson).first()
        if last is not None and json.loads(last.head)["scene"] == scene:
            HostedCluster.objects.filter(pk=last.pk).update(seen_at=timezone.now())
            return last.pk
    opening = openings.get(scene)
    return HostedCluster.objects.create(
        id=secrets.token_urlsafe(12), visitor=visitor.id, lesson=lesson, head=json.dumps(opening.head),
        mark=json.dumps(mark_of(opening.position)), speed=speed,
    ).pk


def last_id(visitor: str, lesson: str) -> str | None:
    """The visitor's newest cluster of a lesson, if there is one. Uses the database."""
    theirs = HostedCluster.objects.filter(visitor=visitor, lesson=lesson).order_by("-opened_at")
    return theirs.values_list("pk", flat=True).first()
