"""What a page needs so that others can join: code, links, picture."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lessons.classroom import qr
from lessons.classroom.codes import code_of, shown

__all__ = ["code_of", "invitation", "links"]


def links(request: HttpRequest, cluster_id: str, code: str) -> dict[str, Any]:
    """Context: `code` in two groups of three; `share` the path that follows this cluster, `link` the same with this
    host's name; `join` where codes are typed (`join_at`: as it is read aloud); `qr` the link as a picture; `present`
    the presenter's large page."""
    share = reverse("watch", args=[code])
    link = request.build_absolute_uri(share)
    join = request.build_absolute_uri(reverse("join"))
    return {"code": shown(code), "code_groups": shown(code).split(), "share": share, "link": link, "join": join,
            "join_at": join.partition("://")[2].rstrip("/"), "qr": qr.picture(link),
            "present": reverse("present", args=[cluster_id])}


def invitation(request: HttpRequest, cluster_id: str) -> dict[str, Any]:
    """The same for a cluster whose code is not at hand. Uses the database."""
    return links(request, cluster_id, code_of(cluster_id))
