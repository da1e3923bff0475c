"""What pages of a class load and send beside the socket: a follower's card, the wall's votes, a prediction."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from lessons import hosting
from lessons.curriculum import class_live, following, progress, votes
from lessons.curriculum.following import Place
from lessons.hosting.recovery import NoSuchCluster


@require_GET
async def card(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """A follower's card at the presenter's step."""
    here = await _place(cluster_id)
    return await _card(request, here)


@require_GET
async def wall(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The wall's question, and the votes: a count, or who said what once the cluster has answered."""
    here = await _place(cluster_id)
    return render(request, "curriculum/class_wall.html", await sync_to_async(following.wall)(here))


@require_POST
async def predict(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """A follower's prediction."""
    here = await _place(cluster_id)
    text = request.POST.get("at", "")
    at = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    if not 0 <= at < len(here.lesson.steps):
        raise Http404("There is no such question.")

    def store() -> tuple[str, int]:
        try:
            progress.predict(request.visitor.id, here.lesson, at, request.POST.get("answer", ""), here.cluster_id)
        except progress.NotAnswered as error:
            return str(error), votes.count(here.cluster_id, here.lesson, at)
        return "", votes.count(here.cluster_id, here.lesson, at)

    note, count = await sync_to_async(store)()
    await hosting.ask(cluster_id, lambda hosted: class_live.note_votes(hosted, count))
    return await _card(request, here, note)


async def _place(cluster_id: str) -> Place:
    try:
        here: Place | None = await hosting.ask(cluster_id, following.place)
    except NoSuchCluster as error:
        raise Http404("This cluster was closed.") from error
    if here is None:
        raise Http404("Nothing is asked beside this cluster.")
    return here


async def _card(request: HttpRequest, here: Place, note: str = "") -> HttpResponse:
    context: dict[str, Any] = await sync_to_async(following.card)(here, request.visitor.id, note)
    return render(request, "curriculum/class_card.html", context)
