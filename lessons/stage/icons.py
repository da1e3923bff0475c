"""Marks from static/icons.svg, for the small pieces of HTML that frames carry."""

from functools import cache

from django.templatetags.static import static


@cache
def sheet() -> str:
    """Address of the sheet of symbols; it stays the same while the process lives."""
    return static("icons.svg")


def row(names: str) -> str:
    """A row of container marks as HTML, from 'c-running =fence c-creating|creating' (mark|look; =class)."""
    return "".join(_one(word) for word in names.split())


def _one(word: str) -> str:
    if word.startswith("="):
        return f'<i class="{word[1:]}"></i>'
    name, _, look = word.partition("|")
    return mark(name, "ctr", look)


def mark(name: str, css: str, look: str = "") -> str:
    """One mark as HTML."""
    shown = f' data-look="{look}"' if look else ""
    return f'<svg class="{css}" aria-hidden="true"{shown}><use href="{sheet()}#{name}"/></svg>'
