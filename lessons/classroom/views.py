"""The classroom's pages: present with one click, join with a code, watch along."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lessons import hosting
from lessons.classroom import codes, sharing
from lessons.curriculum import following
from lessons.hosting.hosted import Hosted
from lessons.hosting.recovery import NoSuchCluster
from lessons.visitors import Visitor

WRONG_CODE = (
    "No class has the code {code}. It is six letters and digits, never 0, O, 1, I or L. Look at the wall once more."
)


def _visitor(request: HttpRequest) -> Visitor:
    visitor: Visitor = request.visitor  # type: ignore[attr-defined]
    return visitor


@require_POST
def invite(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """One click: the code, the link and the picture, as a fragment for the presenter's page."""
    _own(request, cluster_id)
    context = {"cluster_id": cluster_id, **sharing.invitation(request, cluster_id)}
    return render(request, "classroom/invitation.html", context)


@require_GET
def present(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The presenter's own cluster, large, with the code always in sight."""
    _own(request, cluster_id)
    page = _stage(cluster_id)
    return render(request, "classroom/present.html", {
        **page, **following.wall(page["place"]), "cluster_id": cluster_id, "role": "owner",
        **sharing.invitation(request, cluster_id)})


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Type the code from the wall."""
    typed = request.POST.get("code", "") if request.method == "POST" else ""
    if not typed:
        return render(request, "classroom/join.html", {})
    return _follow(request, typed)


@require_GET
def join_code(request: HttpRequest, code: str) -> HttpResponse:
    """A link with the code in it."""
    return _follow(request, code)


@require_GET
def watch(request: HttpRequest, code: str) -> HttpResponse:
    """Follow a presenter's cluster, watching only."""
    cluster_id = codes.cluster_of(code)
    if cluster_id is None:
        return _wrong(request, code)
    if code != codes.normalized(code):
        return redirect("watch", codes.normalized(code))
    page = _stage(cluster_id)
    return render(request, "classroom/watch.html", {
        **page, **following.card(page["place"], _visitor(request).id), "cluster_id": cluster_id,
        "role": "follower", "join_code": code, "code": codes.shown(code)})


def _follow(request: HttpRequest, typed: str) -> HttpResponse:
    if codes.cluster_of(typed) is None:
        return _wrong(request, typed)
    return redirect("watch", codes.normalized(typed))


def _wrong(request: HttpRequest, typed: str) -> HttpResponse:
    message = WRONG_CODE.format(code=typed.strip()[:20] or "you typed")
    return render(request, "classroom/join.html", {"typed": typed[:20], "error": message}, status=404)


def _own(request: HttpRequest, cluster_id: str) -> None:
    """Others' clusters do not exist for this visitor."""
    try:
        owner = hosting.ask_sync(cluster_id, lambda hosted: hosted.visitor)
    except NoSuchCluster:
        owner = None
    if owner != _visitor(request).id:
        raise Http404("This cluster is not here: it was closed, or it belongs to another browser.")


def _stage(cluster_id: str) -> dict[str, Any]:
    """The context of a first paint."""

    def look(hosted: Hosted) -> dict[str, Any]:
        return {"lesson_slug": hosted.lesson, **following.shown(hosted)}

    try:
        return {**hosting.ask_sync(cluster_id, look), "stage": hosting.ask_shown_sync(cluster_id, hosting.first_paint)}
    except NoSuchCluster as error:
        raise Http404("This cluster was closed.") from error
