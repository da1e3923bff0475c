"""The page of a lesson and its small posts: step, answer, start over. Views ask the host, read and store progress,
and render; what is shown is decided in `panel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lessons import hosting
from lessons.classroom import beginning_anew, sharing
from lessons.curriculum import class_live, goals, library, panel, progress, words
from lessons.curriculum.lesson import Lesson
from lessons.hosting import notes

T = TypeVar("T")
LESSON_SPEED = 0.1  # lessons open in slow motion: every hop can be seen


@require_GET
async def lesson_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole page: lesson, stage, causes, time."""
    lesson = _lesson(slug)
    cluster_id = await hosting.open(request.visitor, slug, lesson.scene, speed=LESSON_SPEED)
    context = await _context(request, lesson, cluster_id)
    stage = await hosting.ask_shown(cluster_id, hosting.first_paint)
    code = await _database(lambda: sharing.code_of(cluster_id))
    shared = sharing.links(request, cluster_id, code)
    return render(request, "curriculum/lesson.html", {
        **context, **shared, "stage": stage, "cluster_id": cluster_id, "role": "owner",
        "note": await notes.of(request.visitor.id, slug, cluster_id),
        "nothing_yet": "Nothing yet. Everything the cluster does after your act is told here, step by step."})


@require_GET
async def panel_again(request: HttpRequest, slug: str) -> HttpResponse:
    """The panel as it is now, for a page whose cluster has answered."""
    lesson = _lesson(slug)
    return render(request, "curriculum/panel.html", await _context(request, lesson, await _own(request, lesson)))


@require_POST
async def step(request: HttpRequest, slug: str) -> HttpResponse:
    """To another step."""
    lesson = _lesson(slug)
    visitor = request.visitor.id
    to = _number(request.POST.get("to"))

    def go() -> str:
        try:
            progress.move(progress.of(visitor, lesson), lesson, to, progress.answers(visitor, lesson))
        except progress.NotAnswered as error:
            return str(error)
        return ""

    return await _answer(request, lesson, await _database(go))


@require_POST
async def predict(request: HttpRequest, slug: str) -> HttpResponse:
    """Store an answer and go on: the reveal comes only after it."""
    lesson = _lesson(slug)
    visitor = request.visitor.id
    at, answer = _number(request.POST.get("at")), request.POST.get("answer", "")
    if not 0 <= at < len(lesson.steps):
        raise Http404("There is no such question.")

    def store() -> str:
        mine = progress.of(visitor, lesson)
        try:
            progress.predict(visitor, lesson, at, answer)
            if mine.step == at:
                progress.move(mine, lesson, at + 1, progress.answers(visitor, lesson))
        except progress.NotAnswered as error:
            return str(error)
        return ""

    return await _answer(request, lesson, await _database(store))


@require_POST
async def start_over(request: HttpRequest, slug: str) -> HttpResponse:
    """A fresh cluster, the first step; who follows goes along."""
    lesson = _lesson(slug)
    await beginning_anew.start_over(request.visitor, slug, lesson.scene, LESSON_SPEED)
    await _database(lambda: progress.start_over(progress.of(request.visitor.id, lesson)))
    return HttpResponseRedirect(reverse("lesson", args=[slug]))


async def _answer(request: HttpRequest, lesson: Lesson, note: str) -> HttpResponse:
    """The panel for htmx, the page for a form without it."""
    if not request.htmx and not note:
        return HttpResponseRedirect(reverse("lesson", args=[lesson.slug]))
    context = await _context(request, lesson, await _own(request, lesson), note)
    return render(request, "curriculum/panel.html", context)


async def _context(request: HttpRequest, lesson: Lesson, cluster_id: str, note: str = "") -> dict[str, Any]:
    states, known = await hosting.ask(cluster_id, lambda hosted: (
        tuple(goals.evaluate(lesson, hosted.cluster)), words.known(hosted.cluster)))
    visitor = request.visitor.id

    def read() -> tuple[Any, dict[int, str]]:
        mine = progress.of(visitor, lesson)
        progress.note_goals(mine, lesson, states)
        return mine, progress.answers(visitor, lesson)

    mine, answers = await _database(read)
    context = panel.context(lesson, mine.step, mine.furthest, answers, states, known, note)
    await hosting.ask(cluster_id, lambda hosted: class_live.note_step(hosted, mine.step, context["lock"]))
    return context


async def _own(request: HttpRequest, lesson: Lesson) -> str:
    return await hosting.open(request.visitor, lesson.slug, lesson.scene, speed=LESSON_SPEED)


async def _database(work: Callable[[], T]) -> T:
    return await sync_to_async(work)()


def _lesson(slug: str) -> Lesson:
    lesson = library.find(slug)
    if lesson is None:
        raise Http404("There is no lesson of that name.")
    return lesson


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else -1
