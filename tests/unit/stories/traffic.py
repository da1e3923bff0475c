"""What a story can say of requests.

    requests to web            what clients in the cluster counted since this was last asked
    visit http://worker-1:30080/   a person outside asks, and gets an answer or none
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage

WHY = {"refused": "connection refused", "timeout": "no answer in time", "reset": "connection broken",
       "no-such-host": "no such name", "dns-timeout": "no answer from DNS in time", "dns-refused": "nobody at DNS' address",
       "dns-failed": "DNS could not answer"}


def requests(stage: Stage, rest: str, given: str) -> str:
    """`1500 sent: 1469 answered, 31 lost (connection refused: 31)`; then where they went."""
    target = f"default/{rest.removeprefix('to ')}"
    counts = stage.now.traffic()["targets"].get(target)
    if counts is None:
        return "nobody asks"
    before: dict[str, Any] = stage.counted.get(target, {})
    stage.counted[target] = counts
    failed = {reason: count - before.get("failed", {}).get(reason, 0) for reason, count in counts["failed"].items()}
    lost = ", ".join(f"{WHY.get(reason, reason)}: {count}" for reason, count in sorted(failed.items()) if count)
    sent, ok, same, cross = (counts[name] - before.get(name, 0) for name in ("sent", "ok", "sameNode", "crossNode"))
    told = f"{sent} sent: {ok} answered, {sum(failed.values())} lost" + (f" ({lost})" if lost else "")
    return f"{told}\n{same} stayed on the client's node, {cross} went to another"


def visit(stage: Stage, rest: str, given: str) -> str:
    """The text of the answer, or why there is none."""
    stage.begin_act()
    answer = stage.now.visit(rest)
    return answer.error or f"{answer.status} {stage.names.tell(str(answer.body))}"
