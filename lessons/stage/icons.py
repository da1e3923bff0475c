"""Marks from static/icons.svg, for the small pieces of HTML that frames carry."""

from django.templatetags.static import static


def sheet() -> str:
    """Address of the sheet of symbols."""
    return static("icons.svg")


def row(names: str) -> str:
    """A row of container marks as HTML, from 'c-running c-creating|creating' (mark|look)."""
    pairs = [each.partition("|") for each in names.split()]
    return "".join(mark(name, "ctr", look) for name, _, look in pairs)


def mark(name: str, css: str, look: str = "") -> str:
    """One mark as HTML."""
    shown = f' data-look="{look}"' if look else ""
    return f'<svg class="{css}" aria-hidden="true"{shown}><use href="{sheet()}#{name}"/></svg>'
