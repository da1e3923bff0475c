"""What a page has to say when it opens: its cluster begins anew, and why; what was kept of the one before."""

from __future__ import annotations

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.urls import reverse

from lessons import hosting
from lessons.hosting import limits, put_away


@dataclass(frozen=True, slots=True)
class Note:
    """A notice with a way on."""

    title: str
    text: str
    link: str = ""
    way: str = ""


async def of(visitor: str, lesson: str, cluster_id: str) -> Note | None:
    """For the page of a visitor's own cluster; None where there is nothing to say, and once they have acted there."""
    anew, acted = await hosting.ask(cluster_id, lambda hosted: (hosted.memory.get("note", ""), bool(hosted.records)))
    if anew:
        return Note("This cluster begins anew.", anew)
    kept = None if acted else await sync_to_async(put_away.last_of)(visitor, lesson)
    if kept is None:
        return None
    return Note("Your last cluster here was put away.",
                f"Nobody had looked at it for {limits.CLUSTER_DAYS} days, or you had opened {limits.CLUSTERS_PER_PERSON} others. "
                "Its log is kept: what you did leads to the same moment again.",
                reverse("moment", args=[kept.pk]), "Go on where it stood")
