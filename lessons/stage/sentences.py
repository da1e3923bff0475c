"""A step's text for the page: the actor in bold, names of pods short and in the machine's own letters."""

import re
from collections.abc import Mapping

from django.utils.html import escape

ACTORS = re.compile(
    r"^(You|API server|etcd|[Ss]cheduler|[Kk]ubelet|[Kk]ube-proxy|[Cc]ontainer runtime|[Rr]untime|Garbage collector"
    r"|Node lifecycle|[A-Z][A-Za-z]*(?: [a-z]+)? controller|Registry|Image registry)\b"
)
TOKEN = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*")
RESOURCE_NAME = re.compile(r"-[a-z0-9]{4,10}(-[a-z0-9]{5})?$")


def plain(text: str, names: Mapping[str, str]) -> str:
    """For a screen reader's one sentence: names short, no markup."""
    return TOKEN.sub(lambda match: names.get(match.group(), match.group()), text)


def marked(text: str, names: Mapping[str, str]) -> str:
    """As safe HTML."""
    actor = ACTORS.match(text)
    head = f"<b>{escape(actor.group())}</b>" if actor else ""
    rest = text[actor.end() :] if actor else text
    return head + _with_names(rest, names)


def _with_names(text: str, names: Mapping[str, str]) -> str:
    out, at = [], 0
    for match in TOKEN.finditer(text):
        word = match.group()
        shown = names.get(word)
        if shown is None and not (
            word.count("-") and RESOURCE_NAME.search(word) and any(map(str.isdigit, word)) and len(word) > 12
        ):
            continue
        out.append(escape(text[at : match.start()]))
        out.append(f'<code title="{escape(word)}">{escape(shown or word)}</code>')
        at = match.end()
    out.append(escape(text[at:]))
    return "".join(out)
