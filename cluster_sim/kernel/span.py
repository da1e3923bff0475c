"""A span: one thing that happened, with its cause.

A message between parts or a piece of work in one part. Its text is a phrase with arguments, rendered when somebody
reads it; phrases live in a table beside the component that tells them (`register_phrases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BACKGROUND, DETAIL, STORY = 0, 1, 2
LEVELS = ("background", "detail", "story")

PHRASES: dict[str, str] = {}
FILES: dict[str, str] = {}


def register_phrases(phrases: dict[str, str], file: str = "") -> None:
    """Add a component's phrases: key → text with {arguments}; `file` is the source file lessons link to."""
    PHRASES.update(phrases)
    for key in phrases:
        FILES[key] = file


class _Arguments(dict):  # type: ignore[type-arg]
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a causal chain.

    `time` (virtual seconds) is when it left or happened; `lands` when a message arrives (None: work in place, or
    lost on the way). `cause` is the id of the span that led to it (None: a person's act or a timer), `also` the
    ids of further causes when work was coalesced. `revision` is etcd's, where one was written. `detail` holds the
    rule that decided.
    """

    id: int
    cause: int | None
    time: float
    source: str
    target: str
    verb: str
    subject: str
    also: tuple[int, ...]
    level: str
    lands: float | None
    revision: int | None
    phrase: str
    args: dict[str, Any]
    detail: Any
    file: str

    @property
    def text(self) -> str:
        """The step in words."""
        template = PHRASES.get(self.phrase, self.phrase)
        if not template:
            return f"{self.source} {self.verb} {self.subject}".strip()
        known = {"source": self.source, "target": self.target, "verb": self.verb, "subject": self.subject}
        return template.format_map(_Arguments({**known, **self.args}))
