"""Home, its small cluster, free play, the page for instructors, sources to read."""

from __future__ import annotations

import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from lessons import hosting
from lessons.classroom import beginning_anew, sharing
from lessons.curriculum import library, progress
from lessons.home import scenes
from lessons.home import story as small_cluster
from lessons.home.theme import COOKIE, THEMES
from lessons.hosting import notes

log = logging.getLogger(__name__)
LONGEST_RUN = 6  # stops of the path that stand in one column
THEME_AGE = 365 * 24 * 3600
SOURCE_LINES = 500


@require_GET
async def home(request: HttpRequest) -> HttpResponse:
    """The front page."""
    return await sync_to_async(_home)(request)


def _home(request: HttpRequest) -> HttpResponse:
    states, last = progress.finished(request.visitor.id)
    opened = library.open_lessons()
    unfinished = next((lesson for lesson in opened if states.get(lesson.slug) != "finished"), None)
    here = library.find(last) or unfinished or (opened[0] if opened else None)
    parts = [{"number": part.number, "title": part.title, "question": part.question,
              "runs": _runs([_stop(stop, states, here) for stop in part.stops])} for part in library.path()]
    stops = [stop for part in library.path() for stop in part.stops]
    return render(request, "home/home.html", {
        "parts": parts, "count": len(stops), "open": sum(1 for stop in stops if stop.lesson),
        "own": library.own_lessons(), "go_on": here, "begun": bool(last), "hero": _hero()})


def _stop(stop: library.Stop, states: dict[str, str], here: Any) -> dict[str, Any]:
    state = states.get(stop.slug, "")
    at = stop.lesson is not None and stop.lesson is here
    note = ""
    if stop.lesson and at:
        note = f"go on, {stop.lesson.minutes} min" if states else f"start here, {stop.lesson.minutes} min"
    elif state:
        note = {"finished": "done", "begun": "begun"}[state]
    return {"number": stop.number, "slug": stop.slug, "title": stop.title, "lesson": stop.lesson, "state": state,
            "here": at, "note": note}


def _runs(stops: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The stops of a part in columns, the first the longer."""
    if len(stops) <= LONGEST_RUN:
        return [stops]
    half = (len(stops) + 1) // 2
    return [stops[:half], stops[half:]]


def _hero() -> dict[str, Any]:
    """The picture at first paint."""
    shown = small_cluster.first()
    tell = format_html("Somebody killed <code>{}</code>. Another pod gets its place in {}.", shown["short"],
                       shown["node"])
    return {**shown, "tell": tell}


@require_GET
async def story(request: HttpRequest) -> HttpResponse:
    """What follows a kill on the small cluster: `?kill=` for every pod killed so far, in order."""
    kills = tuple(name[:100] for name in request.GET.getlist("kill"))
    if not 1 <= len(kills) <= small_cluster.MOST_KILLS:
        raise Http404("This story has an end.")
    try:
        told = await sync_to_async(small_cluster.story, thread_sensitive=False)(kills)
    except small_cluster.UnknownPod as error:
        raise Http404("There is no such pod.") from error
    answer = JsonResponse(told)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@require_GET
async def play(request: HttpRequest) -> HttpResponse:
    """Free play: a scene to choose, and nobody who asks anything."""
    scene = scenes.find(request.GET.get("scene", ""))
    lesson = f"play:{scene.slug}"
    if "fresh" in request.GET:  # and then the page without it: loaded again, it does not begin anew again
        await beginning_anew.start_over(request.visitor, lesson, scene.text)
        return HttpResponseRedirect(f"{reverse('play')}?scene={scene.slug}")
    cluster_id = await hosting.open(request.visitor, lesson, scene.text)
    stage = await hosting.ask_shown(cluster_id, hosting.first_paint)
    shared = await sync_to_async(sharing.invitation)(request, cluster_id)
    return render(request, "home/play.html", {
        **shared, "stage": stage, "cluster_id": cluster_id, "role": "owner", "scene": scene,
        "scenes": scenes.all_scenes(), "note": await notes.of(request.visitor.id, lesson, cluster_id),
        "nothing_yet": "Nothing yet. Kill a pod or stop a process: every step that follows is told here."})


@require_GET
def instructors(request: HttpRequest) -> HttpResponse:
    """How to teach with Podium."""
    return render(request, "home/instructors.html", {"lessons": library.open_lessons()})


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of colours, and stay where they are."""
    theme = request.POST.get("theme", "")
    back = request.headers.get("referer", "")
    host = f"//{request.get_host()}/"
    answer = HttpResponseRedirect(f"/{back.partition(host)[2]}" if host in back else "/")
    if theme in [value for value, _ in THEMES]:
        answer.set_cookie(COOKIE, theme, max_age=THEME_AGE, httponly=True, samesite="Lax")
    return answer


@require_GET
def source(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the model, to read: 'the file that did this'."""
    root = (settings.BASE_DIR / "cluster_sim").resolve()
    file = (settings.BASE_DIR / path).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        raise Http404("There is no such file in the model.")
    lines = file.read_text(encoding="utf-8").splitlines()
    return render(request, "home/source.html", {"path": path, "lines": lines[:SOURCE_LINES]})
