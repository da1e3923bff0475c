"""What the API server refused to a controller that creates or deletes pods, and how the controller tells people.

Source: kubernetes pkg/controller/controller_utils.go (RealPodControl): the Events SuccessfulCreate, FailedCreate,
SuccessfulDelete, FailedDelete.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.client import Controller
from cluster_sim.client.controller import Answer
from cluster_sim.controllers.pods import Object

REASONS = {"create": ("SuccessfulCreate", "FailedCreate", "Created pod: {name}", "Error creating: {message}"),
           "delete": ("SuccessfulDelete", "FailedDelete", "Deleted pod: {name}", "Error deleting: {message}")}


def message_of(body: Any) -> str:
    """The words of an answer that is a Status."""
    return str((body or {}).get("message", ""))


def is_refusal(answer: Answer) -> bool:
    """Not done, for a reason that matters: what is already gone needs no deleting."""
    status = answer[2]
    return status == 0 or (status >= 400 and status != 404)


def is_namespace_terminating(answer: Answer) -> bool:
    """The namespace takes nothing new, because it is being deleted."""
    body = answer[3]
    causes = ((body or {}).get("details") or {}).get("causes") or () if answer[2] == 403 else ()
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)


def refused(answers: list[Answer]) -> str:
    """The message of the first refusal; "" if there was none."""
    for answer in answers:
        if is_refusal(answer) and not is_namespace_terminating(answer):
            return message_of(answer[3]) or "no answer"
    return ""


def tell_refusals(controller: Controller, owner: Object, answers: list[Answer], verb: str) -> None:
    """An Event for each pod created or deleted, or not; a deletion's `data` carries the pod's name."""
    good, bad, done, error = REASONS[verb]
    for answer in answers:
        _, data, status, body = answer
        if is_namespace_terminating(answer):
            continue
        if is_refusal(answer) or (status == 404 and verb == "create"):
            controller.event(owner, "Warning", bad, error.format(message=message_of(body)))
        elif status < 400:
            name = data["pod"] if verb == "delete" else body["metadata"]["name"]
            controller.event(owner, "Normal", good, done.format(name=name))
