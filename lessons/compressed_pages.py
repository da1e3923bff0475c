"""Pages go over the wire compressed (static files are so already, see `static_files`).

Only whole HTML answers: a stream has to arrive as it is written, and who asks in JSON chooses for itself. Django masks
the CSRF token anew in every answer, so that its length tells nothing (BREACH).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """As Django's, for whole pages of HTML."""

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponse:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response  # type: ignore[no-any-return]
        return super().process_response(request, response)  # type: ignore[no-any-return]
