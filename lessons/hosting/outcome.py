"""What a person hears of their command: done (with the kubectl line and the request it was), or refused with the
reason and a way on."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ok` and what was done, or not ok with `title` (what) and `text` (why, and what to do)."""

    ok: bool
    id: str | None = None
    kubectl: str = ""
    request: str = ""
    note: str = ""
    title: str = ""
    text: str = ""
    result: str = ""  # the id of a fault that can be undone, or of the first span of what follows

    def message(self) -> dict[str, Any]:
        """The socket message."""
        if self.ok:
            words = {"kubectl": self.kubectl, "request": self.request, "note": self.note, "result": self.result}
            return {"t": "ack", "id": self.id, "ok": True, **{key: value for key, value in words.items() if value}}
        return {"t": "refused", "id": self.id, "title": self.title, "text": self.text}


class Refused(Exception):
    """A command that is not carried out; nothing has changed."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(f"{title} {text}")
        self.title, self.text = title, text

    def outcome(self, command_id: str | None) -> Outcome:
        return Outcome(False, command_id, title=self.title, text=self.text)


NOT_STORED = Refused(
    "That could not be stored.", "The disk refuses to write, so nothing was done. Tell whoever runs Podium."
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the visitor, in which role, and as which user of the cluster."""

    visitor: str
    role: str = "presenter"  # or "follower"
    user: str = "admin"
