"""Who may look at a cluster: its owner, by cookie, and who follows by its join code. For everybody else it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest

from lessons import hosting
from lessons.classroom import codes
from lessons.hosting.hosted import Hosted
from lessons.hosting.past import Shown
from lessons.hosting.recovery import NoSuchCluster

T = TypeVar("T")
NOTHING_HERE = "There is no such cluster, or it is not yours to look at."


async def look_at_shown(request: HttpRequest, cluster_id: str, question: Callable[[Shown], T]) -> T:
    """As `look`, of what the cluster's pages show: now, or a moment of its past."""
    await look(request, cluster_id, lambda hosted, owns: None)
    return await hosting.ask_shown(cluster_id, question)


async def look(request: HttpRequest, cluster_id: str, question: Callable[[Hosted, bool], T], acting: bool = False) -> T:
    """`question(hosted, may_act)` on the pacing thread; raises Http404 for strangers (and, if `acting`, for followers)."""
    visitor = request.visitor.id  # type: ignore[attr-defined]
    code = request.GET.get("code", "")[:20]
    follows = bool(code) and await sync_to_async(codes.cluster_of)(code) == cluster_id

    def asked(hosted: Hosted) -> T:
        owns = hosted.visitor == visitor
        if not owns and (acting or not follows):
            raise Http404(NOTHING_HERE)
        return question(hosted, owns)

    try:
        return await hosting.ask(cluster_id, asked)
    except NoSuchCluster as error:
        raise Http404(NOTHING_HERE) from error
