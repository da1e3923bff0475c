"""What an image does, chosen by its name and its arguments.

A real image can do anything; ours do one of a few things that lessons need, and everything unknown runs as a quiet
server that stops a moment after SIGTERM. The table is searched from the top; a word counts when it stands in the
image's name or in the container's command and arguments.

| words | what runs |
|-|-|
| `crasher`, `exit 1`, `false` | exits with code 1 after a second |
| `finisher`, `true`, `exit 0`, `pi` | does its work in 5 s and exits with code 0 |
| `stubborn`, `sleep`, `pause` | ignores SIGTERM, as a shell's child without a handler does: only SIGKILL ends it |
| `slow-starter` | serves only 20 s after its start |
| `memory-hog` | is killed for its memory 10 s after its start, if it has a memory limit |
| anything else | a server: ready at once, stops within a second of SIGTERM |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Times in µs from the container's start; `exits_after` None: it runs until it is told to stop.

    `stops_in` is the time from SIGTERM to the exit, None if SIGTERM is ignored.
    """

    name: str
    serves_after: int = 0
    exits_after: int | None = None
    code: int = 0
    reason: str = ""
    stops_in: int | None = SECOND
    stop_code: int = 0


SERVER = Behaviour("server")
TABLE: tuple[tuple[tuple[str, ...], Behaviour], ...] = (
    (("crasher", "exit 1", "false"), Behaviour("crasher", exits_after=SECOND, code=1, reason="Error")),
    (("finisher", "exit 0", "true", "pi"), Behaviour("finisher", exits_after=5 * SECOND, reason="Completed")),
    (("stubborn", "sleep", "pause"), Behaviour("stubborn", stops_in=None)),
    (("slow-starter",), Behaviour("slow starter", serves_after=20 * SECOND)),
    (("memory-hog",), Behaviour("memory hog", exits_after=10 * SECOND, code=137, reason="OOMKilled")),
)


def behaviour_of(container: dict[str, Any]) -> Behaviour:
    """What a container of this spec does."""
    image = container.get("image", "").rpartition("/")[2].partition("@")[0].partition(":")[0]
    line = " ".join([*container.get("command", ()), *container.get("args", ())])
    for words, behaviour in TABLE:
        if any(word == image or _in_line(word, line) for word in words):
            limits = (container.get("resources") or {}).get("limits") or {}
            return SERVER if behaviour.reason == "OOMKilled" and "memory" not in limits else behaviour
    return SERVER


def _in_line(word: str, line: str) -> bool:
    """Whether the word stands in the command line, as words of their own."""
    return f" {word} " in f" {line.replace(';', ' ').replace('&&', ' ')} "
