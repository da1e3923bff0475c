"""Status bodies: how the API server says no (and, for some deletes, yes).

Upstream: k8s.io/apimachinery/pkg/api/errors/errors.go. The words are theirs, to the letter: kubectl, client libraries
and learners all read them. `details.kind` is the *resource* ("pods"), except for Invalid, where it is the Kind.
A resource argument may be "deployments" with its group given apart, or "deployments.apps" in one.
"""

from __future__ import annotations

from typing import Any

from .field import FieldError

Status = dict[str, Any]


class ApiError(Exception):
    """An answer that is not a success, carrying its Status body."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.get("message", ""))
        self.status = status

    @property
    def code(self) -> int:
        return int(self.status["code"])


def failure(code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> Status:
    """A Failure in the order the real server writes it; reason "" and details None are left out."""
    status: Status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message}
    if reason:
        status["reason"] = reason
    if details is not None:
        status["details"] = {key: value for key, value in details.items() if value not in ("", None, [])}
    status["code"] = code
    return status


def success(details: dict[str, Any] | None = None) -> Status:
    """What a DELETE answers when nothing is left of the object."""
    status: Status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if details is not None:
        status["details"] = {key: value for key, value in details.items() if value not in ("", None, [])}
    return status


def _named(resource: str, name: str, group: str) -> tuple[str, dict[str, Any]]:
    """("deployments.apps", details) for a resource that may carry its group after a dot."""
    if not group and "." in resource:
        resource, _, group = resource.partition(".")
    full = f"{resource}.{group}" if group else resource
    return full, {"name": name, "group": group, "kind": resource}


def not_found(resource: str, name: str, group: str = "") -> Status:
    full, details = _named(resource, name, group)
    return failure(404, "NotFound", f'{full} "{name}" not found', details)


def no_such_path() -> Status:
    """A path under a known version that names no resource."""
    return failure(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(resource: str, name: str, group: str = "") -> Status:
    full, details = _named(resource, name, group)
    return failure(409, "AlreadyExists", f'{full} "{name}" already exists', details)


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def conflict(resource: str, name: str, text: str = MODIFIED, group: str = "") -> Status:
    full, details = _named(resource, name, group)
    return failure(409, "Conflict", f'Operation cannot be fulfilled on {full} "{name}": {text}', details)


def invalid(kind_group: str, name: str, causes: list[FieldError]) -> Status:
    """422. kind_group is "ConfigMap" or "Deployment.apps"; causes are field errors, at least one."""
    kind, _, group = kind_group.partition(".")
    errors = [f"{cause.field}: {cause.body()}" for cause in causes]
    told = list(dict.fromkeys(errors))  # an aggregate says the same thing once
    text = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    details = {"name": name, "group": group, "kind": kind, "causes": [cause.cause() for cause in causes]}
    return failure(422, "Invalid", f'{kind_group} "{name}" is invalid: {text}', details)


def rejected() -> Status:
    """422 of a JSON patch that did not apply: the real server loses the reason on its way out."""
    return failure(422, "Invalid", "the server rejected our request due to an error in our request", {})


def bad_request(message: str) -> Status:
    return failure(400, "BadRequest", message)


def unauthorized() -> Status:
    return failure(401, "Unauthorized", "Unauthorized")


def forbidden(
    resource: str, name: str, text: str, group: str = "", causes: list[dict[str, Any]] | None = None
) -> Status:
    """403. `text` is what follows "is forbidden: "; name "" when the request names no object."""
    full, details = _named(resource, name, group)
    subject = f'{full} "{name}"' if name else full
    return failure(403, "Forbidden", f"{subject} is forbidden: {text}", {**details, "causes": causes})


def forbidden_path(user: str, verb: str, path: str) -> Status:
    return failure(403, "Forbidden", f'forbidden: User "{user}" cannot {verb} path "{path}"', {})


def method_not_allowed(resource: str = "", action: str = "", group: str = "") -> Status:
    """405; with a resource the words of a storage that lacks the action, else the router's."""
    if not resource:
        return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})
    full, details = _named(resource, "", group)
    return failure(405, "MethodNotAllowed", f'{action} is not supported on resources of kind "{full}"', details)


def unsupported_media_type(message: str = "") -> Status:
    """415; without a message the words for a patch of an unknown type."""
    text = message or "415: Unsupported Media Type"
    return failure(415, "UnsupportedMediaType", text, None if message else {})


def too_large(text: str) -> Status:
    return failure(413, "RequestEntityTooLarge", f"Request entity too large: {text}")


def too_many_requests(message: str, retry_after: int = 0, causes: list[dict[str, Any]] | None = None) -> Status:
    return failure(429, "TooManyRequests", message, {"retryAfterSeconds": retry_after or None, "causes": causes})


def too_old(message: str) -> Status:
    """410: a resourceVersion or a continue token that compaction has overtaken."""
    return failure(410, "Expired", message)


def too_old_version(asked: int, oldest: int) -> Status:
    """What a watch gets when it asks for events that are gone; oldest is the first revision still kept."""
    return too_old(f"too old resource version: {asked} ({oldest - 1})")


def timeout(text: str, retry_after: int = 0) -> Status:
    return failure(504, "Timeout", f"Timeout: {text}", {"retryAfterSeconds": retry_after} if retry_after else {})


def server_timeout(resource: str, operation: str, group: str = "", retry_after: int = 0) -> Status:
    full, details = _named(resource, operation, group)
    message = f"The {operation} operation against {full} could not be completed at this time, please try again."
    return failure(500, "ServerTimeout", message, {**details, "retryAfterSeconds": retry_after or None})


def internal(error: str) -> Status:
    causes = [{"message": error}]
    return failure(500, "InternalError", f"Internal error occurred: {error}", {"causes": causes})


def unknown(message: str) -> Status:
    """500 without a reason: any error the server has no better word for."""
    return failure(500, "", message)
