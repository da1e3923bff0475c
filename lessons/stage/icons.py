"""Marks from static/icons.svg, for the small pieces of HTML that frames carry."""

from django.templatetags.static import static


def sheet() -> str:
    """Address of the sheet of symbols."""
    return static("icons.svg")


def mark(name: str, css: str, look: str = "") -> str:
    """One mark as HTML."""
    shown = f' data-look="{look}"' if look else ""
    return f'<svg class="{css}" aria-hidden="true"{shown}><use href="{sheet()}#{name}"/></svg>'
