"""From a command to whoever carries it out: one table of everything a person may ask for.

Runs on the pacing thread.
"""

from lessons.hosting import commands, tools
from lessons.hosting.commands import WATCHING, Handler, Op
from lessons.hosting.hosted import Answer, Hosted
from lessons.hosting.outcome import Actor, Outcome, Refused

HANDLERS: dict[str, Handler] = {**commands.HANDLERS, **tools.HANDLERS}
ACTS = ("kill", "fault", "undo-fault", *tools.HANDLERS)


def perform(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome | None:
    """Carry a command out; → what to say, or None if `answer` will be called later. Raises Refused."""
    if actor.role != "presenter":
        raise WATCHING
    handler = HANDLERS.get(op.get("op", ""))
    if handler is None:
        raise Refused("That is no command.", f"There are {', '.join(HANDLERS)}.")
    if hosted.memory.get("lock") and _changes(op):
        raise Refused("Your prediction comes first.", str(hosted.memory["lock"]))
    return handler(hosted, actor, op, wall, answer)


def _changes(op: Op) -> bool:
    """Whether it would act on the cluster: not while a question of the lesson waits for its answer."""
    return op["op"] in ACTS or (op["op"] == "request" and str(op.get("verb", "")).upper() != "GET")
