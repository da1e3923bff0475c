"""The tables of tools and keys, for templates: `{% load toolbox %}{% tools as all %}`."""

from django import template

from lessons.stage.toolbox import KEYS, TOOLS, Key, Tool

register = template.Library()


@register.simple_tag
def tools() -> tuple[Tool, ...]:
    """Every tool, in order."""
    return TOOLS


@register.simple_tag
def keys() -> tuple[Key, ...]:
    """Every key, in order."""
    return KEYS


@register.filter
def words(text: str) -> list[str]:
    """'a,b' → ['a', 'b']."""
    return text.split(",")
