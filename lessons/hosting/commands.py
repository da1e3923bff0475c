"""What a person may ask of a cluster, as one small dict, and what it becomes: an act on the model or on its pace.

Runs on the pacing thread. Views and consumers only bring the dict here; the model decides what comes of it. An act
on the model is in the cluster's own log afterwards (the host then stores it); pace is the host's alone.
"""

from collections.abc import Callable
from typing import Any

from cluster_sim import FaultError
from lessons.hosting import limits
from lessons.hosting.hosted import Act, Answer, Hosted, Seek
from lessons.hosting.outcome import Actor, Outcome, Refused
from lessons.stage import kubectl

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PATH_LENGTH = 2_000
WATCHING = Refused(
    "You are watching.", "Only the presenter may act here. Open your own copy of this lesson to try it yourself."
)
PAUSED_NOTE = "Time is paused: your request waits where it was sent. Step or play to let it go."

Op = dict[str, Any]
Handler = Callable[[Hosted, Actor, Op, float, Answer], Outcome | None]


def text(op: Op, name: str) -> str:
    """A field that must be a text of reasonable length."""
    value = op.get(name)
    if not isinstance(value, str) or not value or len(value) > PATH_LENGTH:
        raise Refused("Something is missing.", f"The command {op.get('op')!r} needs {name!r}, as text.")
    return value


