"""Light, dark, or as the reader's system has it; kept in a cookie, since there is no account to keep it in."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "podium_theme"
THEMES = (("auto", "As my system"), ("light", "Light"), ("dark", "Dark"))
KNOWN = ("auto", "light", "dark", "projector")


def theme(request: HttpRequest) -> dict[str, object]:
    """Context processor: the theme of the page. `?theme=` tries one out without keeping it."""
    wanted = request.GET.get("theme") or request.COOKIES.get(COOKIE, "auto")
    return {"theme": wanted if wanted in KNOWN else "auto", "themes": THEMES}
