"""A program: what a container's process does over time, as plain data, decided when it starts.

Real programs are code; ours are a line of time: what they print and when, when they listen, whether and when they
end, how they take SIGTERM. From it everything asked later (logs, probes, exit) is read off, so a container that just
runs costs no events at all.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import MS, SECOND

Program = dict[str, Any]

SIGTERM_CODE, SIGKILL_CODE = 143, 137  # 128 + the signal's number
DEFAULT_TERM = SECOND  # a server ends what it was doing first

# What a server does with its port when it is asked to stop: it takes no new connection and ends what is under way; it
# goes on as if nothing had happened until it ends; it ends at once and breaks off what is under way.
CLOSES, SERVES, CUTS = "closes", "serves", "cuts"


def program(
    *,
    lines: list[list[Any]] | None = None,
    repeat: list[int] | None = None,
    ports: list[int] | None = None,
    listens_after: int = 0,
    ends_after: int | None = None,
    code: int = 0,
    term_after: int | None = DEFAULT_TERM,
    term_code: int = 0,
    healthy: bool = True,
    reason: str = "",
    files: list[list[Any]] | None = None,
    serves: str = "http",
    latency: int = 2 * MS,
    says: str = "{pod}",
    on_term: str = CLOSES,
    data: str = "",
    client: dict[str, Any] | None = None,
    process: str = "",
) -> Program:
    """Make one. All times are µs since the start.

    `lines`: [time, text]; `repeat`: [begin, period, n], from `begin` on the lines after the first n come again; `ports`: None
    listens on any port that is asked for; `ends_after`: None runs for ever; `term_after`: None ignores SIGTERM;
    `files`: [time, path, is there now]; `serves`: the protocol it speaks (http, tcp, dns); `latency`: µs from a request to
    its answer, which `says` this; `on_term`: what SIGTERM does to its port (CLOSES, SERVES, CUTS); `data`: the directory
    of a database; `client`: the requests it sends by itself (see `client.py`); `process`: which client of the API server
    it is, if it is one.
    """
    return {"lines": lines or [], "repeat": repeat, "ports": ports, "listensAfter": listens_after,
            "endsAfter": ends_after, "code": code, "termAfter": term_after, "termCode": term_code, "healthy": healthy,
            "reason": reason, "files": files or [], "serves": serves, "latency": latency, "says": says, "onTerm": on_term,
            "data": data, "client": client, "process": process}


def output(running: Program, elapsed: int, limit: int = 1_000) -> list[list[Any]]:
    """The last lines printed until `elapsed`, as [time, text]."""
    lines = [line for line in running["lines"] if line[0] <= elapsed]
    if running["repeat"] is not None:
        begin, period, first_line = running["repeat"]
        again = running["lines"][first_line:]
        rounds = max(0, elapsed - begin) // period
        first = max(1, rounds - limit // max(1, len(again)))
        for turn in range(first, rounds + 1):
            lines += [[at + turn * period, text] for at, text in again if at + turn * period <= elapsed]
    return lines[-limit:]


def listens(running: Program, port: int, elapsed: int, terminating: bool = False) -> bool:
    """Whether a connection to the port is accepted; `terminating`: SIGTERM has come."""
    if terminating and running["termAfter"] is not None and running["onTerm"] != SERVES:
        return False
    return elapsed >= running["listensAfter"] and (running["ports"] is None or port in running["ports"])


def files_at(running: Program, elapsed: int) -> dict[str, bool]:
    """Which files the program has made (True) or removed (False) so far."""
    return {path: there for time, path, there in running["files"] if time <= elapsed}


def reason_of(running: Program, code: int) -> str:
    """What the runtime calls an end with this code."""
    return running["reason"] or ("Completed" if code == 0 else "Error")