def kill(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Delete a pod, this very one: if it is gone, or another has its name by now, nothing happens."""
    name, namespace = text(op, "name"), op.get("namespace") or "default"
    pod = hosted.cluster.get("pods", name, str(namespace))
    uid = op.get("uid")
    if pod is None or (uid and pod["metadata"].get("uid") != uid):
        raise Refused(f"{name} is already gone.", "Somebody or something was faster. Choose another pod.")
    if "deletionTimestamp" in pod["metadata"]:
        raise Refused(f"{name} is already on its way out.", "It was asked to stop and has a moment to do so.")
    path = f"/api/v1/namespaces/{namespace}/pods/{name}"
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": pod["metadata"]["uid"]}}
    return send(hosted, actor, op, wall, answer, "DELETE", path, body, None, f"{name} is asked to go.")


def request(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Any Kubernetes API request that has one answer."""
    verb, path = text(op, "verb").upper(), text(op, "path")
    if verb not in VERBS or not path.startswith("/"):
        raise Refused("That is no API request.", f"It needs one of {', '.join(VERBS)} and a path like /api/v1/pods.")
    if verb == "GET" and "watch=" in path:
        raise Refused("A watch does not end.", "Watch with kubectl or the console; the stage shows changes by itself.")
    content_type = op.get("contentType")
    if content_type is not None and not isinstance(content_type, str):
        raise Refused("That is no API request.", "contentType must be text.")
    return send(hosted, actor, op, wall, answer, verb, path, op.get("body"), content_type)


def send(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer, verb: str, path: str, body: Any,
         content_type: str | None, note: str = "Sent to the API server.") -> Outcome:
    """To the API server; `note` says what was done, until the stage shows what came of it."""
    call = hosted.cluster.submit(verb, path, body, actor.user, content_type, id=command_id(op))
    hosted.begin_act(Act(call, command_id(op), answer), call.span, wall)
    return Outcome(True, command_id(op), kubectl=kubectl.line(verb, path, body), request=f"{verb} {path}",
                   note=PAUSED_NOTE if hosted.pace.paused else note, result=str(call.span))


def fault(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Something goes wrong, by name."""
    name, target = text(op, "name"), text(op, "target")
    available = hosted.cluster.faults()["available"]
    if name not in available:
        raise Refused("There is no such fault.", f"There are {', '.join(available)}.")
    options = op.get("options") or {}
    if not isinstance(options, dict) or any(option not in available[name]["options"] for option in options):
        known = ", ".join(available[name]["options"]) or "none"
        raise Refused("That option does not exist.", f"The options of {name!r}: {known}.")
    seen = newest_span(hosted)
    try:
        number = hosted.cluster.fault(name, target, user=actor.user, id=command_id(op), **options)
    except FaultError as error:
        raise Refused("That cannot be done now.", str(error)) from error
    begin(hosted, op, answer, seen, wall)
    return Outcome(True, command_id(op), kubectl=kubectl.CANNOT, result=number,
                   note=f"{name.replace('-', ' ')}: {target}.")


def undo_fault(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    """Repair what a fault broke, going forward in time."""
    seen = newest_span(hosted)
    try:
        hosted.cluster.undo_fault(text(op, "fault"), user=actor.user, id=command_id(op))
    except FaultError as error:
        raise Refused("There is nothing to repair.", str(error)) from error
    begin(hosted, op, answer, seen, wall)
    return Outcome(True, command_id(op), note="Repaired.")


def pause(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    hosted.set_pace(wall, paused=True)
    hosted.showing.at_once(wall)
    return Outcome(True, command_id(op))


def play(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    hosted.set_pace(wall, paused=False)
    hosted.showing.at_once(wall)
    return Outcome(True, command_id(op))


def speed(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> Outcome:
    try:
        value = float(op.get("value", ""))
    except (TypeError, ValueError):
        value = float("nan")
    if not value > 0 or value == float("inf"):
        raise Refused("That is no speed.", "Choose between 0.1 (slow motion) and 1000 times real time.")
    hosted.set_pace(wall, speed=value)
    hosted.showing.at_once(wall)
    return Outcome(True, command_id(op), note=f"{hosted.pace.speed:g}×")


def step(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> None:
    """Pause, and go on to the next step of the story."""
    hosted.set_pace(wall, paused=True)
    _seek(hosted, op, answer, -1.0, hosted.cluster.now + limits.STEP_VIRTUAL, "Nothing happens in the next minute.")


def skip(hosted: Hosted, actor: Actor, op: Op, wall: float, answer: Answer) -> None:
    """Let the quiet time pass until something happens, not before the virtual second `to` if that is given; then as
    before. What is under way anyway is no event of interest: it goes on to what comes after a quiet second."""
    now, to = hosted.cluster.now, op.get("to")
    if to is None:
        _seek(hosted, op, answer, now + 1.0, now + limits.SKIP_VIRTUAL, "Nothing happens for a long time.")
        return
    try:
        second = float(to)
    except (TypeError, ValueError):
        second = -1.0
    if not now < second <= now + limits.SKIP_VIRTUAL:
        raise Refused("That is not ahead.", "It has come already, or is more than an hour away.")
    _seek(hosted, op, answer, second - 0.001, second + limits.DUE_LATE, "It did not come to that.")


def _seek(hosted: Hosted, op: Op, answer: Answer, after: float, limit: float, nothing: str) -> None:
    """Run to what happens after the virtual second `after`, at most to `limit`."""
    if hosted.seek is not None:
        raise Refused("Time is already on its way.", "Wait for it to get there.")

    def found(something: bool) -> None:
        way_on = "Do something on the stage, and watch what follows."
        answer(Outcome(something, command_id(op)) if something
               else Outcome(False, command_id(op), title=nothing, text=way_on))

    hosted.seek = Seek(after, limit, found)


def begin(hosted: Hosted, op: Op, answer: Answer, seen: int, wall: float) -> None:
    """Follow what a fault or an operation leads to."""
    root = next((span.id for span in hosted.cluster.trace(seen) if span.source.startswith("user/")), None)
    hosted.begin_act(Act(None, command_id(op), answer), root, wall)


def newest_span(hosted: Hosted) -> int:
    """The newest span so far."""
    spans = hosted.cluster.trace(hosted.seen_span)
    return spans[-1].id if spans else hosted.seen_span


def command_id(op: Op) -> str | None:
    value = op.get("id")
    return str(value)[:64] if value not in (None, "") else None


HANDLERS: dict[str, Handler] = {
    "kill": kill, "request": request, "fault": fault, "undo-fault": undo_fault,
    "pause": pause, "play": play, "step": step, "speed": speed, "skip": skip,
}
