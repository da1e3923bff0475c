"""Marks from static/icons.svg, for the small pieces of HTML that frames carry."""

from django.templatetags.static import static


def sheet() -> str:
    """Address of the sheet of symbols."""
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
