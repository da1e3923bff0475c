"""What one person wants to look at closer: asked for by htmx, answered to them alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lessons import hosting
from lessons.hosting.recovery import NoSuchCluster
from lessons.stage.inspector import Panel, describe

QUERY_LENGTH = 300


@require_GET
async def inspect(request: HttpRequest, cluster_id: str) -> HttpResponse:
    """The inspector's panel for ?part=, ?uid= or ?ref=. Who only watches is offered no acts."""
    asked = {name: request.GET.get(name, "")[:QUERY_LENGTH] for name in ("part", "uid", "ref")}
    visitor = request.visitor.id  # type: ignore[attr-defined]
    try:
        panel: Panel | None = await hosting.ask(
            cluster_id, lambda hosted: describe(hosted.cluster, may_act=hosted.visitor == visitor, **asked)
        )
    except NoSuchCluster:
        panel = None
    if panel is None:
        return render(request, "stage/inspector_gone.html")
    return render(request, "stage/inspector.html", {"panel": panel})
