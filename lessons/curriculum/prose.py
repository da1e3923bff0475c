"""Lesson text: Markdown in, safe HTML out. Raw HTML in the Markdown is shown as text, never obeyed, so that a lesson
from somebody else can do no harm; what comes out is cleaned once more all the same.

`{killed|the pod you killed}` in the text stands for something of the reader's own cluster: its name if it is known,
else the words after the bar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "br", "hr",
         "table", "thead", "tbody", "tr", "th", "td"}
_WORD = re.compile(r"\{(\w+)\|([^{}]*)\}")


def html(markdown: str) -> str:
    """The HTML of a piece of Markdown."""
    return nh3.clean(_markdown.render(markdown), tags=_TAGS, attributes={"a": {"href"}},
                     url_schemes={"https", "http"}, link_rel="noopener").strip()


def inline(markdown: str) -> str:
    """The HTML of one line, without a paragraph around it."""
    return nh3.clean(_markdown.renderInline(markdown), tags={"em", "strong", "code", "a"},
                     attributes={"a": {"href"}}, url_schemes={"https", "http"}, link_rel="noopener").strip()


def with_words(text: str, words: Mapping[str, str]) -> SafeString:
    """HTML with what is known of the reader's cluster put in; `text` is HTML made by this module."""
    def known(match: re.Match[str]) -> str:
        word = words.get(match[1])
        return f"<code>{escape(word)}</code>" if word else match[2]

    return mark_safe(_WORD.sub(known, text))  # noqa: S308  # cleaned when it was read; words are escaped
