"""Clusters that began at a moment: forks of a visitor's own cluster, and what a link to a moment opens."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cluster_sim import SceneError
from cluster_sim.api import yaml
from lessons import hosting
from lessons.classroom import sharing
from lessons.curriculum import library
from lessons.home import scenes
from lessons.hosting import forking, limits, put_away
from lessons.hosting.models import HostedCluster, KeptMoment, Origin
from lessons.hosting.moments import NoSuchMoment, OtherEngine
from lessons.hosting.recovery import NoSuchCluster

PLAY = "play:"
FILE = "file:"  # a scene that a visitor has brought
MOST_MACHINES = 100
FILE_BYTES = 512 * 1024
GONE = "This cluster is not here: it was closed, or it belongs to another browser."
NO_MOMENT = "Nobody kept this moment, or nobody has opened it for half a year."


@require_GET
async def cluster(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The visitor's own cluster by its id: a fork, or a moment that was opened. A lesson's has its lesson's page."""
    visitor = request.visitor.id  # type: ignore[attr-defined]
    row = await sync_to_async(HostedCluster.objects.filter(pk=cluster_id, visitor=visitor).first)()
    if row is None:
        kept = await sync_to_async(put_away.log_of)(cluster_id, visitor)
        if kept is None:
            raise Http404(GONE)
        return render(request, "home/put_away.html", _put_away(kept), status=410)
    context = await sync_to_async(_origin)(row)
    if row.lesson.startswith(FILE) and not context:
        return await _brought(request, cluster_id)
    if not context:
        return HttpResponseRedirect(_page_of(row.lesson))
    try:
        stage = await hosting.ask_shown(cluster_id, hosting.first_paint)
    except NoSuchCluster as error:
        raise Http404(GONE) from error
    shared = await sync_to_async(sharing.invitation)(request, cluster_id)
    return render(request, "home/beginning.html", {
        **context, **shared, "stage": stage, "cluster_id": cluster_id, "role": "owner",
        "nothing_yet": "Nothing yet. Kill a pod or stop a process: every step that follows is told here."})


async def _brought(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """Free play on a scene of the visitor's own."""
    stage = await hosting.ask_shown(cluster_id, hosting.first_paint)
    shared = await sync_to_async(sharing.invitation)(request, cluster_id)
    return render(request, "home/play.html", {
        **shared, "stage": stage, "cluster_id": cluster_id, "role": "owner", "scenes": scenes.all_scenes(), "own": True,
        "nothing_yet": "Nothing yet. Kill a pod or stop a process: every step that follows is told here."})


@require_POST
async def open_file(request: HttpRequest) -> HttpResponse:
    """Open a scene from a file, as an export makes it. What is wrong with it is said with status 400."""
    file = request.FILES.get("scene")
    if file is None or file.size is None or file.size > FILE_BYTES:
        words = f"It may have {FILE_BYTES // 1024} KiB." if file else "Choose a file first."
        return render(request, "home/no_scene.html", {"words": words}, status=400)
    try:
        text = file.read().decode("utf-8")
        _check_size(text)
        name = f"{FILE}{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
        cluster_id = await hosting.open(request.visitor, name, text, fresh=True)  # type: ignore[attr-defined]
    except (SceneError, UnicodeDecodeError) as error:
        words = str(error) if isinstance(error, SceneError) else "It is not text in UTF-8."
        return render(request, "home/no_scene.html", {"words": words}, status=400)
    return HttpResponseRedirect(reverse("cluster", args=[cluster_id]))


def _check_size(text: str) -> None:
    """A visitor's cluster has at most `MOST_MACHINES`. Raises SceneError; what else is wrong is found when it is opened."""
    if not text.strip():
        raise SceneError("The file is empty.")
    try:
        first = next((each for each in yaml.load_all(text) if each), None)
    except yaml.YamlError as error:
        raise SceneError(f"The scene is not readable YAML. {error}") from error
    spec = (first.get("spec") if isinstance(first, dict) and first.get("kind") == "Scene" else None) or {}
    wanted = [spec.get(name, 0) for name in ("controlPlanes", "workers")] if isinstance(spec, dict) else []
    count = sum(len(each) if isinstance(each, list) else each for each in wanted if isinstance(each, list | int))
    if count > MOST_MACHINES:
        raise SceneError(f"It asks for {count} machines; a cluster here may have {MOST_MACHINES}.")


@require_GET
async def moment(request: HttpRequest, moment_id: str) -> HttpResponse:
    """A link to a moment: the visitor's own cluster, paused there."""
    visitor = request.visitor.id  # type: ignore[attr-defined]
    host = hosting.house()
    opening = host.load_job(lambda: forking.open_moment(host, visitor, moment_id))
    try:
        cluster_id = await asyncio.wrap_future(opening)
    except NoSuchMoment as error:
        raise Http404(NO_MOMENT) from error
    except OtherEngine as error:
        return render(request, "home/other_engine.html",
                      {"title": _title(error.lesson), "scene": _page_of(error.lesson)}, status=410)
    return HttpResponseRedirect(reverse("cluster", args=[cluster_id]))


def _put_away(kept: KeptMoment) -> dict[str, Any]:
    acts = len(json.loads(kept.log)) - 1
    return {"title": _title(kept.lesson), "at": f"{json.loads(kept.position)[0] / 1e6:.1f} s", "acts": acts, "moment": kept.pk,
            "scene_page": _page_of(kept.lesson), "days": limits.CLUSTER_DAYS, "most": limits.CLUSTERS_PER_PERSON}


def _origin(row: HostedCluster) -> dict[str, Any]:
    """Where it began, in words; nothing for a lesson's own cluster."""
    origin = Origin.objects.filter(cluster=row).select_related("source").first()
    if origin is None:
        return {}
    lesson = origin.lesson.partition("@")[0]
    is_fork = row.lesson.startswith(forking.FORK)
    return {
        "title": _title(lesson), "at": f"{origin.at / 1e6:.1f} s", "is_fork": is_fork, "scene_page": _page_of(lesson),
        "source": reverse("cluster", args=[origin.source_id]) if origin.source_id else "",
        "followed": bool(origin.source_id) and hasattr(origin.source, "join_code"),
    }


def _title(lesson: str) -> str:
    known = library.find(lesson)
    return known.title if known is not None else "Free play"


def _page_of(lesson: str) -> str:
    """The page that opens a lesson's or a scene's own cluster."""
    if library.find(lesson) is not None:
        return reverse("lesson", args=[lesson])
    slug = lesson.removeprefix(PLAY) if lesson.startswith(PLAY) else ""
    known = slug in [scene.slug for scene in scenes.all_scenes()]
    return reverse("play") + (f"?scene={slug}" if known else "")
