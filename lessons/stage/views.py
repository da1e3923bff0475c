"""What one person wants to look at closer, or to do by a form: asked for by htmx, answered to them alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from lessons.hosting.hosted import Hosted
from lessons.stage import applying, exports, finding, memory, steps, tool_panels, traffic
from lessons.stage.inspector import describe
from lessons.stage.seeing import look, look_at_shown

QUERY_LENGTH = 300
TOO_BIG = f"This is larger than {applying.MOST_BYTES // 1024} KiB. Deploy it in parts."


@require_GET
async def inspect(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The inspector's panel for ?part=, ?uid= or ?ref=. Who only watches, or looks back, is offered no acts."""
    asked = {name: request.GET.get(name, "")[:QUERY_LENGTH] for name in ("part", "uid", "ref")}
    owner = request.visitor.id  # type: ignore[attr-defined]
    panel, is_past = await look_at_shown(request, cluster_id, lambda shown: (describe(
        shown.cluster, may_act=shown.visitor == owner and not shown.is_past, names=shown.stage.mirror.names, **asked),
        shown.is_past))
    if panel is None:
        return render(request, "stage/inspector_gone.html", {"is_past": is_past})
    return render(request, "stage/inspector.html", {"panel": panel})


@require_GET
async def step(request: HttpRequest, cluster_id: str, span: int) -> HttpResponse:
    """A step of the chain, opened; at a moment of the past as it was known then."""
    opened = await look_at_shown(request, cluster_id, lambda shown: steps.describe(
        shown.cluster, span, shown.stage.story.numbers, shown.stage.mirror.names))
    return render(request, "stage/step.html", {"step": opened})


@require_GET
async def export(request: HttpRequest, cluster_id: str, name: str) -> HttpResponse:
    """A file to take away, of what the page shows."""
    wanted = exports.EXPORTS.get(name)
    if wanted is None:
        raise Http404("There is no such export.")
    text, file = await look_at_shown(request, cluster_id, lambda shown: (
        wanted.make(shown), exports.file_name(shown.lesson, shown.cluster.now, wanted.ending)))
    disposition = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type=f"{wanted.kind}; charset=utf-8", headers=disposition)


@require_GET
async def in_words(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The text twin of what the page shows."""
    context = await look_at_shown(request, cluster_id, lambda shown: shown.stage.in_words(shown.cluster, shown.clock))
    return render(request, "stage/twin_body.html", context)


@require_GET
async def memory_view(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The Memory view of what the page shows, as far as it was chosen."""
    chosen = memory.asked(request.GET)
    context = await look_at_shown(request, cluster_id, lambda shown: memory.memory(shown.cluster, chosen))
    return render(request, "stage/memory_body.html", {**context, "address": request.path})


@require_GET
async def traffic_view(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The Traffic view of what the page shows, as far as it was chosen."""
    chosen = traffic.asked(request.GET)
    context = await look_at_shown(request, cluster_id, lambda shown: traffic.traffic(shown.cluster, chosen))
    return render(request, "stage/traffic_body.html", {**context, "address": request.path})


@require_GET
async def tool(request: HttpRequest, cluster_id: str, name: str) -> HttpResponse:
    """A tool's panel; ?live=1: only the part of it that changes with the cluster."""
    if name not in tool_panels.PANELS:
        raise Http404("There is no such tool.")
    context = await look(request, cluster_id, lambda hosted, owns: tool_panels.panel(hosted, name), acting=True)
    live = "live_" if "live" in request.GET and name != "deploy" else ""
    return render(request, f"stage/tools/{live}{name}.html", {**context, "cluster_id": cluster_id})


@require_GET
async def find(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """What ?q= matches."""
    text = request.GET.get("q", "")[:QUERY_LENGTH]
    found = await look_at_shown(request, cluster_id, lambda shown: finding.find(shown.cluster, text))
    return render(request, "stage/tools/found.html", {"found": found, "text": text.strip()})


def _kept_back(hosted: Hosted) -> str:
    """Why nothing can be deployed now; '' if it can."""
    if getattr(hosted, "past", None) is not None:
        return "You are looking at a moment that is over. Return to now, or fork from there, and deploy then."
    return str(hosted.memory.get("lock") or "")


@require_POST
async def apply(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """Deploy what was pasted; the answer tells of each document."""
    lock = await look(request, cluster_id, lambda hosted, owns: _kept_back(hosted), acting=True)
    said: dict[str, Any] = {}
    try:
        text = request.POST.get("manifest", "")
        dry_run = "dry" in request.POST
        if lock:
            said = {"trouble": lock}
        else:
            manifests = applying.read(text)
            said = {"said": await applying.apply(cluster_id, manifests, dry_run), "dry_run": dry_run}
    except RequestDataTooBig:
        said = {"trouble": TOO_BIG}
    except applying.Unreadable as error:
        around = text.splitlines()[error.line - 1][:120] if 0 < error.line <= len(text.splitlines()) else ""
        said = {"trouble": error.words, "line": error.line, "around": around}
    return render(request, "stage/tools/applied.html", said)
