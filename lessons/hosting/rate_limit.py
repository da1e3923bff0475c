"""A token bucket: so many commands a second, with a burst. Time is given, not read."""

from dataclasses import dataclass

from lessons.hosting.limits import COMMAND_BURST, COMMANDS_PER_SECOND


@dataclass(slots=True)
class TokenBucket:
    """Full at first; `take` says whether one more may pass."""

    per_second: float = COMMANDS_PER_SECOND
    burst: float = COMMAND_BURST
    tokens: float = COMMAND_BURST
    last: float | None = None

    def take(self, now: float) -> bool:
        """Take one token at `now` (seconds, from any clock that only goes forward)."""
        if self.last is not None:
            self.tokens = min(self.burst, self.tokens + (now - self.last) * self.per_second)
        self.last = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
