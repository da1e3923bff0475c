"""What people see when something is refused or breaks: a page of the house with a way on, never a bare code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was opened before the house restarted, or sent from elsewhere."""
    return render(request, "403.html", {"form_expired": True}, status=403)
