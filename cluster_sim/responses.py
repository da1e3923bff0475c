"""Values that the public face hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import Span, frozen

if TYPE_CHECKING:
    from cluster_sim.user import User


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of the API server. `error`: nobody answered (status 503), in a client's words."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the request did what it asked for."""
        return 200 <= self.status < 300


class Call:
    """A request that was accepted; `response` is None until virtual time brings it. `span` is its first span."""

    def __init__(self, user: User, number: str, span: int) -> None:
        self._user, self._number, self.span = user, number, span

    @property
    def response(self) -> Response | None:
        """The answer, once it has come."""
        answer = self._user.answers.get(self._number)
        if answer is None:
            return None
        status, body, headers, error = answer
        return Response(status, frozen.thaw(body), dict(headers), error)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor, coalesced.

    `objects`: etcd key → object (None: deleted); `parts`: part id → view (None: gone); `spans`: new visible spans.
    `full`: everything is here, because the cursor was None or too old.
    """

    cursor: tuple[int, int, int]
    full: bool
    objects: dict[str, Any]
    parts: dict[str, Any]
    spans: list[Span]
